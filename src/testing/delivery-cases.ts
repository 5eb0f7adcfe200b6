import assert from 'node:assert/strict';
import type { Clients } from './clients.js';
import { type Formats, itemFor, unique } from './published-item.js';
import type { StreamClient } from './stream-client.js';
import { type TargetCase, type TransportPlace, targetCase } from './target-case.js';
import { WebSocketClient } from './websocket-client.js';

export type Listener = StreamClient | WebSocketClient;

/** A Pushpin with its own settings delivers 2,500 messages a second: 8 s for the largest case. */
const DELIVERY_DEADLINE = 60_000;

/** One message for streams, server-sent events and WebSockets alike. */
export function message(text: string): Formats {
  return { 'http-stream': { content: `data: ${text}\n\n` }, 'ws-message': { content: text } };
}

/** All messages that a client got by the time it has `last`. */
export function messagesUntil(client: Listener, last: string): Promise<string[]> {
  const ifComplete = (all: string[]) => (all.includes(last) ? all : undefined);
  return client instanceof WebSocketClient
    ? client.until(last, (received) => ifComplete(received.map(String)), DELIVERY_DEADLINE)
    : client.until(last, (received) => ifComplete(eventsIn(received)), DELIVERY_DEADLINE);
}

function eventsIn(stream: string): string[] {
  return [...stream.matchAll(/data: (.*)\n\n/g)].map(([, text = '']) => text);
}

/** What holds for every transport that a message doesn't end. */
export function deliveryCases(
  { path, channel }: TransportPlace,
  open: (clients: Clients) => Listener | Promise<Listener>,
): TargetCase[] {
  const item = (text: string) => itemFor(channel, message(text));

  /** So many clients, all of them subscribed. */
  async function listeners(clients: Clients, count: number): Promise<Listener[]> {
    const all = await Promise.all(Array.from({ length: count }, () => open(clients)));
    await clients.subscribed(all, channel);
    return all;
  }

  /** What a client got of those messages; the transport may send others. */
  async function got(client: Listener, name: string, last: string): Promise<string[]> {
    return (await messagesUntil(client, last)).filter((text) => text.startsWith(name));
  }

  return [
    targetCase(`${path} brings 20 clients each of 50 messages once and in order`, async (clients) => {
      const all = await listeners(clients, 20);
      const name = unique('message');
      const texts = Array.from({ length: 50 }, (_, n) => `${name}-${n}`);
      for (const text of texts.slice(0, 25)) await clients.publish(item(text));
      await clients.publish(...texts.slice(25).map(item));
      for (const client of all) assert.deepEqual(await got(client, name, `${name}-49`), texts);
    }),

    targetCase(`${path} brings nothing that is published to another channel`, async (clients) => {
      const all = await listeners(clients, 1);
      const name = unique('message');
      await clients.publish(itemFor(`${channel}-${unique('other')}`, message(`${name}-other`)));
      await clients.publish(item(`${name}-last`));
      for (const client of all) {
        assert.deepEqual(await got(client, name, `${name}-last`), [`${name}-last`]);
      }
    }),

    targetCase(`${path} goes on for others when a client goes away`, async (clients) => {
      const [leaving, staying] = [await listeners(clients, 5), await listeners(clients, 5)];
      const name = unique('message');
      await clients.publish(item(`${name}-0`));
      await Promise.all(leaving.map((client) => messagesUntil(client, `${name}-0`)));
      const gone = Promise.all(leaving.map((client) => client.close()));
      for (let n = 1; n < 20; n += 1) await clients.publish(item(`${name}-${n}`));
      await gone;

      const texts = Array.from({ length: 20 }, (_, n) => `${name}-${n}`);
      for (const client of staying) assert.deepEqual(await got(client, name, `${name}-19`), texts);
    }),
  ];
}
