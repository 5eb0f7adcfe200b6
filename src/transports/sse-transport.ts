import type { Context } from 'hono';
import type { FanoutEnv } from '../fanout-env.js';
import type { Channel } from '../protocol/channel.js';
import { encodeSseEvent } from '../protocol/sse-event.js';
import type { ChannelNames, ChannelSubscriber } from './channel-subscriber.js';
import { type HeldStream, holdStream, streamHeaders } from './held-response.js';

const KEEP_ALIVE = encodeSseEvent({ comment: 'keep-alive' });

/**
 * Server-sent events. `Publisher` frames them; what is published by hand as `http-stream` must be framed as events.
 * At most ten channels a connection.
 */
export class SseTransport implements ChannelSubscriber {
  readonly name: string = 'sse';
  readonly path: string = '/sse';
  /** How long a browser waits before it connects again, in milliseconds. */
  readonly retry: number = 3000;
  /** Seconds of silence after which a comment is sent, so that no proxy and no browser takes it for dead. */
  readonly keepAlive: number = 20;

  /** What is the same for all clients. */
  #same: Omit<HeldStream, 'channels'> | undefined;

  /** The channels of a request; go before those of the mount. */
  channels?(c: Context<FanoutEnv>): ChannelNames | Promise<ChannelNames>;

  check(): void {
    streamHeaders(this.#held([{ name: 'any' }]));
  }

  subscribe(_c: Context, channels: readonly Channel[]): Response {
    return holdStream(this.#held(channels));
  }

  #held(channels: readonly Channel[]): HeldStream {
    // The first time is when the transport is mounted: on Compute the snapshot then holds it.
    this.#same ??= {
      contentType: 'text/event-stream',
      // A first comment, since without a body an EventSource would not open until the first message.
      body: encodeSseEvent({ comment: 'open', retry: this.retry }),
      keepAlive: Object.freeze({ content: KEEP_ALIVE, timeout: this.keepAlive }),
    };
    return { ...this.#same, channels };
  }
}
