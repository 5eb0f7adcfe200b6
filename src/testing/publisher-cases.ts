import assert from 'node:assert/strict';
import { Publisher } from '../publisher/index.js';
import type { Clients } from './clients.js';
import { unique } from './published-item.js';
import { type TargetCase, type TransportPlace, targetCase } from './target-case.js';

const FRAMING_HINT =
  'a Publisher sends each framing to a channel of its own: holdStream() listens to it, or withFramed() of hono-fanout/protocol names it';

/** A message of `Publisher` reaches clients of every transport. */
export function publisherCases(
  { path, channel }: TransportPlace,
  holds: 'stream' | 'response' | 'websocket',
): TargetCase[] {
  const publisherOf = ({ target }: Clients) =>
    new Publisher({ url: target.publish, auth: () => target.publishHeaders ?? {} });
  return [
    targetCase(`${path} brings what a Publisher publishes`, async (clients) => {
      const publisher = publisherOf(clients);
      const text = `${unique('message')} Grüße, 世界, 👋🏽`;
      if (holds === 'websocket') {
        const socket = await clients.webSocket(path);
        await clients.subscribed([socket], channel);
        await publisher.publish(channel, text);
        await socket.until(text, (received) => received.includes(text) || undefined);
      } else if (holds === 'stream') {
        const stream = clients.stream(path);
        await clients.subscribed([stream], channel);
        await publisher.publish(channel, text);
        const bytes = Buffer.from(text).toString('latin1');
        await stream.until(`${text}: ${FRAMING_HINT}`, (received) => received.includes(bytes) || undefined);
      } else {
        const poll = clients.poll(path);
        const answer = await clients.until(poll, () => publisher.publish(channel, text));
        assert.equal(answer.body.toString(), text);
      }
    }),
  ];
}
