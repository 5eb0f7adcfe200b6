import { ProtocolError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { ChannelHub, Subscriber } from './channel-hub.js';
import type { HeldChannel, Meta } from './hold-instruction.js';
import type { FilterContext } from './message-filter.js';
import type { NextLinkTimers } from './next-link-timers.js';
import type { Handoff, ServiceCaller } from './service-caller.js';
import type { SharedFetches } from './shared-fetches.js';

/** What all connections of a Fanout share. */
export interface FanoutCore {
  readonly hub: ChannelHub;
  readonly timers: NextLinkTimers;
  readonly nextLinks: SharedFetches;
  readonly service: ServiceCaller;
  readonly logger: Logger;
  /** A client that lets more than this many bytes wait is dropped. */
  readonly maxBufferedBytes: number;
}

/** What a held connection needs of the Fanout it belongs to. */
export class HoldEnvironment {
  readonly hub: ChannelHub;
  readonly timers: NextLinkTimers;
  readonly #core: FanoutCore;
  readonly #handoff: Handoff;

  constructor(core: FanoutCore, handoff: Handoff) {
    this.hub = core.hub;
    this.timers = core.timers;
    this.#core = core;
    this.#handoff = handoff;
  }

  /** The connection can't go on. */
  failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : 'unknown';
    this.#core.logger({ level: 'error', event: 'service-failed', path: this.#path, reason });
  }

  /** True when so much waits for the client that it must be dropped, so that the others don't suffer for it. */
  isTooSlow(bufferedBytes: number): boolean {
    if (bufferedBytes <= this.#core.maxBufferedBytes) return false;
    this.#core.logger({ level: 'warn', event: 'slow-client-dropped', path: this.#path, bufferedBytes });
    return true;
  }

  /** A next link: a request of Fanout's own, with nothing of the client's. */
  fetch(link: URL, lastIds: ReadonlyMap<string, string>): Promise<Response> {
    if (link.origin !== new URL(this.#handoff.request.url).origin) {
      throw new ProtocolError(
        'Expected a next link to the same service: the embedded Fanout knows no other.',
      );
    }
    return this.#core.nextLinks.fetch(link, gripLast(lastIds), (headers) => {
      const request = new Request(link, { headers: { Host: link.host } });
      return this.#core.service.secondPass({ ...this.#handoff, request }, { headers });
    });
  }

  get #path(): string {
    return new URL(this.#handoff.request.url).pathname;
  }
}

/** The ids from which the service is to go on. */
export function gripLast(lastIds: ReadonlyMap<string, string>): Headers {
  const headers = new Headers();
  for (const [channel, id] of lastIds) headers.append('Grip-Last', `${channel}; last-id=${id}`);
  return headers;
}

/** How long a refresh waits for others that may come with it, in milliseconds. */
export const REFRESH_BATCH = 100;

/** The channels of a connection by name; what is known of each changes with what comes. */
export type HeldChannels = Map<string, HeldChannel>;

/** What filters read of a connection and a message. */
export function filterContext(
  channels: HeldChannels,
  subscriptionMeta: Meta,
  publishMeta: Readonly<Record<string, string>>,
): FilterContext {
  const lastIds = new Map([...channels.values()].map(({ name, prevId }) => [name, prevId]));
  return { subscriptionMeta, publishMeta, lastIds };
}

/** The ids after which the service is to go on, for `Grip-Last`. */
export function knownLastIds(channels: Iterable<HeldChannel>): Map<string, string> {
  return new Map([...channels].flatMap(({ name, prevId }) => (prevId === undefined ? [] : [[name, prevId]])));
}

/** The channels whose last message isn't the one that the service knows; what was known of them is forgotten. */
export function forgetConflicts(hub: ChannelHub, channels: Iterable<HeldChannel>): number {
  let conflicts = 0;
  for (const { name, prevId } of channels) {
    const lastId = hub.lastId(name);
    if (prevId === undefined || lastId === undefined || lastId === prevId) continue;
    hub.forgetLastId(name);
    conflicts += 1;
  }
  return conflicts;
}

/** Makes the channels of a connection those that are wanted now, and leaves alone what stays. */
export function resubscribe(
  hub: ChannelHub,
  subscriber: Subscriber,
  channels: HeldChannels,
  wanted: readonly HeldChannel[],
): void {
  const names = new Set(wanted.map(({ name }) => name));
  for (const name of [...channels.keys()]) {
    if (names.has(name)) continue;
    channels.delete(name);
    hub.unsubscribe(name, subscriber);
  }
  for (const channel of wanted) {
    if (!channels.has(channel.name)) hub.subscribe(channel.name, subscriber);
    channels.set(channel.name, channel);
  }
}
