import type { Context } from 'hono';
import { ConfigurationError, ProtocolError } from '../errors.js';
import type { FanoutEnv } from '../fanout-env.js';
import type { Channel } from '../protocol/channel.js';
import { controlMessage } from '../protocol/control-messages.js';
import {
  decodeClose,
  decodeWebSocketEvents,
  encodeClose,
  WEBSOCKET_EVENTS_TYPE,
  type WebSocketEvent,
} from '../protocol/websocket-events.js';
import type { ChannelNames, ChannelSubscriber } from './channel-subscriber.js';
import { OutgoingEvents, type WebSocketMessage, WebSocketSession } from './websocket-session.js';

const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;
/** An application's own code: the right to listen has expired. As 401, it says that a new one may be had. */
const EXPIRED = 4401;

/** Fanout keeps it with the connection, and sends it with every request. */
const EXPIRES = 'Fanout-Expires';
/** In seconds; Fanout takes less for this. */
const MIN_INTERVAL = 20;

/**
 * WebSockets. Fanout keeps the client's connection and sends what happens on it as requests; what is published
 * as `ws-message` goes to the client without passing here.
 *
 * As it stands it echoes every message. Override the hooks to make it something else: they may be async, the
 * events of a request are handled one after the other, and what hooks send goes out in that order. A hook that
 * throws closes the socket with code 1011 (1008 for a `ProtocolError`).
 *
 * @example
 * class ChatTransport extends WebSocketTransport {
 *   override readonly path = '/chat/:room';
 *   override channels(c: Context) { return [`room-${c.req.param('room')}`]; }
 *   override onOpen(session: WebSocketSession) { session.send('welcome'); }
 * }
 */
export class WebSocketTransport implements ChannelSubscriber {
  readonly name: string = 'websocket';
  readonly path: string = '/ws';
  readonly upgrade = 'websocket';
  /**
   * What Fanout takes off the front of every message from the service. With none, text that starts with `c:`
   * can't be sent, since it would be taken for a control message.
   */
  readonly messagePrefix: string = '';

  /** The channels of a socket that opens; go before those of the mount. */
  channels?(c: Context<FanoutEnv>): ChannelNames | Promise<ChannelNames>;

  /** The socket is open and subscribed. */
  onOpen(_session: WebSocketSession): void | Promise<void> {}

  /** The client sent a message. */
  onMessage(session: WebSocketSession, message: WebSocketMessage): void | Promise<void> {
    session.send(message);
  }

  /** The client closes; nothing can be sent any more. Code 1005 means that it gave none. */
  onClose(_session: WebSocketSession, _code: number, _reason: string): void | Promise<void> {}

  /** The connection was lost without a close; nothing can be sent any more. */
  onDisconnect(_session: WebSocketSession): void | Promise<void> {}

  check(): void {
    // It stands in a quoted string of a header, and is compared with the bytes of messages.
    if (!/^[!#-[\]-~]*$/.test(this.messagePrefix)) {
      throw new ConfigurationError(
        'A messagePrefix is printable ASCII without space, quotation mark and backslash.',
      );
    }
  }

  async isOpening(c: Context): Promise<boolean> {
    return isWebSocketOverHttp(c) && startsWithOpen(new Uint8Array(await c.req.arrayBuffer()));
  }

  async subscribe(c: Context<FanoutEnv>, channels: readonly Channel[]): Promise<Response> {
    if (!isWebSocketOverHttp(c)) return c.text('Not a WebSocket-over-HTTP request.\n', 400);

    const outgoing = new OutgoingEvents();
    const session = new WebSocketSession(c, channels, outgoing, this.messagePrefix);
    const headers = new Headers({ 'Content-Type': WEBSOCKET_EVENTS_TYPE });
    const events = decodeWebSocketEvents(new Uint8Array(await c.req.arrayBuffer()));
    const opening = events[0]?.type === 'OPEN';
    if (opening) {
      headers.set('Sec-WebSocket-Extensions', `grip; message-prefix="${this.messagePrefix}"`);
      rememberExpiry(headers, c.var.fanoutExpires);
    } else if (hasExpired(c) && !events.some(({ type }) => type === 'CLOSE' || type === 'DISCONNECT')) {
      outgoing.add({ type: 'CLOSE', content: encodeClose(EXPIRED, 'expired') });
    }
    for (const event of events) {
      if (outgoing.closed) break;
      try {
        await this.#handle(event, session, outgoing);
      } catch (error) {
        if (!outgoing.closed) outgoing.add({ type: 'CLOSE', content: encodeClose(closeCode(error)) });
        this.#report(c, error);
      }
    }
    return new Response(outgoing.encode(), { headers });
  }

  async #handle(event: WebSocketEvent, session: WebSocketSession, outgoing: OutgoingEvents): Promise<void> {
    const { type, content = new Uint8Array() } = event;
    switch (type) {
      case 'OPEN':
        outgoing.add({ type: 'OPEN' });
        for (const { name: channel, filters } of session.channels) {
          outgoing.add(controlMessage({ type: 'subscribe', channel, ...(filters && { filters }) }));
        }
        return this.onOpen(session);
      case 'TEXT':
        return this.onMessage(session, decodeText(content));
      case 'BINARY':
        return this.onMessage(session, content);
      case 'PING':
        return outgoing.add({ type: 'PONG', content: event.content });
      case 'CLOSE': {
        const { code, reason } = decodeClose(event.content);
        // An unanswered CLOSE leaves the client without a close frame, so the answer comes before the hook.
        outgoing.add({ type: 'CLOSE', content: event.content?.subarray(0, 2) });
        return this.onClose(session, code, reason);
      }
      case 'DISCONNECT':
        outgoing.end();
        return this.onDisconnect(session);
      default:
      // PONG, and whatever a newer proxy may send, asks for nothing.
    }
  }

  /** Says what kind of error it was and where, but not its message: that may hold anything, a client's data too. */
  #report(c: Context<FanoutEnv>, error: unknown): void {
    const expected = error instanceof ProtocolError;
    c.var.fanoutLogger({
      level: expected ? 'warn' : 'error',
      event: 'websocket-failed',
      transport: this.name,
      reason: expected ? error.message : error instanceof Error ? error.name : typeof error,
      ...(!expected && error instanceof Error && { at: stackFrames(error) }),
    });
  }
}

/** A 500 would end the socket without a word to the client: it gets a close frame instead (RFC 6455, 7.4.1). */
function closeCode(error: unknown): number {
  return error instanceof ProtocolError ? POLICY_VIOLATION : INTERNAL_ERROR;
}

/** The top of the stack: V8's lines start with `at`, those of the runtime on Compute have an `@`. */
function stackFrames({ message, stack }: Error): string {
  return String(stack ?? '')
    .replace(message, '')
    .split('\n')
    .filter((line) => /^\s+at (?:.+ \()?\S+:\d+:\d+\)?$|^\S*@\S+:\d+:\d+$/.test(line))
    .slice(0, 5)
    .map((line) => line.trim())
    .join(' < ');
}

/** Fanout then asks again by itself at about that time, should the client be silent. */
function rememberExpiry(headers: Headers, expires: number | undefined): void {
  if (expires === undefined) return;
  headers.set(`Set-Meta-${EXPIRES}`, String(Math.floor(expires)));
  const left = Math.ceil(expires - Date.now() / 1000);
  headers.set('Keep-Alive-Interval', String(Math.max(left, MIN_INTERVAL)));
}

function hasExpired(c: Context): boolean {
  const expires = Number(c.req.header(`Meta-${EXPIRES}`) ?? Number.POSITIVE_INFINITY);
  return !(Date.now() / 1000 < expires);
}

function isWebSocketOverHttp(c: Context): boolean {
  return c.req.method === 'POST' && c.req.header('Content-Type') === WEBSOCKET_EVENTS_TYPE;
}

/** Fanout sends OPEN first or not at all. */
function startsWithOpen(body: Uint8Array): boolean {
  return 'OPEN'.split('').every((letter, index) => body[index] === letter.charCodeAt(0));
}

/** A client may send text that isn't UTF-8 only if the proxy lets it: refuse what can't be sent back as it came. */
function decodeText(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new ProtocolError('Expected a text message in UTF-8, found other bytes.');
  }
}
