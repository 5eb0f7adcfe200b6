import type { Context } from 'hono';
import type { FanoutEnv } from '../fanout-env.js';
import type { Channel } from '../protocol/channel.js';
import type { ChannelNames, ChannelSubscriber } from './channel-subscriber.js';
import { type HeldUntilMessage, holdResponse, responseHeaders } from './held-response.js';

/** Long polling: the response is the next message published as `http-response`. */
export class LongPollTransport implements ChannelSubscriber {
  readonly name: string = 'long-poll';
  readonly path: string = '/response';
  readonly contentType: string = 'text/plain';
  /** Seconds after which the client gets `body` instead of a message; at least 5. */
  readonly timeout: number = 55;
  readonly body: string = '';

  /** The channels of a request; go before those of the mount. */
  channels?(c: Context<FanoutEnv>): ChannelNames | Promise<ChannelNames>;

  check(): void {
    responseHeaders(this.#held([{ name: 'any' }]));
  }

  subscribe(_c: Context, channels: readonly Channel[]): Response {
    return holdResponse(this.#held(channels));
  }

  #held(channels: readonly Channel[]): HeldUntilMessage {
    const { contentType, timeout, body } = this;
    return { channels, contentType, timeout, body };
  }
}
