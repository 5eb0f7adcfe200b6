import type { Context } from 'hono';
import { ConfigurationError, ProtocolError } from '../errors.js';
import type { FanoutEnv } from '../fanout-env.js';
import { checkChannelName, checkChannels } from '../protocol/channel.js';
import { CONTROL_PREFIX, type ControlMessage, controlMessage } from '../protocol/control-messages.js';
import { checkNotDerived } from '../protocol/derived-channel.js';
import { encodeMessageData, type MessageData } from '../protocol/message-data.js';
import { checkNotPrivate, connectionChannel, isPrivateChannel } from '../protocol/private-channel.js';
import { encodeBase64 } from '../protocol/publish-item.js';
import { encodeClose } from '../protocol/websocket-events.js';
import type { ConnectionMeta } from './connection-meta.js';
import type { OutgoingEvents } from './outgoing-events.js';
import type { SocketSubscriptions } from './socket-subscriptions.js';

/** A message of a WebSocket: text as a string, binary as bytes. */
export type WebSocketMessage = string | Uint8Array;

/** How Fanout keeps a socket alive by itself, without asking the service. */
export interface SocketKeepAlive {
  /** In whole seconds, at least 1. */
  readonly timeout: number;
  /** By default a ping, which no page sees. */
  readonly type?: 'text' | 'binary' | 'ping' | 'pong';
  /** By default empty; goes out as it is. At most 125 bytes for pings and pongs (RFC 6455, 5.5). */
  readonly content?: string | Uint8Array;
  /** `idle` (the default) counts from the last message to the client, `interval` from the last keep-alive. */
  readonly mode?: 'idle' | 'interval';
}

/** What a session is made of. */
export interface SessionParts {
  readonly context: Context<FanoutEnv>;
  readonly outgoing: OutgoingEvents;
  readonly meta: ConnectionMeta;
  readonly subscriptions: SocketSubscriptions;
  readonly messagePrefix: string;
  readonly protocol: string | undefined;
}

/** RFC 6455, 5.5: a control frame holds 125 bytes, of which the code of a CLOSE takes two. */
const MAX_CONTROL = 125;
const MAX_REASON = MAX_CONTROL - 2;

/**
 * One request's view of a client's WebSocket. What handlers do with it goes out in order, in the response to
 * that request; it must not be kept for later. What is to last is in {@link state}.
 */
export class WebSocketSession<State = unknown> {
  /** The context of the request that brought the events. */
  readonly context: Context<FanoutEnv>;
  /** The subprotocol that was agreed on, of those that the transport has. */
  readonly protocol: string | undefined;
  readonly #outgoing: OutgoingEvents;
  readonly #meta: ConnectionMeta;
  readonly #subscriptions: SocketSubscriptions;
  readonly #messagePrefix: string;

  constructor({ context, outgoing, meta, subscriptions, messagePrefix, protocol }: SessionParts) {
    this.context = context;
    this.protocol = protocol;
    this.#outgoing = outgoing;
    this.#meta = meta;
    this.#subscriptions = subscriptions;
    this.#messagePrefix = messagePrefix;
  }

  /** Fanout's name for the connection; the same in all its requests. */
  get id(): string {
    return this.context.req.header('Connection-Id') ?? '';
  }

  /** The connection's own channel: what is published there reaches this socket alone. */
  get channel(): string {
    return connectionChannel(this.id);
  }

  /** The names of the channels that the socket is subscribed to, without those of the connection and its user. */
  get channels(): readonly string[] {
    return this.#subscriptions.names.filter((name) => !isPrivateChannel(name));
  }

  /**
   * What handlers keep from one request to the next, `undefined` at first. Fanout has it, so it is what JSON holds and
   * at most 4,096 bytes of it; a change within it counts as well as a new one.
   */
  get state(): State | undefined {
    return this.#meta.state as State | undefined;
  }

  /** @throws ConfigurationError for what can't be kept, and once the socket is closed. */
  set state(value: State | undefined) {
    this.#outgoing.check();
    this.#meta.state = value;
  }

  /** True once the socket is closed or closing, from either side. */
  get closed(): boolean {
    return this.#outgoing.closed;
  }

  /**
   * Sends a message: a string as text, bytes as binary, anything else as JSON.
   *
   * @throws ProtocolError for text that starts with `c:` when the transport has no `messagePrefix`: Fanout
   * would obey it as a control message. Whoever could make the service send such text could subscribe
   * to any channel.
   */
  send(message: MessageData): void {
    const prefix = this.#messagePrefix;
    const data = encodeMessageData(message);
    if (typeof data === 'string') {
      const content = prefix + data;
      if (content.startsWith(CONTROL_PREFIX)) {
        throw new ProtocolError(
          `Text that starts with "${CONTROL_PREFIX}" needs a messagePrefix to be sent.`,
        );
      }
      this.#outgoing.add({ type: 'TEXT', content });
    } else {
      this.#outgoing.add({ type: 'BINARY', content: prefix === '' ? data : prepend(prefix, data) });
    }
  }

  /**
   * Sends a ping, which the client answers by itself.
   *
   * @throws ConfigurationError for more than 125 bytes.
   */
  ping(content: string | Uint8Array = ''): void {
    this.#outgoing.add({ type: 'PING', content: controlContent(content) });
  }

  /**
   * Subscribes the socket to one more channel. Where it is subscribed already, the new filters count.
   *
   * @throws ProtocolError for a name that can't be sent, or is reserved, and for more than 19 channels with that of
   * the user: Fanout would drop them without a word.
   */
  subscribe(channel: string, options: { readonly filters?: readonly string[] } = {}): void {
    checkChannels([{ name: channel, ...options }]);
    checkNotDerived(channel);
    checkNotPrivate(channel);
    this.#subscriptions.add({ name: channel, ...options });
  }

  /**
   * Ends a subscription of the socket; what is published there passes it by from then on.
   *
   * @throws ProtocolError for a name that can't be sent.
   */
  unsubscribe(channel: string): void {
    checkChannelName(channel);
    this.#subscriptions.remove(channel);
  }

  /** Ends the link to the service: the client keeps receiving what is published, and is heard no more. */
  detach(): void {
    this.control({ type: 'detach' });
  }

  /**
   * Lets Fanout send something to the client now and then, so that nothing on the way takes the connection for dead;
   * `false` ends that.
   *
   * @throws ConfigurationError for a timeout or content that can't be sent.
   */
  keepAlive(options: SocketKeepAlive | false): void {
    if (options === false) return this.control({ type: 'keep-alive' });
    const { timeout, type = 'ping', content = '', mode = 'idle' } = options;
    if (!Number.isSafeInteger(timeout) || timeout < 1) {
      throw new ConfigurationError(
        `Expected a keep-alive timeout of at least 1 whole second, found ${timeout}.`,
      );
    }
    if (type === 'ping' || type === 'pong') controlContent(content);
    this.control({
      type: 'keep-alive',
      'message-type': type,
      ...(typeof content === 'string' ? { content } : { 'content-bin': encodeBase64(content) }),
      timeout,
      mode,
    });
  }

  /** Sends a control message to Fanout, as it is. */
  control(message: ControlMessage): void {
    this.#outgoing.add(controlMessage(message));
  }

  /**
   * Closes the socket, after what was sent before.
   *
   * @param code 1000, or 3000 to 4999 for an application's own.
   * @param reason at most 123 bytes of UTF-8.
   * @throws ConfigurationError for any other.
   */
  close(code = 1000, reason = ''): void {
    if (code !== 1000 && !(Number.isInteger(code) && code >= 3000 && code <= 4999)) {
      throw new ConfigurationError(`Expected a close code of 1000 or 3000 to 4999, found ${code}.`);
    }
    const content = encodeClose(code, reason);
    if (content.length - 2 > MAX_REASON) {
      throw new ConfigurationError(
        `Expected a close reason of at most ${MAX_REASON} bytes, found ${content.length - 2}.`,
      );
    }
    this.#outgoing.add({ type: 'CLOSE', content });
  }
}

/** @throws ConfigurationError for more than a control frame holds. */
function controlContent(content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  if (bytes.length > MAX_CONTROL) {
    throw new ConfigurationError(
      `Expected at most ${MAX_CONTROL} bytes in a ping or pong, found ${bytes.length}.`,
    );
  }
  return bytes;
}

function prepend(prefix: string, bytes: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(prefix);
  const all = new Uint8Array(head.length + bytes.length);
  all.set(head);
  all.set(bytes, head.length);
  return all;
}
