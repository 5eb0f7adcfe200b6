import { ProtocolError } from '../errors.js';
import {
  decodeClose,
  decodeWebSocketEvents,
  encodeClose,
  encodeWebSocketEvents,
  type OutgoingWebSocketEvent,
  WEBSOCKET_EVENTS_TYPE,
  type WebSocketEvent,
} from '../protocol/websocket-events.js';
import { readBody } from './client-response.js';
import { clampSeconds } from './seconds.js';

/** Is told what comes back from the service. */
export interface ServiceLinkHandler {
  /** TEXT, BINARY, PING or PONG. */
  onEvent(event: WebSocketEvent): void;
  /** The service closes the socket, or answers that the client did. Code 1005: it gave none. */
  onClose(code: number, reason: string): void;
  /** There is room for more again. */
  onDrain(): void;
  /** The service answered what it must not, or nothing: the connection is of no use any more. */
  onFailure(reason: string): void;
}

/** The service's answer to OPEN. */
export type Opening =
  | { readonly accepted: true; readonly headers: Headers }
  | { readonly accepted: false; readonly response: Response };

/** Sends a request with these headers and this body to the service. */
export type SendEvents = (headers: Headers, body: Uint8Array<ArrayBuffer>) => Promise<Response>;

/** Bytes of messages that may wait for the service; Pushpin's limit. */
const MAX_WAITING = 200_000;
/** Bytes that a response may have; Pushpin's limit. */
const MAX_RESPONSE = 1_000_000;
/** Seconds; a service that asks for less gets this. */
const MIN_INTERVAL = 20;

/**
 * The service's end of a client's WebSocket: sends events as requests, one at a time. This is WebSocket-over-HTTP
 * as the proxy sees it.
 *
 * @see https://pushpin.org/docs/protocols/websocket-over-http/
 */
export class ServiceLink {
  readonly #connectionId: string;
  readonly #send: SendEvents;
  readonly #handler: ServiceLinkHandler;
  readonly #meta = new Map<string, string>();
  #waiting: OutgoingWebSocketEvent[] = [];
  #waitingBytes = 0;
  #interval: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  #ended = false;
  /** What is closed from which side. */
  #closing = { requested: false, byService: false };
  /** Events that came with the answer to OPEN. */
  #early: readonly WebSocketEvent[] = [];

  constructor(connectionId: string, send: SendEvents, handler: ServiceLinkHandler) {
    this.#connectionId = connectionId;
    this.#send = send;
    this.#handler = handler;
  }

  /** True while more may be given to {@link send}. */
  get writable(): boolean {
    return this.#waitingBytes < MAX_WAITING;
  }

  /** True once nothing is sent to the service any more, or a CLOSE is on its way. */
  get closing(): boolean {
    return this.#ended || this.#closing.requested;
  }

  /** @throws ProtocolError when the service accepts in a way that isn't WebSocket-over-HTTP. */
  async open(): Promise<Opening> {
    this.#busy = true;
    const response = await this.#post([{ type: 'OPEN' }]);
    if (response.status !== 200 || response.headers.get('Content-Type') !== WEBSOCKET_EVENTS_TYPE) {
      this.#end();
      return { accepted: false, response };
    }
    const [first, ...rest] = await this.#read(response);
    if (first === undefined ? this.#interval === undefined : first.type !== 'OPEN') {
      throw new ProtocolError('The first event of the answer to OPEN is not OPEN.');
    }
    this.#early = rest;
    return { accepted: true, headers: response.headers };
  }

  /** The client is connected: what came with the answer to OPEN is handled, and what follows is sent. */
  start(): void {
    this.#busy = false;
    this.#handle(this.#early, false);
    this.#continue();
  }

  send(event: OutgoingWebSocketEvent): void {
    if (this.closing) return;
    this.#waiting.push(event);
    this.#waitingBytes += event.content?.length ?? 0;
    void this.#update();
  }

  /** The client closes, with a code or without one (1005). */
  close(code = 1005, reason = ''): void {
    if (this.closing) return;
    this.send({ type: 'CLOSE', content: code === 1005 ? undefined : encodeClose(code, reason) });
    this.#closing.requested = true;
  }

  /** The client is gone: the service is told, once what is under way is done. */
  disconnect(): void {
    if (this.#ended) return;
    this.#waiting = [{ type: 'DISCONNECT' }];
    this.#closing.requested = true;
    void this.#update();
  }

  #continue(): void {
    if (this.#ended) return;
    if (this.#waiting.length > 0) void this.#update();
    else if (this.#interval !== undefined) {
      this.#timer = setTimeout(() => void this.#update(), this.#interval * 1000);
    }
  }

  /** One request, with all that waits; none of it where the service asked to be called now and then. */
  async #update(): Promise<void> {
    if (this.#busy || this.#ended) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    const events = this.#waiting;
    this.#waiting = [];
    try {
      const response = await this.#post(events);
      if (events.at(-1)?.type === 'DISCONNECT') return this.#end();
      if (response.status !== 200 || response.headers.get('Content-Type') !== WEBSOCKET_EVENTS_TYPE) {
        throw new ProtocolError(`The service answered events with status ${response.status}.`);
      }
      const answer = await this.#read(response);
      this.#waitingBytes -= events.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
      this.#busy = false;
      this.#handle(answer, events.at(-1)?.type === 'CLOSE');
      if (this.#ended) return;
      if (this.writable) this.#handler.onDrain();
      this.#continue();
    } catch (error) {
      if (this.#ended) return;
      this.#end();
      this.#handler.onFailure(error instanceof Error ? error.message : 'The service failed.');
    }
  }

  #handle(events: readonly WebSocketEvent[], closeSent: boolean): void {
    for (const event of events) {
      switch (event.type) {
        case 'TEXT':
        case 'BINARY':
        case 'PING':
        case 'PONG':
          this.#handler.onEvent(event);
          break;
        case 'CLOSE': {
          const { code, reason } = decodeClose(event.content);
          if (closeSent) this.#end();
          this.#closing.byService = true;
          return this.#handler.onClose(code, reason);
        }
        case 'OPEN':
          return this.#fail('The service sent a second OPEN.');
        case 'DISCONNECT':
          return this.#fail('The service sent DISCONNECT.');
        default: // of no meaning to this version of the protocol
      }
    }
    if (!closeSent) return;
    if (this.#closing.byService) this.#end();
    // With an interval the service may still answer the CLOSE later.
    else if (this.#interval === undefined) this.#fail('The service did not answer CLOSE.');
  }

  #fail(reason: string): void {
    this.#end();
    this.#handler.onFailure(reason);
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #post(events: readonly OutgoingWebSocketEvent[]): Promise<Response> {
    const body = encodeWebSocketEvents(events);
    const headers = new Headers({
      Accept: WEBSOCKET_EVENTS_TYPE,
      'Connection-Id': this.#connectionId,
      'Content-Type': WEBSOCKET_EVENTS_TYPE,
      'Content-Length': String(body.length),
    });
    for (const [name, value] of this.#meta) headers.set(`Meta-${name}`, value);
    return this.#send(headers, body);
  }

  /** The events of a response, once its headers are obeyed. */
  async #read(response: Response): Promise<WebSocketEvent[]> {
    const interval = response.headers.get('Keep-Alive-Interval');
    if (interval !== null) {
      this.#interval = /^[1-9]\d{0,14}$/.test(interval)
        ? Math.max(clampSeconds(Number(interval)), MIN_INTERVAL)
        : undefined;
    }
    for (const [name, value] of response.headers) {
      if (!name.startsWith('set-meta-')) continue;
      const key = name.slice('set-meta-'.length);
      if (value === '') this.#meta.delete(key);
      else this.#meta.set(key, value);
    }
    return decodeWebSocketEvents(await readBody(response, MAX_RESPONSE));
  }
}
