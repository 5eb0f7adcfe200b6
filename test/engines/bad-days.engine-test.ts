import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServerType, serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/engines/free-ports.js';
import { type Pushpin, startPushpin } from '../../scripts/engines/pushpin.js';
import { createApp } from '../../src/app.js';
import type { FetchApp } from '../../src/platform.js';
import { hmacKey } from '../../src/protocol/grip-signature.js';
import { Clients, item, unique } from '../contract/clients.js';

// What clients of a Pushpin see when something behind it, or Pushpin itself, has a bad day. The README's table of
// failures is made from these.

const SIGNING = { iss: 'bad-days', key: 'the secret of bad days' };

describe('clients of a Pushpin', { timeout: 60_000 }, () => {
  let originPort: number;
  let origin: ServerType | undefined;
  let pushpin: Pushpin;
  let clients: Clients;

  beforeEach(async () => {
    originPort = await freePort();
    await startOrigin();
    await startProxy();
    clients = clientsOf(pushpin);
  });
  afterEach(async () => {
    await clients.close();
    await Promise.all([stopOrigin(), pushpin.stop()]);
  });

  /** The service at an origin: there is only the second pass, and Pushpin does the first. */
  async function startOrigin(app: FetchApp = reference()): Promise<void> {
    origin = serve({ fetch: (request) => app.fetch(request), port: originPort, hostname: '127.0.0.1' });
    await once(origin, 'listening');
  }
  async function stopOrigin(): Promise<void> {
    const stopped = origin;
    origin = undefined;
    if (stopped === undefined) return;
    const closed = once(stopped, 'close');
    stopped.close();
    if ('closeAllConnections' in stopped) stopped.closeAllConnections();
    await closed;
  }
  async function startProxy(port?: number, publishPort?: number): Promise<void> {
    pushpin = await startPushpin({
      port,
      publishPort,
      routes: [`* 127.0.0.1:${originPort},over_http`],
      signing: SIGNING,
    });
  }
  const reference = () =>
    createApp({ keys: [hmacKey(SIGNING.key)], issuers: [SIGNING.iss], logger: () => undefined });
  const clientsOf = ({ client, publish }: Pushpin) => new Clients({ client, service: client, publish });
  const event = (data: string) => item({ 'http-stream': { content: `data: ${data}\n\n` } });

  it('stay held while the service restarts, and get the next message', async () => {
    const held = Array.from({ length: 100 }, () => clients.sse());
    await clients.subscribed(held);
    await stopOrigin();
    const during = unique('during');
    await clients.publish(event(during));
    await Promise.all(held.map((client) => client.event(during, ({ data }) => data === during)));
    await startOrigin();
    const after = unique('after');
    await clients.publish(event(after));
    await Promise.all(held.map((client) => client.event(after, ({ data }) => data === after)));
    const late = clients.sse();
    expect((await late.response()).status).toBe(200);
  });

  it('of a WebSocket wait for the service, and lose nothing that they sent meanwhile', async () => {
    const socket = await clients.webSocket();
    await socket.ask('before');
    await stopOrigin();
    socket.socket.send('meanwhile');
    await sleep(500);
    await startOrigin();
    expect(await socket.next('the echo, after Pushpin has tried again')).toBe('meanwhile');
    await socket.ask('after');
  });

  it('are cut off when Pushpin restarts, and can come back at once', async () => {
    const [sse, socket] = [clients.sse(), await clients.webSocket()];
    await clients.subscribed([sse, socket]);
    const poll = clients.poll().then(
      ({ status }) => `status ${status}`,
      () => 'failed',
    );
    const [port, publishPort] = [pushpin.client, pushpin.publish].map((url) => Number(new URL(url).port));
    await pushpin.stop();
    expect(await sse.ended()).toMatch(/^failed/); // an EventSource connects again by itself
    expect((await socket.closed()).code).toBe(1006);
    expect(await poll).toBe('failed');

    await startProxy(port, publishPort);
    const [sseAgain, socketAgain] = [clients.sse(), await clients.webSocket()];
    await clients.subscribed([sseAgain, socketAgain]);
  });

  it('get the 500 of a service that fails, and a WebSocket is refused with it', async () => {
    await stopOrigin();
    await startOrigin({ fetch: () => new Response('broken', { status: 500 }) });
    expect((await clients.sse().response()).status).toBe(500);
    expect((await clients.poll()).status).toBe(500);
    await expect(clients.webSocket()).rejects.toThrow(/500/);
  });

  it('get a 502 when there is no service', async () => {
    await stopOrigin();
    expect((await clients.poll()).status).toBe(502);
  });

  it('who were held are not disturbed by a service that hangs', async () => {
    const held = clients.sse();
    await clients.subscribed([held]);
    await stopOrigin();
    await startOrigin({ fetch: () => new Promise(() => undefined) });
    const waiting = clients.sse();
    const message = unique('meanwhile');
    await clients.publish(event(message));
    await held.event(message, ({ data }) => data === message);
    expect(await Promise.race([waiting.response().then(() => 'answered'), sleep(1000, 'waits')])).toBe(
      'waits',
    );
  });

  it('need not be there for a publish to be accepted', async () => {
    await clients.publish(event(unique('nobody'))); // which accepts no other answer than 200
  });
});
