import type { Context } from 'hono';
import { ConfigurationError, ProtocolError } from '../errors.js';
import type { FanoutEnv } from '../fanout-env.js';
import type { Channel } from '../protocol/channel.js';
import {
  decodeClose,
  decodeWebSocketEvents,
  encodeClose,
  WEBSOCKET_EVENTS_TYPE,
  type WebSocketEvent,
} from '../protocol/websocket-events.js';
import type { ChannelNames, ChannelSubscriber } from './channel-subscriber.js';
import { ConnectionMeta } from './connection-meta.js';
import { OutgoingEvents } from './outgoing-events.js';
import { SocketSubscriptions } from './socket-subscriptions.js';
import { checkProtocols, chosenProtocol } from './subprotocol.js';
import { type WebSocketMessage, WebSocketSession } from './websocket-session.js';

const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;
/** An application's own code: the right to listen has expired. As 401, it says that a new one may be had. */
const EXPIRED = 4401;

/** In seconds; Fanout takes less for this. */
const MIN_INTERVAL = 20;
/** Fanout would take these for an answer that opens the socket, or for none. */
const NO_REJECTIONS: readonly number[] = [101, 200, 204];

/**
 * WebSockets. Fanout keeps the client's connection and sends what happens on it as requests; what is published
 * as `ws-message` goes to the client without passing here.
 *
 * As it stands it echoes every message. Override the hooks to make it something else: they may be async, the
 * events of a request are handled one after the other, and what hooks send goes out in that order. A hook that
 * throws closes the socket with code 1011 (1008 for a `ProtocolError`).
 *
 * Beside its channels every socket listens to its own, `connectionChannel(session.id)`.
 *
 * What the hooks keep in `session.state` has the type that they give their session, as here.
 *
 * @example
 * class ChatTransport extends WebSocketTransport {
 *   override readonly path = '/chat/:room';
 *   override channels(c: Context) { return [`room-${c.req.param('room')}`]; }
 *   override onOpen(session: WebSocketSession<{ name: string }>) {
 *     const name = session.context.req.query('name');
 *     if (name === undefined) return session.context.text('Who are you?', 400);
 *     session.state = { name };
 *     session.send({ welcome: name });
 *   }
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
  /**
   * The subprotocols that the transport speaks, the best first. The first that the client offers as well is agreed on;
   * with none of them the socket opens without, and browsers that offered some close it.
   */
  readonly protocols: readonly string[] = [];
  /**
   * In seconds, at least 20: a client that is silent for so long brings a request of its own, for `onKeepAlive`. By
   * default none, but where the right to listen expires.
   */
  readonly keepAliveInterval: number | undefined = undefined;
  /** True: what is published with the `id` of a session as `sender` doesn't go to that session's own socket. */
  readonly skipSelf: boolean = false;

  /** The channels of a socket that opens, at most 19; go before those of the mount. */
  channels?(c: Context<FanoutEnv>): ChannelNames | Promise<ChannelNames>;

  /**
   * The client wants to open a socket. A response, of any status but 101, 200 and 204, turns it away, and then nothing
   * of what was sent goes out. Else the socket is open and subscribed.
   */
  onOpen(_session: WebSocketSession): void | Response | Promise<void | Response> {}

  /** The client sent a message. */
  onMessage(session: WebSocketSession, message: WebSocketMessage): void | Promise<void> {
    session.send(message);
  }

  /** The client was silent for `keepAliveInterval`, and its right to listen, if it has an end, goes on. */
  onKeepAlive(_session: WebSocketSession): void | Promise<void> {}

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
    checkProtocols(this.protocols);
    const interval = this.keepAliveInterval;
    if (interval !== undefined && !(Number.isSafeInteger(interval) && interval >= MIN_INTERVAL)) {
      throw new ConfigurationError(
        `Expected a keepAliveInterval of at least ${MIN_INTERVAL} whole seconds, found ${interval}.`,
      );
    }
  }

  async isOpening(c: Context): Promise<boolean> {
    return isWebSocketOverHttp(c) && startsWithOpen(new Uint8Array(await c.req.arrayBuffer()));
  }

  async subscribe(c: Context<FanoutEnv>, channels: readonly Channel[]): Promise<Response> {
    if (!isWebSocketOverHttp(c)) return c.text('Not a WebSocket-over-HTTP request.\n', 400);

    const events = decodeWebSocketEvents(new Uint8Array(await c.req.arrayBuffer()));
    const outgoing = new OutgoingEvents();
    const meta = new ConnectionMeta(c.req.raw.headers);
    const subscriptions = new SocketSubscriptions(outgoing, meta, this.skipSelf);
    const protocol = chosenProtocol(this.protocols, c.req.header('Sec-WebSocket-Protocol'));
    const { messagePrefix } = this;
    const session = new WebSocketSession({
      context: c,
      outgoing,
      meta,
      subscriptions,
      messagePrefix,
      protocol,
    });
    const headers = new Headers({ 'Content-Type': WEBSOCKET_EVENTS_TYPE });

    if (events[0]?.type === 'OPEN') {
      headers.set('Sec-WebSocket-Extensions', `grip; message-prefix="${messagePrefix}"`);
      if (protocol !== undefined) headers.set('Sec-WebSocket-Protocol', protocol);
      this.#keepAlive(headers, meta, c.get('fanoutExpires'));
      outgoing.add({ type: 'OPEN' });
      subscriptions.open(session.id, channels);
    } else if (meta.hasExpired && !events.some(({ type }) => type === 'CLOSE' || type === 'DISCONNECT')) {
      outgoing.add({ type: 'CLOSE', content: encodeClose(EXPIRED, 'expired') });
    }
    try {
      for (const [index, event] of events.entries()) {
        if (outgoing.closed) break;
        if (event.type === 'OPEN' && index > 0) {
          throw new ProtocolError('Expected OPEN to be the first event, found it behind another.');
        }
        const result = this.#handle(event, session, outgoing);
        // Only what has to be awaited is: of many messages most of the time would go into that.
        const answer = typeof result === 'object' ? await result : result;
        if (event.type === 'OPEN' && answer) return checkRejection(answer);
      }
      if (events.length === 0 && !outgoing.closed) await this.onKeepAlive(session);
      meta.write(headers);
    } catch (error) {
      if (!outgoing.closed) outgoing.add({ type: 'CLOSE', content: encodeClose(closeCode(error)) });
      this.#report(c, error);
    }
    return new Response(outgoing.encode(), { headers });
  }

  #handle(
    { type, content }: WebSocketEvent,
    session: WebSocketSession,
    outgoing: OutgoingEvents,
  ): void | Response | Promise<void | Response> {
    switch (type) {
      case 'OPEN':
        return this.onOpen(session);
      case 'TEXT':
        return this.onMessage(session, decodeText(content ?? NOTHING));
      case 'BINARY':
        return this.onMessage(session, content ?? NOTHING);
      case 'PING':
        return outgoing.add({ type: 'PONG', content });
      case 'CLOSE': {
        const { code, reason } = decodeClose(content);
        // An unanswered CLOSE leaves the client without a close frame, so the answer comes before the hook.
        outgoing.add({ type: 'CLOSE', content: content?.subarray(0, 2) });
        return this.onClose(session, code, reason);
      }
      case 'DISCONNECT':
        outgoing.end();
        return this.onDisconnect(session);
      default:
      // PONG, and whatever a newer proxy may send, asks for nothing.
    }
  }

  /** Fanout asks again by itself after that long, should the client be silent; then an expired right is noticed. */
  #keepAlive(headers: Headers, meta: ConnectionMeta, expires: number | undefined): void {
    let interval = this.keepAliveInterval;
    if (expires !== undefined) {
      meta.expires = expires;
      const left = Math.max(Math.ceil(expires - Date.now() / 1000), MIN_INTERVAL);
      interval = Math.min(interval ?? left, left);
    }
    if (interval !== undefined) headers.set('Keep-Alive-Interval', String(interval));
  }

  /** Says what kind of error it was and where, but not its message: that may hold anything, a client's data too. */
  #report(c: Context<FanoutEnv>, error: unknown): void {
    const expected = error instanceof ProtocolError;
    c.get('fanoutLogger')({
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

const NOTHING = new Uint8Array();
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws ConfigurationError for a response by which Fanout would not turn the client away. */
function checkRejection(response: Response): Response {
  // Plain JavaScript may return anything.
  if (response.status > 0 && !NO_REJECTIONS.includes(response.status)) return response;
  throw new ConfigurationError(
    `Expected a response of onOpen to have any status but ${NO_REJECTIONS.join(', ')}, found ${response.status}.`,
  );
}

function isWebSocketOverHttp(c: Context): boolean {
  return c.req.method === 'POST' && c.req.header('Content-Type') === WEBSOCKET_EVENTS_TYPE;
}

/** Fanout sends OPEN first or not at all. */
function startsWithOpen(body: Uint8Array): boolean {
  const [o, p, e, n] = body;
  return o === 0x4f && p === 0x50 && e === 0x45 && n === 0x4e;
}

/** A client may send text that isn't UTF-8 only if the proxy lets it: refuse what can't be sent back as it came. */
function decodeText(content: Uint8Array): string {
  try {
    return utf8.decode(content);
  } catch {
    throw new ProtocolError('Expected a text message in UTF-8, found other bytes.');
  }
}
