import type { Hono } from 'hono';
import { type FanoutOptions, fanout } from './fanout.js';
import type { FanoutEnv } from './fanout-env.js';
import type { ChannelSubscriber } from './transports/channel-subscriber.js';

/**
 * The reference service: `/ws`, `/sse`, `/stream` and `/response`, all of them on channel `test`.
 *
 * It takes routes and middleware until it is served.
 */
export function createApp<T extends readonly ChannelSubscriber[]>(
  options: FanoutOptions<T> = {},
): Hono<FanoutEnv> {
  return fanout({ channels: ['test'], ...options });
}
