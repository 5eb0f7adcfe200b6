import { setTimeout as delay } from 'node:timers/promises';
import { ProtocolError } from '../errors.js';
import { readBody } from './client-response.js';
import type { HeldChannels } from './hold-environment.js';
import type { Meta } from './hold-instruction.js';
import { filtered, responseFilters } from './message-filter.js';
import type { PublishItem } from './publish-item.js';

/** A failed fetch of a next link is repeated after 1, 2, 4, 8 and 16 s, each with up to a second more. */
const MAX_RETRIES = 5;
/** Bytes of what a next link brings at once. */
const MAX_BODY = 10 * 2 ** 20;

/**
 * The first answer of status 2xx.
 *
 * @throws ProtocolError when none comes, and when the client is gone.
 */
export async function withRetries(fetch: () => Promise<Response>, gone: AbortSignal): Promise<Response> {
  for (let retries = 0; ; retries += 1) {
    const response = await fetch();
    if (gone.aborted) throw new ProtocolError('The client is gone.');
    if (response.ok) return response;
    if (retries === MAX_RETRIES) throw new ProtocolError('Failed to retrieve next link.');
    await delay(1000 * (2 ** retries + Math.random()), undefined, { signal: gone });
  }
}

/** What a next link brings for the client, as the filters of its channels make it. */
export async function nextBody(
  response: Response,
  channels: HeldChannels,
  subscriptionMeta: Meta,
  gone: AbortSignal,
): Promise<Buffer> {
  const filters = responseFilters([...channels.values()].flatMap((channel) => channel.filters));
  return filtered(await readBody(response, MAX_BODY, gone), filters, { subscriptionMeta });
}

/** Leaves out what comes before the messages that follow the hold. */
export function fromFirstThatFollows(queue: readonly PublishItem[], channels: HeldChannels): PublishItem[] {
  const start = queue.findIndex(({ channel: name, prevId }) => {
    const channel = channels.get(name);
    return channel !== undefined && (channel.prevId === undefined || channel.prevId === prevId);
  });
  return start < 0 ? [] : queue.slice(start);
}
