import type { PublishItem } from './publish-item.js';

/** A connection that listens to channels. */
export interface Subscriber {
  deliver(item: PublishItem): void;
}

/** How long an id is remembered, in milliseconds; Pushpin's `id_cache_ttl`. */
const ID_LIFETIME = 60_000;

/** Who listens to which channel. */
export class ChannelHub {
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  /** When each id may be used again; in the order of these times, since all live equally long. */
  readonly #recentIds = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  subscribe(channel: string, subscriber: Subscriber): void {
    const subscribers = this.#subscribers.get(channel);
    if (subscribers) subscribers.add(subscriber);
    else this.#subscribers.set(channel, new Set([subscriber]));
  }

  unsubscribe(channel: string, subscriber: Subscriber): void {
    const subscribers = this.#subscribers.get(channel);
    if (subscribers?.delete(subscriber) && subscribers.size === 0) this.#subscribers.delete(channel);
  }

  /** How many connections listen to the channel. */
  count(channel: string): number {
    return this.#subscribers.get(channel)?.size ?? 0;
  }

  /** Delivers an item to all who listen; one whose id came within the last minute is dropped. */
  publish(item: PublishItem): void {
    if (item.id !== undefined && !this.#remember(item.channel, item.id)) return;
    // Who is added or removed by a delivery doesn't change whom this item goes to.
    for (const subscriber of [...(this.#subscribers.get(item.channel) ?? [])]) subscriber.deliver(item);
  }

  #remember(channel: string, id: string): boolean {
    const now = this.#now();
    for (const [key, until] of this.#recentIds) {
      if (until > now) break;
      this.#recentIds.delete(key);
    }
    const key = JSON.stringify([channel, id]);
    if (this.#recentIds.has(key)) return false;
    this.#recentIds.set(key, now + ID_LIFETIME);
    return true;
  }
}
