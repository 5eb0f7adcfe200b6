import { once } from 'node:events';
import { type ServerType, serve } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/engines/free-ports.js';
import { type Pushpin, startPushpin } from '../../scripts/engines/pushpin.js';
import { createApp } from '../../src/app.js';
import { hmacKey } from '../../src/protocol/grip-signature.js';
import { gripUrl, Publisher, pushpinEndpoint } from '../../src/publisher/index.js';
import { Clients, unique } from '../contract/clients.js';
import { scripted } from './scripted.js';

// One service at an origin, two real Pushpins in front of it, one publisher.

const SIGNING = { iss: 'two-pushpins', key: 'the secret of two Pushpins' };

describe('a publisher with two Pushpins', { timeout: 60_000 }, () => {
  let origin: ServerType;
  let pushpins: readonly [Pushpin, Pushpin];
  let clients: readonly [Clients, Clients];
  let publisher: Publisher;

  beforeAll(async () => {
    const app = createApp({ keys: [hmacKey(SIGNING.key)], issuers: [SIGNING.iss], logger: () => undefined });
    const port = await freePort();
    origin = serve({ fetch: (request) => app.fetch(request), port, hostname: '127.0.0.1' });
    await once(origin, 'listening');
    const start = () => startPushpin({ routes: [`* 127.0.0.1:${port},over_http`], signing: SIGNING });
    pushpins = await Promise.all([start(), start()]);
    publisher = new Publisher([
      pushpinEndpoint({ url: pushpins[0].publish }),
      gripUrl(new URL('/?iss=me&key=k3y', pushpins[1].publish).href),
    ]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(pushpins?.map((pushpin) => pushpin.stop()) ?? []);
    origin.close();
  });
  beforeEach(() => {
    const clientsOf = ({ client, publish }: Pushpin) => new Clients({ client, service: client, publish });
    clients = [clientsOf(pushpins[0]), clientsOf(pushpins[1])];
  });
  afterEach(() => Promise.all(clients.map((each) => each.close())));

  /** Clients of each of the Pushpins, who listen by the time this returns. */
  function listening() {
    return Promise.all(
      clients.map(async (each) => {
        const [sse, stream, webSocket] = [each.sse(), each.stream(), await each.webSocket()];
        await each.subscribed([sse, stream, webSocket]);
        return { sse, stream, webSocket };
      }),
    );
  }

  it('reaches the clients of either, and each of them once', async () => {
    const listeners = await listening();
    const messages = Array.from({ length: 20 }, (_, index) => unique(`message-${index}`));
    for (const message of messages) {
      const { requests } = await publisher.publish('test', message);
      expect(requests.map(({ attempts }) => attempts)).toEqual([1, 1]);
    }
    const last = messages.at(-1) ?? '';
    for (const { sse, stream, webSocket } of listeners) {
      await sse.event(last, ({ data }) => data === last);
      await stream.until(last, (received) => received.includes(last) || undefined);
      await webSocket.until(last, (received) => received.includes(last) || undefined);
      expect(sse.events.map(({ data }) => data)).toEqual(messages);
      expect(stream.received).toBe(messages.map((message) => `${message}\n`).join(''));
      expect(webSocket.received).toEqual(messages);
    }
  });

  it('is told which of them failed, and a repetition with the same id reaches only who missed it', async () => {
    const listeners = await listening();
    // In front of the second: it refuses at first.
    const refusing = await scripted(403, async (response, { body }) => {
      const answer = await fetch(pushpins[1].publish, { method: 'POST', body });
      response.writeHead(answer.status).end();
    });
    const both = new Publisher([pushpinEndpoint({ url: pushpins[0].publish }), pushpinEndpoint(refusing)]);
    const message = unique('twice');
    const error = await both.publish('test', message).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ endpoint: refusing.url, status: 403, others: [] });
    const [id = ''] = (error as { ids: readonly string[] }).ids;
    await both.publish('test', message, { id });
    await publisher.publish('test', 'last');
    for (const { webSocket } of listeners) {
      await webSocket.until('the last', (received) => received.includes('last') || undefined);
      expect(webSocket.received).toEqual([message, 'last']);
    }
  });

  it('answers the polls of either', async () => {
    const message = unique('poll');
    const answers = await Promise.all(
      clients.map((each) =>
        each.until(each.poll(), () => publisher.publish('test', message, { to: ['long-poll'] })),
      ),
    );
    expect(answers.map(({ body }) => String(body))).toEqual([message, message]);
  });

  it('sends bytes as they are', async () => {
    const [{ sse, stream, webSocket } = expect.fail()] = await listening();
    const bytes = crypto.getRandomValues(new Uint8Array(300));
    await publisher.publish('test', bytes);
    const expected = Buffer.from(bytes);
    expect(await webSocket.next()).toEqual(expected);
    await sse.event('the event', ({ data }) => data === expected.toString('base64'));
    await stream.until('the bytes', (received) => received === expected.toString('latin1') || undefined);
  });

  it('closes the sockets and streams of both', async () => {
    const listeners = await listening();
    await publisher.close('test', { code: 4401, reason: 'over' });
    for (const { sse, stream, webSocket } of listeners) {
      expect(await webSocket.closed()).toEqual({ code: 4401, reason: 'over' });
      expect([await sse.ended(), await stream.ended()]).toEqual(['ended', 'ended']);
    }
  });

  it('fills a request to the last byte that a Pushpin accepts', async () => {
    const to = ['websocket'] as const;
    const id = unique('id');
    const empty = await publisher.publish('test', '', { to, id: `${id}0` });
    const message = 'x'.repeat(65_536 - (empty.requests[0]?.bytes ?? 0));
    const full = await publisher.publish('test', message, { to, id: `${id}1` });
    expect(full.requests.map(({ bytes }) => bytes)).toEqual([65_536, 65_536]);
    const larger = new Publisher(pushpinEndpoint({ url: pushpins[0].publish }), { maxRequestBytes: 65_537 });
    await expect(larger.publish('test', `${message}x`, { to, id: `${id}2` })).rejects.toMatchObject({
      status: 400,
      attempts: 1,
    });
  });
});
