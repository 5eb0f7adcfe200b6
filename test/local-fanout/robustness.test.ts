import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { item } from '../contract/clients.js';
import { control, events, eventually, GRIP_EXTENSION, grip, rawService } from './raw-service.js';

// What once ended the process, or left something behind for ever.

const recorded: string[] = [];
let cancelled = 0;
let release: () => void = () => undefined;
const held = (headers: Record<string, string>, body = '') =>
  grip({ 'Grip-Hold': 'response', 'Grip-Channel': 'polled', ...headers }, body);
const endless = () =>
  new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    cancel: () => {
      cancelled += 1;
    },
  });

const { clients, fanout, records } = await rawService({
  plain: { '/echo': async (c) => c.text(await c.req.text()) },
  http: {
    '/stream': () => grip({ 'Grip-Hold': 'stream', 'Grip-Channel': 'a' }, 'open\n'),
    '/polled': () => held({}),
    '/trailer': () => grip({ Trailer: 'X-Sum' }, 'body'),
    '/held-trailer': () => held({ Trailer: 'X-Sum' }, 'body'),
    '/gzip': () => new Response('pretends', { headers: { 'Content-Encoding': 'gzip' } }),
    '/status-0': () => held({ 'Grip-Status': '0' }),
    '/bad-reason': () =>
      new Response(JSON.stringify({ response: { reason: 'a\nb', body: 'x' } }), {
        headers: { 'Content-Type': 'application/grip-instruct' },
      }),
    '/far-timeout': () => held({ 'Grip-Timeout': '2147483647' }),
    '/endless': () => new Response(endless()),
    '/endless-hold': () =>
      new Response(endless(), { headers: { 'Grip-Hold': 'response', 'Grip-Channel': 'a' } }),
    '/late': async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return new Response(endless());
    },
  },
  webSocket: {
    '/ws': async (c) => {
      const body = await c.req.text();
      recorded.push(body.slice(0, 4));
      if (body.startsWith('OPEN')) {
        return events([{ type: 'OPEN' }, control({ type: 'subscribe', channel: 'a' })], GRIP_EXTENSION);
      }
      // Comes when the client is gone already.
      return events([control({ type: 'subscribe', channel: 'late' })]);
    },
    '/slow-open': async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return events([{ type: 'OPEN' }, control({ type: 'subscribe', channel: 'a' })], GRIP_EXTENSION);
    },
    '/long-ping': () =>
      events([{ type: 'OPEN' }, { type: 'PING', content: 'x'.repeat(126) }], GRIP_EXTENSION),
    '/endless-refusal': () => new Response(endless(), { status: 403 }),
  },
});

const port = Number(new URL(fanout.clientUrl).port);
const GET = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
const HANDSHAKE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';

interface Raw {
  readonly socket: Socket;
  readonly text: () => string;
}

async function raw(request: string, to = port): Promise<Raw> {
  const socket = connect(to, '127.0.0.1');
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (data) => {
    text += data.toString('latin1');
  });
  await once(socket, 'connect');
  socket.write(request);
  return { socket, text: () => text };
}

async function answerTo(request: string, to = port): Promise<string> {
  const { socket, text } = await raw(request, to);
  await eventually(() => /^HTTP[\s\S]*\r\n\r\n/.test(text()), 'a response');
  socket.destroy();
  return text();
}

describe('the publish endpoint', () => {
  it.each(['//x', '//[', 'http://['])('answers a request for %s', async (target) => {
    const publishPort = Number(new URL(fanout.publishUrl).port);
    expect(await answerTo(GET(target), publishPort)).toMatch(/^HTTP\/1.1 404 /);
  });

  it.each([
    { code: 0 },
    { code: 101 },
    { reason: 'a\nb' },
    { headers: { 'bad name': 'x' } },
    { headers: { name: 'a\r\nb' } },
    { headers: { name: 'snow ☃' } },
  ])('a poll that is answered with %o gets a 502 instead', async (response) => {
    const poll = clients.poll('/polled');
    await eventually(() => fanout.subscribers('polled') === 1, 'the hold');
    await clients.publish(item({ 'http-response': { body: 'x', ...response } }, 'polled'));
    expect((await poll).status).toBe(502);
  });
});

describe('a response of the service', () => {
  it.each([
    ['/trailer', 200],
    ['/status-0', 502],
    ['/bad-reason', 502],
  ])('that HTTP has no way to send: %s', async (path, status) => {
    expect((await fetch(new URL(path, fanout.clientUrl))).status).toBe(status);
  });

  it('with a trailer is held like any other', async () => {
    const poll = clients.poll('/held-trailer');
    await eventually(() => fanout.subscribers('polled') === 1, 'the hold');
    await clients.publish(item({ 'http-response': { body: 'x' } }, 'polled'));
    expect((await poll).status).toBe(200);
  });

  it('that is not encoded as it says is a 502', async () => {
    expect(await answerTo(GET('/gzip'))).toMatch(/^HTTP\/1.1 502 /);
  });

  it('may ask for more time than a timer has, and does not get none', async () => {
    const poll = clients.poll('/far-timeout');
    await eventually(() => fanout.subscribers('polled') === 1, 'the hold');
    await clients.publish(item({ 'http-response': { body: 'in time' } }, 'polled'));
    expect((await poll).body.toString()).toBe('in time');
  });
});

describe('a client that leaves', () => {
  it('while it is pipelining frees what waits behind', async () => {
    const { socket } = await raw(GET('/stream') + GET('/stream'));
    await eventually(() => fanout.subscribers('a') === 2, 'both holds');
    socket.destroy();
    await eventually(() => fanout.subscribers('a') === 0, 'both to be freed');
  });

  it.each(['/endless', '/endless-hold'])('ends what the service still sends: %s', async (path) => {
    const before = cancelled;
    const { socket } = await raw(GET(path));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await eventually(() => cancelled === before + 1, 'the body to be cancelled');
  });

  it('before the service answers ends the answer', async () => {
    const before = cancelled;
    const { socket } = await raw(GET('/late'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await once(socket, 'close');
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    await eventually(() => cancelled === before + 1, 'the body to be cancelled');
  });

  it('during OPEN is told to the service, and leaves no subscription', async () => {
    const { socket } = await raw(GET('/slow-open', HANDSHAKE));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await once(socket, 'close');
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    await new Promise((resolve) => setTimeout(resolve, 50));
    release(); // the DISCONNECT comes by the same route
    expect(fanout.subscribers('a')).toBe(0);
  });

  it('is not subscribed by what the service says afterwards', async () => {
    recorded.length = 0;
    const socket = await clients.webSocket('/ws');
    socket.socket.send('x');
    socket.socket.terminate();
    await eventually(() => recorded.includes('DISC'), 'DISCONNECT');
    expect([fanout.subscribers('a'), fanout.subscribers('late')]).toEqual([0, 0]);
  });
});

describe('an upgrade', () => {
  it('without a handshake is refused before the service hears of it', async () => {
    recorded.length = 0;
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    expect(await answerTo(GET('/ws', upgrade))).toMatch(/^HTTP\/1.1 400 /);
    expect(recorded).toEqual([]);
  });

  it('to something else is ignored', async () => {
    const upgrade =
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
    expect(await answerTo(GET('/stream', upgrade))).toMatch(/^HTTP\/1.1 200 [\s\S]*open/);
  });

  it('to something else keeps its body, and frees what it holds when the client is done', async () => {
    const h2c = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
    const body = `POST /echo HTTP/1.1\r\nHost: localhost\r\n${h2c}Content-Length: 5\r\n\r\nhello`;
    expect(await answerTo(body)).toMatch(/^HTTP\/1.1 200 [\s\S]*hello/);
    const { socket } = await raw(GET('/stream', h2c));
    await eventually(() => fanout.subscribers('a') === 1, 'the hold');
    socket.end();
    await eventually(() => fanout.subscribers('a') === 0, 'its end');
  });

  it('at a path of two slashes is not taken for a host', async () => {
    expect(await answerTo(GET('//ws', HANDSHAKE))).toMatch(/^HTTP\/1.1 404 /);
  });

  it('survives a ping that no frame holds', async () => {
    const socket = await clients.webSocket('/long-ping');
    expect((await socket.closed()).code).toBe(1006);
    expect(records.some(({ reason }) => String(reason).includes('ping of at most 125 bytes'))).toBe(true);
  });

  it('that is refused without an end is answered all the same', async () => {
    expect(await answerTo(GET('/endless-refusal', HANDSHAKE))).toMatch(/^HTTP\/1.1 502 /);
  });
});
