import type { Context } from 'hono';
import { ConfigurationError, ProtocolError } from '../errors.js';
import { type Channel, checkChannelName } from '../protocol/channel.js';
import { CONTROL_PREFIX, type ControlMessage, controlMessage } from '../protocol/control-messages.js';
import {
  encodeClose,
  encodeWebSocketEvents,
  type OutgoingWebSocketEvent,
} from '../protocol/websocket-events.js';

/** A message of a WebSocket: text as a string, binary as bytes. */
export type WebSocketMessage = string | Uint8Array;

/** RFC 6455, 5.5: a control frame holds 125 bytes, of which the code takes two. */
const MAX_REASON = 123;

/** What goes out in the response to one request. Nothing may follow a CLOSE. */
export class OutgoingEvents {
  readonly #events: OutgoingWebSocketEvent[] = [];
  #closed = false;
  #sent = false;

  get closed(): boolean {
    return this.#closed;
  }

  /** The connection is gone: nothing more can go out. */
  end(): void {
    this.#closed = true;
  }

  /** @throws ConfigurationError after a CLOSE, and when the response is gone already. */
  add(event: OutgoingWebSocketEvent): void {
    if (this.#sent) {
      throw new ConfigurationError(
        'The response to Fanout has been sent: what a hook starts has to be awaited in it.',
      );
    }
    if (this.#closed) throw new ConfigurationError('The WebSocket is closed: nothing can be sent any more.');
    this.#events.push(event);
    this.#closed = event.type === 'CLOSE';
  }

  /** All of them; nothing can be added afterwards. */
  encode(): Uint8Array<ArrayBuffer> {
    this.#sent = true;
    return encodeWebSocketEvents(this.#events);
  }
}

/**
 * One request's view of a client's WebSocket. What handlers do with it goes out in order, in the response to
 * that request; it must not be kept for later.
 */
export class WebSocketSession {
  /** The context of the request that brought the events. */
  readonly context: Context;
  /** What the socket was subscribed to; only known in the request that opens it. */
  readonly channels: readonly Channel[];
  readonly #outgoing: OutgoingEvents;
  readonly #messagePrefix: string;

  constructor(
    context: Context,
    channels: readonly Channel[],
    outgoing: OutgoingEvents,
    messagePrefix: string,
  ) {
    this.context = context;
    this.channels = channels;
    this.#outgoing = outgoing;
    this.#messagePrefix = messagePrefix;
  }

  /** Fanout's name for the connection; the same in all its requests. */
  get id(): string {
    return this.context.req.header('Connection-Id') ?? '';
  }

  /** True once the socket is closed or closing, from either side. */
  get closed(): boolean {
    return this.#outgoing.closed;
  }

  /**
   * Sends a message.
   *
   * @throws ProtocolError for text that starts with `c:` when the transport has no `messagePrefix`: Fanout
   * would obey it as a control message. Whoever could make the service send such text could subscribe
   * to any channel.
   */
  send(message: WebSocketMessage): void {
    const prefix = this.#messagePrefix;
    if (typeof message === 'string') {
      const content = prefix + message;
      if (content.startsWith(CONTROL_PREFIX)) {
        throw new ProtocolError(
          `Text that starts with "${CONTROL_PREFIX}" needs a messagePrefix to be sent.`,
        );
      }
      this.#outgoing.add({ type: 'TEXT', content });
    } else {
      this.#outgoing.add({ type: 'BINARY', content: prefix === '' ? message : prepend(prefix, message) });
    }
  }

  /** Subscribes the socket to one more channel. */
  subscribe(channel: string, options: { readonly filters?: readonly string[] } = {}): void {
    checkChannelName(channel);
    this.control({ type: 'subscribe', channel, ...options });
  }

  /** Ends a subscription of the socket; what is published there passes it by from then on. */
  unsubscribe(channel: string): void {
    checkChannelName(channel);
    this.control({ type: 'unsubscribe', channel });
  }

  /** Ends the link to the service: the client keeps receiving what is published, and is heard no more. */
  detach(): void {
    this.control({ type: 'detach' });
  }

  /** Sends a control message to Fanout. */
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

function prepend(prefix: string, bytes: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(prefix);
  const all = new Uint8Array(head.length + bytes.length);
  all.set(head);
  all.set(bytes, head.length);
  return all;
}
