import type { Hono } from 'hono';
import type { TransportOption, TransportOptions } from './container.js';
import type { FanoutEnv } from './fanout-env.js';
import { type MountOptions, mount } from './mount.js';
import type { ChannelSubscriber } from './transports/channel-subscriber.js';
import { LongPollTransport } from './transports/long-poll-transport.js';
import { SseTransport } from './transports/sse-transport.js';
import { StreamTransport } from './transports/stream-transport.js';
import { WebSocketTransport } from './transports/websocket-transport.js';

/** What a mount does for whom; all of it is optional but `channels`, where transports have none of their own. */
export interface FanoutOptions<T extends readonly ChannelSubscriber[] = readonly ChannelSubscriber[]>
  extends MountOptions {
  /** By default the four of this package. */
  readonly transports?: TransportOptions<T>;
}

const TRANSPORTS: readonly TransportOption[] = [
  WebSocketTransport,
  SseTransport,
  StreamTransport,
  LongPollTransport,
];

/**
 * A Hono app to mount into yours: for every transport a route that runs the handoff first. Requests for other
 * paths fall through.
 *
 * @throws ConfigurationError when the settings can't work.
 * @example
 * app.route('/live/:room', fanout({ channels: (c) => [`room-${c.req.param('room')}`] }));
 */
export function fanout<T extends readonly ChannelSubscriber[]>(
  options: FanoutOptions<T> = {},
): Hono<FanoutEnv> {
  const { transports, ...rest } = options;
  return transports === undefined ? mount(TRANSPORTS, rest) : mount(transports, rest);
}
