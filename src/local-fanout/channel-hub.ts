import type { PublishItem } from './publish-item.js';

/** A connection that listens to channels. */
export interface Subscriber {
  /** True for a held response: its client is likely to come back soon. */
  readonly polls?: boolean;
  deliver(item: PublishItem): void;
  /** The service is to be asked again: messages may have been published that nobody saw. */
  refresh?(): void;
}

/** How long an id is remembered; Pushpin's `id_cache_ttl`. All times are in milliseconds. */
const ID_LIFETIME = 60_000;
/** How long a channel without subscribers is kept for those who poll; Pushpin's `subscription_linger`. */
const LINGER = 60_000;
/** After a channel's first subscription its subscribers are refreshed. */
const REFRESH_DELAY = 1000;
/** How long a message waits for the one that it says comes before it; Pushpin's `message_wait`. */
const MAX_WAIT = 5000;
const MAX_WAITING = 100;

/** What is known of a channel that is listened to. */
class Channel {
  readonly subscribers = new Set<Subscriber>();
  lastId: string | undefined;
  /** Messages that came too early, by the id that must come before. */
  readonly waiting = new Map<string, { readonly item: PublishItem; readonly timer: NodeJS.Timeout }>();
  linger: NodeJS.Timeout | undefined;
  readonly #refresh: NodeJS.Timeout;

  constructor() {
    this.#refresh = setTimeout(() => {
      for (const subscriber of [...this.subscribers]) subscriber.refresh?.();
    }, REFRESH_DELAY);
  }

  stop(): void {
    clearTimeout(this.#refresh);
    clearTimeout(this.linger);
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
  }
}

/** Who listens to which channel; brings messages into order and to them. */
export class ChannelHub {
  readonly #channels = new Map<string, Channel>();
  /** When each id may be used again; in the order of these times, since all live equally long. */
  readonly #recentIds = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  subscribe(name: string, subscriber: Subscriber): void {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = new Channel();
      this.#channels.set(name, channel);
    }
    clearTimeout(channel.linger);
    channel.subscribers.add(subscriber);
  }

  unsubscribe(name: string, subscriber: Subscriber): void {
    const channel = this.#channels.get(name);
    if (!channel?.subscribers.delete(subscriber) || channel.subscribers.size > 0) return;
    const remove = () => {
      channel.stop();
      this.#channels.delete(name);
    };
    if (!subscriber.polls) return remove();
    channel.linger = setTimeout(remove, LINGER);
    channel.linger.unref();
  }

  /** How many connections listen to the channel. */
  count(name: string): number {
    return this.#channels.get(name)?.subscribers.size ?? 0;
  }

  /** The id of the last message, where it had one and somebody listened. */
  lastId(name: string): string | undefined {
    return this.#channels.get(name)?.lastId;
  }

  /** Messages may have been lost: everyone is to ask the service again. */
  recover(): void {
    const subscribers = new Set<Subscriber>();
    for (const channel of this.#channels.values()) {
      channel.lastId = undefined;
      for (const subscriber of channel.subscribers) subscribers.add(subscriber);
    }
    for (const subscriber of subscribers) subscriber.refresh?.();
  }

  /** What was known turned out to be wrong. */
  forgetLastId(name: string): void {
    const channel = this.#channels.get(name);
    if (channel) channel.lastId = undefined;
  }

  /**
   * Delivers an item to all who listen. One whose id came within the last minute is dropped, and one that
   * names a message before it waits for that message, up to five seconds.
   */
  publish(item: PublishItem): void {
    if (item.id !== undefined && !this.#remember(item.channel, item.id)) return;
    const channel = this.#channels.get(item.channel);
    if (channel === undefined) return;
    if (item.noSeq) return deliver(channel, item);

    const { lastId, waiting } = channel;
    const { prevId } = item;
    if (lastId === undefined || prevId === undefined || lastId === prevId)
      return deliverInOrder(channel, item);
    if (waiting.has(prevId) || waiting.size >= MAX_WAITING) return;
    const timer = setTimeout(() => {
      waiting.delete(prevId);
      deliverInOrder(channel, item);
    }, MAX_WAIT);
    waiting.set(prevId, { item, timer });
  }

  /** Forgets everything, so that no timer is left. */
  close(): void {
    for (const channel of this.#channels.values()) channel.stop();
    this.#channels.clear();
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

/** Delivers an item, then those that waited for it. */
function deliverInOrder(channel: Channel, first: PublishItem): void {
  for (let item: PublishItem | undefined = first; item !== undefined; ) {
    channel.lastId = item.id;
    deliver(channel, item);
    item = takeWaiting(channel, item.id);
  }
}

function takeWaiting({ waiting }: Channel, id: string | undefined): PublishItem | undefined {
  const next = id === undefined ? undefined : waiting.get(id);
  if (id === undefined || next === undefined) return undefined;
  clearTimeout(next.timer);
  waiting.delete(id);
  return next.item;
}

/** Who is added or removed by a delivery doesn't change whom this item goes to. */
function deliver({ subscribers }: Channel, item: PublishItem): void {
  for (const subscriber of [...subscribers]) subscriber.deliver(item);
}
