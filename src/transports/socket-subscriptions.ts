import { ProtocolError } from '../errors.js';
import { type Channel, MAX_CHANNELS } from '../protocol/channel.js';
import { controlMessage } from '../protocol/control-messages.js';
import { connectionChannel } from '../protocol/private-channel.js';
import type { ConnectionMeta } from './connection-meta.js';
import type { OutgoingEvents } from './outgoing-events.js';

/** Fanout does not deliver a message to the socket whose meta `user` is the message's meta `sender`. */
const SKIP_SELF = 'skip-self';
/** Each socket has its own channel as well. */
const MAX_OTHERS = MAX_CHANNELS - 1;
/** Bytes of all names with their commas: they come back with every request, and servers limit headers. */
const MAX_NAMES = 4096;

/** What a socket is subscribed to: tells Fanout, and has it remember the names for later requests. */
export class SocketSubscriptions {
  readonly #outgoing: OutgoingEvents;
  readonly #meta: ConnectionMeta;
  readonly #skipSelf: boolean;

  constructor(outgoing: OutgoingEvents, meta: ConnectionMeta, skipSelf: boolean) {
    this.#outgoing = outgoing;
    this.#meta = meta;
    this.#skipSelf = skipSelf;
  }

  /** All but that of the connection itself. */
  get names(): readonly string[] {
    return this.#meta.channels;
  }

  /** The subscriptions that a socket opens with. */
  open(connectionId: string, channels: readonly Channel[]): void {
    if (this.#skipSelf) {
      this.#outgoing.add(controlMessage({ type: 'set-meta', name: 'user', value: connectionId }));
    }
    for (const channel of channels) this.add(channel);
    this.#outgoing.add(controlMessage({ type: 'subscribe', channel: connectionChannel(connectionId) }));
  }

  /**
   * @throws ProtocolError for more than Fanout's 20, which it would drop without a word, and for names of more than
   * {@link MAX_NAMES} together.
   */
  add({ name, filters = [] }: Channel): void {
    const names = [...new Set([...this.names, name])];
    if (names.length > MAX_OTHERS) {
      throw new ProtocolError(
        `Expected at most ${MAX_OTHERS} channels beside that of the connection, found ${names.length}.`,
      );
    }
    const size = names.join().length;
    if (size > MAX_NAMES) {
      throw new ProtocolError(
        `Expected the names of a WebSocket's channels to have at most ${MAX_NAMES} bytes together, found ${size}.`,
      );
    }
    const all = this.#skipSelf ? [...new Set([...filters, SKIP_SELF])] : filters;
    this.#outgoing.add(
      controlMessage({ type: 'subscribe', channel: name, ...(all.length > 0 && { filters: all }) }),
    );
    this.#meta.channels = names;
  }

  remove(name: string): void {
    this.#outgoing.add(controlMessage({ type: 'unsubscribe', channel: name }));
    this.#meta.channels = this.names.filter((each) => each !== name);
  }
}
