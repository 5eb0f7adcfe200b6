import type { Context } from 'hono';
import type { InjectionToken } from 'tsyringe';
import type { FanoutEnv } from '../fanout-env.js';
import type { Channel } from '../protocol/channel.js';

/** What a function that names channels may return. */
export type ChannelNames = readonly (string | Channel)[];

/**
 * A transport: one way for a client to listen to channels. It never sees a client's own request, only what
 * Fanout sends, verified; its response tells Fanout what to do with the client's connection.
 *
 * Register an implementation with `registerTransport`, or name it in the `transports` of `fanout()`.
 *
 * @example
 * class JsonLinesTransport implements ChannelSubscriber {
 *   readonly name = 'json-lines';
 *   readonly path = '/lines';
 *   subscribe(_c: Context, channels: readonly Channel[]) {
 *     return holdStream({ channels, contentType: 'application/x-ndjson' });
 *   }
 * }
 */
export interface ChannelSubscriber {
  /** Names the transport in logs. */
  readonly name: string;
  /** The route, as Hono understands it: `/rooms/:room/events`. Relative to where the sub-app is mounted. */
  readonly path: string;
  /** `websocket` where clients connect by that upgrade; Fanout then sends events as POST requests. */
  readonly upgrade?: 'websocket' | undefined;
  /** The channels of a request; goes before those of the mount. */
  channels?(c: Context<FanoutEnv>): ChannelNames | Promise<ChannelNames>;
  /** Called when it is mounted; throws for settings that can't work. */
  check?(): void;
  /**
   * False for a request that goes on with a connection which is open already: `channels` is then not asked, and
   * `subscribe` gets none. Without it, every request opens one.
   */
  isOpening?(c: Context<FanoutEnv>): boolean | Promise<boolean>;
  /**
   * Answers Fanout with a hold or with WebSocket events.
   *
   * An `Error` that it throws is Hono's to handle, but a `ProtocolError` is answered with 400.
   *
   * @param channels 1 to 20, checked; what to subscribe the client to.
   */
  subscribe(c: Context<FanoutEnv>, channels: readonly Channel[]): Response | Promise<Response>;
}

/** All transports of a mount are registered under this one token. */
export const CHANNEL_SUBSCRIBER: InjectionToken<ChannelSubscriber> = Symbol('ChannelSubscriber');
