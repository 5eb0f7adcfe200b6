import type { Context } from 'hono';
import type { FanoutEnv } from '../fanout-env.js';
import type { Channel } from '../protocol/channel.js';
import type { ChannelNames, ChannelSubscriber } from './channel-subscriber.js';
import { type HeldStream, holdStream, streamHeaders } from './held-response.js';

/**
 * A plain HTTP response without an end: what is published as `http-stream` is appended as it is. At most ten channels
 * a connection.
 */
export class StreamTransport implements ChannelSubscriber {
  readonly name: string = 'stream';
  readonly path: string = '/stream';
  readonly contentType: string = 'text/plain';
  /** Sent at once. With none, a client may hear nothing until the first message. */
  readonly body: string = '';

  /** The channels of a request; go before those of the mount. */
  channels?(c: Context<FanoutEnv>): ChannelNames | Promise<ChannelNames>;

  check(): void {
    streamHeaders(this.#held([{ name: 'any' }]));
  }

  subscribe(_c: Context, channels: readonly Channel[]): Response {
    return holdStream(this.#held(channels));
  }

  #held(channels: readonly Channel[]): HeldStream {
    const { contentType, body } = this;
    return { channels, contentType, body };
  }
}
