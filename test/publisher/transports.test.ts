import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.js';
import { type LocalFanout, startLocalFanout } from '../../src/local-fanout/index.js';
import { Publisher } from '../../src/publisher/index.js';
import { StreamClient } from '../../src/testing/stream-client.js';
import { Clients, item, unique } from '../contract/clients.js';
import { scripted } from './scripted.js';
import type { ReceivedRequest, ScriptedServer } from './scripted-server.js';

// Real clients on the four transports of the reference service, and a proxy that counts what is published.

describe('one publish', () => {
  let fanout: LocalFanout;
  let clients: Clients;
  let proxy: ScriptedServer;
  let publisher: Publisher;

  let first: StreamClient;
  beforeAll(async () => {
    fanout = await startLocalFanout(createApp({ logger: () => undefined }), { logger: () => undefined });
    // A second after a channel's first subscription polls are asked for again, and would miss what is published then.
    first = new StreamClient(new URL('/stream', fanout.clientUrl));
    await first.response();
    await new Promise((resolve) => setTimeout(resolve, 1300));
  });
  afterAll(async () => {
    await first.close();
    await fanout.close();
  });
  beforeEach(async () => {
    const { clientUrl: client, publishUrl: publish } = fanout;
    clients = new Clients({ client, service: client, publish });
    proxy = await scripted(...Array(9).fill(forward));
    publisher = new Publisher({ url: proxy.url });
  });
  afterEach(() => clients.close());

  async function forward(response: ServerResponse, { body }: ReceivedRequest): Promise<void> {
    const answer = await fetch(fanout.publishUrl, { method: 'POST', body });
    response.writeHead(answer.status).end(await answer.text());
  }

  /** Clients of all four, who listen by the time this returns. */
  async function listening() {
    const [sse, stream, webSocket] = [clients.sse(), clients.stream(), await clients.webSocket()];
    await clients.subscribed([sse, stream, webSocket]);
    const poll = clients.poll();
    await expect.poll(() => fanout.subscribers('test')).toBe(5);
    return { sse, stream, webSocket, poll };
  }

  it('reaches all four transports, well-formed on each, by one request', async () => {
    const { sse, stream, webSocket, poll } = await listening();
    const [first, second] = [unique('first'), 'zweite Zeile ✓'];
    const text = `${first}\n${second}`;
    await publisher.publish('test', text);

    expect(await webSocket.next()).toBe(text);
    expect((await sse.event('the event', ({ data }) => data.includes(first))).data).toBe(text);
    await stream.until('the lines', (received) => received.includes(`${utf8(text)}\n`) || undefined);
    expect(String((await poll).body)).toBe(text);
    expect(proxy.requests).toHaveLength(1);
    expect(stream.received).not.toContain('data:');
  });

  it('with an event name, an id and JSON has them where they exist', async () => {
    const { sse, stream, webSocket, poll } = await listening();
    const who = unique('ada');
    await publisher.publish('test', { event: 'joined', data: { who }, id: who, retry: 1234 });

    const json = JSON.stringify({ who });
    const event = await sse.event('the event', ({ data }) => data.includes(who));
    expect(event).toMatchObject({ event: 'joined', id: who, data: json });
    expect(sse.retry).toBe(1234);
    expect(await webSocket.next()).toBe(json);
    await stream.until('the line', (received) => received.endsWith(`${json}\n`) || undefined);
    expect(String((await poll).body)).toBe(json);
    expect(proxy.requests).toHaveLength(1);
  });

  it('of bytes is binary, and Base64 as an event', async () => {
    const { sse, stream, webSocket, poll } = await listening();
    const bytes = crypto.getRandomValues(new Uint8Array(300));
    await publisher.publish('test', bytes);

    const expected = Buffer.from(bytes);
    expect(await webSocket.next()).toEqual(expected);
    await sse.event('the event', ({ data }) => data === expected.toString('base64'));
    await stream.until(
      'the bytes',
      (received) => received.endsWith(expected.toString('latin1')) || undefined,
    );
    expect((await poll).body).toEqual(expected);
    expect(proxy.requests).toHaveLength(1);
  });

  it('of many messages keeps their order on each transport', async () => {
    const { sse, stream, webSocket } = await listening();
    const messages = Array.from({ length: 50 }, (_, index) => `${index}.`);
    const all = messages.map((message) => ({ channel: 'test', message }));
    const { requests } = await publisher.publishMany(all);
    expect(requests).toHaveLength(1);
    expect(proxy.requests).toHaveLength(1);
    await webSocket.until('all messages', (received) => received.length === 50 || undefined);
    expect(webSocket.received).toEqual(messages);
    await sse.event('the last event', ({ data }) => data === '49.');
    expect(sse.events.map(({ data }) => data)).toEqual(messages);
    await stream.until('the last line', (received) => received.endsWith('49.\n') || undefined);
    expect(stream.received.endsWith(messages.map((message) => `${message}\n`).join(''))).toBe(true);
  });

  it('that is repeated, because its answer was lost, arrives once', async () => {
    const { sse, webSocket } = await listening();
    const lossy = await scripted(async (response, { body }) => {
      await fetch(fanout.publishUrl, { method: 'POST', body });
      response.destroy();
    }, forward);
    const once = unique('once');
    const { requests } = await new Publisher({ url: lossy.url }, { minDelay: 1 }).publish('test', once);
    expect(requests[0]?.attempts).toBe(2);
    await publisher.publish('test', 'last');
    await sse.event('the last event', ({ data }) => data === 'last');
    expect(sse.events.filter(({ data }) => data === once)).toHaveLength(1);
    expect([await webSocket.next(), await webSocket.next()]).toEqual([once, 'last']);
  });

  it('to one transport goes to no other', async () => {
    const { sse, webSocket } = await listening();
    const only = unique('only');
    await publisher.publish('test', only, { to: ['websocket'] });
    await publisher.publish('test', 'then all');
    await sse.event('the second', ({ data }) => data === 'then all');
    expect(sse.events.map(({ data }) => data)).not.toContain(only);
    expect(await webSocket.next()).toBe(only);
  });

  it('by hand, to the plain name, still reaches all four', async () => {
    const { sse, stream, webSocket, poll } = await listening();
    const hello = unique('hello');
    await clients.publish(
      item({
        'ws-message': { content: hello },
        'http-stream': { content: `data: ${hello}\n\n` },
        'http-response': { body: `${hello}\n` },
      }),
    );
    expect(await webSocket.next()).toBe(hello);
    await sse.event('the event', ({ data }) => data === hello);
    await stream.until(
      'what was published',
      (received) => received.includes(`data: ${hello}\n\n`) || undefined,
    );
    expect(String((await poll).body)).toBe(`${hello}\n`);
  });

  it('that closes the channel ends sockets, streams and events', async () => {
    const { sse, stream, webSocket } = await listening();
    await publisher.close('test', { code: 4401, reason: 'over' });
    expect(await webSocket.closed()).toEqual({ code: 4401, reason: 'over' });
    expect([await sse.ended(), await stream.ended()]).toEqual(['ended', 'ended']);
    expect(proxy.requests).toHaveLength(1);
  });

  it('as large as the limit is accepted', async () => {
    const webSocket = await clients.webSocket();
    await clients.subscribed([webSocket]);
    const to = ['websocket'] as const;
    const id = unique('id');
    const { requests } = await publisher.publish('test', '', { to, id: `${id}0` });
    const message = 'x'.repeat(65_536 - (requests[0]?.bytes ?? 0));
    const full = await publisher.publish('test', message, { to, id: `${id}1` });
    expect(full.requests[0]?.bytes).toBe(65_536);
    expect([await webSocket.next(), await webSocket.next()]).toEqual(['', message]);
    await expect(publisher.publish('test', `${message}x`, { to, id: `${id}2` })).rejects.toThrow(
      /found one of 65537/,
    );
  });
});

/** The characters of a stream's client are bytes. */
function utf8(text: string): string {
  return Buffer.from(text).toString('latin1');
}
