import assert from 'node:assert/strict';
import type { Context } from 'hono';
import type { Clients } from './clients.js';
import { message, messagesUntil } from './delivery-cases.js';
import { itemFor, unique } from './published-item.js';
import { type TargetCase, targetCase } from './target-case.js';

const PARAMETER = 'contract-channel';

/** The channels of a request: those that it asks for, or by default `channels`. For a test nobody is kept out. */
export function channelsOf(c: Context, channels: readonly string[]): readonly string[] {
  return c.req.queries(PARAMETER) ?? channels;
}

/** What holds for a transport that takes its channels from the mount. */
export function channelCases(
  path: string,
  channels: readonly string[],
  holds: 'stream' | 'response' | 'websocket',
): TargetCase[] {
  return [
    ...channels.map((channel, index) =>
      targetCase(
        `${path} brings what is published to channel ${index + 1} of ${channels.length}`,
        async (clients) => {
          await assertBrings(clients, path, channel);
        },
      ),
    ),
    targetCase(`${path} keeps the channels of two clients apart`, async (clients) => {
      for (const channel of ['one', 'other']) {
        const url = `${path}${path.includes('?') ? '&' : '?'}${PARAMETER}=${channel}`;
        await assertBrings(clients, url, channel);
      }
    }),
  ];

  async function assertBrings(clients: Clients, url: string, channel: string): Promise<void> {
    const text = unique('message');
    if (holds === 'response') {
      const answer = await clients.untilReceived(clients.poll(url), () =>
        itemFor(channel, { 'http-response': { body: text } }),
      );
      assert.equal(answer.body.toString(), text);
      return;
    }
    const client = holds === 'stream' ? clients.stream(url) : await clients.webSocket(url);
    await clients.subscribed([client], channel);
    await clients.publish(itemFor(channel, message(text)));
    await messagesUntil(client, text);
  }
}
