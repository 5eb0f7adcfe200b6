import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { item } from '../contract/clients.js';
import { StreamClient } from '../contract/http-clients.js';
import { eventually, grip, rawService } from './raw-service.js';

const instruct = (value: object, status = 200) =>
  new Response(JSON.stringify(value), {
    status,
    headers: { 'Content-Type': 'application/grip-instruct; charset=utf-8' },
  });
const stream = (headers: Record<string, string>, body = 'open\n') =>
  grip({ 'Grip-Hold': 'stream', 'Grip-Channel': 'a', ...headers }, body);
const many = Array.from({ length: 22 }, (_, index) => `many-${index}`);

const { clients, fanout, records } = await rawService(
  {
    http: {
      '/keep-alive/raw': () => stream({ 'Grip-Keep-Alive': 'tick; timeout=1; mode=interval' }),
      '/keep-alive/cstring': () => stream({ 'Grip-Keep-Alive': '\\x3btick\\n; format=cstring; timeout=1' }),
      '/keep-alive/base64': () => stream({ 'Grip-Keep-Alive': 'AP8=; format=base64; timeout=0' }),
      '/keep-alive/json': () =>
        instruct({
          hold: { mode: 'stream', channels: [{ name: 'a' }], 'keep-alive': { content: 'tick', timeout: 1 } },
          response: { headers: { 'X-Json': 'yes' }, body: 'open\n' },
        }),
      '/many': () => stream({ 'Grip-Channel': many.join(', ') }),
      '/repeated': () => stream({ 'Grip-Channel': 'one, two, one' }),
      '/silent': () => stream({}, ''),
      '/response': () =>
        grip(
          { 'Grip-Hold': 'response', 'Grip-Channel': 'polled', 'Grip-Timeout': '2', 'X-Held': 'yes' },
          'nothing\n',
        ),
      '/response/status': () =>
        grip({
          'Grip-Hold': 'response',
          'Grip-Channel': 'polled-too',
          'Grip-Timeout': '5',
          'Grip-Status': '204',
        }),
      '/response/long': () => grip({ 'Grip-Hold': 'response', 'Grip-Channel': 'a' }, 'x'.repeat(100_001)),
      '/response/json': () =>
        instruct({
          hold: { channels: [{ name: 'polled-as-json' }], timeout: 5 },
          response: {
            code: 202,
            reason: 'Well',
            headers: [
              ['X-Two', '1'],
              ['X-Two', '2'],
            ],
            'body-bin': 'AP8=',
          },
        }),
      '/no-hold': () =>
        grip(
          { 'Grip-Status': '404 Not Here', 'Grip-Expose-Headers': 'x-shown', 'X-Shown': '1', 'X-Not': '1' },
          'b',
        ),
      '/plain': () => grip({ 'X-Plain': 'yes' }, 'plain', 201),
      '/throws': () => {
        throw new Error('broken');
      },
      '/loop': (c) => c.json([...c.req.raw.headers]),
      '/bad/hold': () => stream({ 'Grip-Hold': 'maybe' }),
      '/bad/timeout': () => stream({ 'Grip-Timeout': 'soon' }),
      '/bad/status': () => stream({ 'Grip-Status': 'fine' }),
      '/bad/mode': () => stream({ 'Grip-Keep-Alive': 'x; mode=often' }),
      '/bad/format': () => stream({ 'Grip-Keep-Alive': 'x; format=hex' }),
      '/bad/cstring': () => stream({ 'Grip-Keep-Alive': 'x\\xzz; format=cstring' }),
      '/bad/instruct': () => instruct({ hold: { mode: 'maybe', channels: [] } }),
      '/bad/instruct-status': () => instruct({ hold: { channels: [] } }, 201),
      '/unsupported/session': () => stream({ 'Grip-Session-Id': 'a' }),
    },
  },
  { maxBufferedBytes: 200_000 },
);

const open = (path: string) => new StreamClient(new URL(path, fanout.clientUrl));
const opened: StreamClient[] = [];
function openStream(path: string): StreamClient {
  const client = open(path);
  opened.push(client);
  return client;
}
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(opened.splice(0).map((client) => client.close()));
  await eventually(() => fanout.subscribers('a') === 0, 'the subscriptions to end with their connections');
});

describe('a stream hold', () => {
  it.each([
    ['raw', 'tick'],
    ['cstring', ';tick\n'],
    ['base64', '\x00\xff'],
    ['json', 'tick'],
  ])('is kept alive by what is given as %s', async (format, content) => {
    const client = openStream(`/keep-alive/${format}`);
    await client.until(
      'two keep-alives',
      (received) => received.includes(`open\n${content}${content}`) || undefined,
    );
  });

  it('obeys the first twenty channels', async () => {
    const client = openStream('/many');
    await client.response();
    await clients.publish(
      item({ 'http-stream': { content: 'dropped' } }, 'many-20'),
      item({ 'http-stream': { content: 'last' } }, 'many-19'),
    );
    await client.until('the message', (received) => received === 'open\nlast' || undefined);
  });

  it('gets a message once, however often its channel is named', async () => {
    const client = openStream('/repeated');
    await client.response();
    await clients.publish(
      item({ 'http-stream': { content: '1' } }, 'one'),
      item({ 'http-stream': { content: '2' } }, 'two'),
    );
    await client.until('both messages', (received) => received === 'open\n12' || undefined);
  });

  it('with an empty response sends its head at once', async () => {
    const client = openStream('/silent');
    expect((await client.response()).status).toBe(200);
    await clients.publish(item({ 'http-stream': { content: 'first' } }, 'a'));
    await client.until('the message', (received) => received === 'first' || undefined);
  });

  it('frees its subscriptions when the client leaves', async () => {
    const client = openStream('/keep-alive/raw');
    await client.response();
    expect(fanout.subscribers('a')).toBe(1);
    await client.close();
    await eventually(() => fanout.subscribers('a') === 0, 'the subscription to end');
  });

  it('drops a client that does not read, and no other', async () => {
    const reader = openStream('/keep-alive/cstring');
    await reader.response();
    const socket = connect(Number(new URL(fanout.clientUrl).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET /keep-alive/cstring HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await eventually(() => fanout.subscribers('a') === 2, 'the slow client to be held');

    let sent = 0;
    const content = 'x'.repeat(50_000);
    while (fanout.subscribers('a') === 2) {
      await clients.publish(item({ 'http-stream': { content } }, 'a'));
      sent += 1;
      assert.ok(sent < 1000, 'a client that does not read is held for ever');
    }
    expect(records.at(-1)).toMatchObject({ event: 'slow-client-dropped', level: 'warn' });
    await clients.publish(item({ 'http-stream': { content: 'the end' } }, 'a'));
    await reader.until(
      'all messages',
      (r) => r.replace(/;tick\n/g, '') === `open\n${content.repeat(sent)}the end` || undefined,
    );
    socket.destroy();
  });
});

describe('a response hold', () => {
  const held = async (channel: string) => {
    while (fanout.subscribers(channel) === 0) await new Promise((resolve) => setImmediate(resolve));
  };

  /** A poll that is held, past the moment at which the first one on a channel is asked for again. */
  async function poll(path: string, channel: string): Promise<{ readonly answer: Promise<Response> }> {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answer = fetch(new URL(path, fanout.clientUrl));
    await held(channel);
    vi.advanceTimersByTime(1000);
    vi.advanceTimersByTime(100);
    expect(fanout.subscribers(channel)).toBe(0);
    await held(channel);
    return { answer };
  }

  it('answers with its own body at the timeout, which is no less than five seconds', async () => {
    const { answer } = await poll('/response', 'polled');
    vi.advanceTimersByTime(4999);
    expect(fanout.subscribers('polled')).toBe(1);
    vi.advanceTimersByTime(1);
    vi.useRealTimers();
    const { status, headers } = await answer;
    expect([status, headers.get('X-Held'), headers.get('Grip-Hold')]).toEqual([200, 'yes', null]);
    expect(await (await answer).text()).toBe('nothing\n');
  });

  it('takes its status from Grip-Status', async () => {
    const { answer } = await poll('/response/status', 'polled-too');
    vi.advanceTimersByTime(5000);
    vi.useRealTimers();
    expect((await answer).status).toBe(204);
  });

  it('is read from JSON as well', async () => {
    const { answer } = await poll('/response/json', 'polled-as-json');
    vi.advanceTimersByTime(5000);
    vi.useRealTimers();
    const { status, statusText, headers } = await answer;
    expect([status, statusText, headers.get('X-Two')]).toEqual([202, 'Well', '1, 2']);
    expect(Buffer.from(await (await answer).arrayBuffer()).toString('latin1')).toBe('\x00\xff');
  });

  it('inherits headers, and a close is not for it', async () => {
    const response = fetch(new URL('/response', fanout.clientUrl));
    await eventually(() => fanout.subscribers('polled') === 1, 'the hold');
    await clients.publish(item({ 'http-response': { action: 'close' } }, 'polled'));
    const headers = { 'content-TYPE': 'text/html', 'Grip-Hold': 'stream', 'Content-Length': '1' };
    await clients.publish(
      item({ 'http-response': { code: 201, reason: 'Made', headers, body: 'message' } }, 'polled'),
    );
    const answer = await response;
    expect([answer.status, answer.statusText]).toEqual([201, 'Made']);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('grip-'))).toEqual([]);
    expect([answer.headers.get('Content-Type'), answer.headers.get('X-Held')]).toEqual(['text/html', 'yes']);
    expect(await answer.text()).toBe('message');
  });
});

describe('other responses', () => {
  it('pass as they are without a GRIP header', async () => {
    const response = await fetch(new URL('/plain', fanout.clientUrl));
    expect([response.status, response.headers.get('X-Plain'), await response.text()]).toEqual([
      201,
      'yes',
      'plain',
    ]);
  });

  it('are stripped of GRIP headers, and of those that are not exposed', async () => {
    const response = await fetch(new URL('/no-hold', fanout.clientUrl));
    expect([response.status, response.statusText, await response.text()]).toEqual([404, 'Not Here', 'b']);
    const { headers } = response;
    expect([headers.get('X-Shown'), headers.get('X-Not'), headers.get('Content-Type')]).toEqual([
      '1',
      null,
      null,
    ]);
  });

  it('are a 500 when the service throws', async () => {
    expect((await fetch(new URL('/throws', fanout.clientUrl))).status).toBe(500);
  });

  it.each([
    ['/bad/hold', /Grip-Hold/],
    ['/bad/timeout', /Grip-Timeout/],
    ['/bad/status', /Grip-Status/],
    ['/bad/mode', /mode/],
    ['/bad/format', /format/],
    ['/bad/cstring', /cstring/],
    ['/bad/instruct', /mode/],
    ['/bad/instruct-status', /200/],
    ['/response/long', /at most 100000 bytes, found more/],
    ['/unsupported/session', /does not support Grip-Session-Id/],
  ])('%s is a 502, and the log says why', async (path, reason) => {
    const response = await fetch(new URL(path, fanout.clientUrl));
    expect([response.status, await response.text()]).toEqual([502, expect.stringContaining('origin')]);
    expect(records.at(-1)).toMatchObject({
      event: 'service-failed',
      path,
      reason: expect.stringMatching(reason),
    });
  });
});

describe('the second pass', () => {
  it('is signed, and has what the client may say and no more', async () => {
    const answer = await clients.direct('/loop?q=1', {
      headers: { 'X-Own': 'kept', 'Meta-User': 'admin', 'Grip-Last': 'a; last-id=1', 'Keep-Alive': '5' },
    });
    const headers = new Headers(JSON.parse(answer.body.toString()));
    expect(headers.get('X-Own')).toBe('kept');
    expect(headers.get('Grip-Sig')?.split('.')).toHaveLength(3);
    for (const name of ['Meta-User', 'Grip-Last', 'Keep-Alive', 'Connection']) {
      expect([name, headers.get(name)]).toEqual([name, null]);
    }
  });

  it('is refused to a client that sends WebSocket events itself', async () => {
    const answer = await clients.direct('/loop', {
      headers: { 'Content-Type': 'application/websocket-events' },
    });
    expect(answer.status).toBe(403);
  });
});
