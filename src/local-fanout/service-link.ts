import { ProtocolError } from '../errors.js';
import {
  decodeClose,
  encodeClose,
  encodeWebSocketEvents,
  type OutgoingWebSocketEvent,
  WEBSOCKET_EVENTS_TYPE,
  type WebSocketEvent,
} from '../protocol/websocket-events.js';
import { readBody } from './client-response.js';
import { readServiceEvents } from './event-reader.js';
import { clampSeconds } from './seconds.js';

/** Is told what comes back from the service. */
export interface ServiceLinkHandler {
  /** TEXT, BINARY, PING or PONG. */
  onEvent(event: WebSocketEvent): void;
  /** The service closes the socket, or answers that the client did; with a code or without. */
  onClose(code: number | undefined, reason: string): void;
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
export const MAX_RESPONSE = 1_000_000;
/** Seconds; a service that asks for less gets this. */
const MIN_INTERVAL = 20;

const MESSAGES: ReadonlySet<string> = new Set(['TEXT', 'BINARY', 'PING', 'PONG']);
/** No event behind one of these counts. */
const ENDS: ReadonlySet<string> = new Set(['OPEN', 'CLOSE', 'DISCONNECT']);

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

  /**
   * @param gone tells that the client does not wait any more.
   * @throws ProtocolError when the service accepts in a way that isn't WebSocket-over-HTTP.
   */
  async open(gone: AbortSignal): Promise<Opening> {
    this.#busy = true;
    for (;;) {
      const response = await this.#post([{ type: 'OPEN' }]);
      if (response.status !== 200 || response.headers.get('Content-Type') !== WEBSOCKET_EVENTS_TYPE) {
        this.#end();
        return { accepted: false, response };
      }
      const [first, ...rest] = await this.#read(response);
      if (first?.type === 'OPEN') {
        this.#early = rest;
        return { accepted: true, headers: response.headers };
      }
      if (first !== undefined || this.#interval === undefined) {
        throw new ProtocolError('The first event of the answer to OPEN is not OPEN.');
      }
      // Neither accepted nor refused: as Pushpin, asks again after the interval; the client waits.
      await this.#wait(this.#interval, gone);
    }
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
    const end = events.findIndex(({ type }) => ENDS.has(type));
    const last = events[end];
    // With these the socket is cut off, before what the service said first reaches the client.
    if (last?.type === 'OPEN') return this.#fail('The service sent a second OPEN.');
    if (last?.type === 'DISCONNECT') return this.#fail('The service sent DISCONNECT.');
    // With an interval the service may still answer the CLOSE later.
    if (closeSent && !last && !this.#closing.byService && this.#interval === undefined) {
      return this.#fail('The service did not answer CLOSE.');
    }
    for (const event of last ? events.slice(0, end) : events) {
      if (MESSAGES.has(event.type)) this.#handler.onEvent(event); // others are of no meaning
    }
    if (closeSent && (last || this.#closing.byService)) this.#end();
    if (last === undefined) return;
    this.#closing.byService = true;
    if ((last.content?.length ?? 0) < 2) return this.#handler.onClose(undefined, '');
    const { code, reason } = decodeClose(last.content);
    this.#handler.onClose(code, reason);
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

  #wait(seconds: number, gone: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(this.#timer);
        reject(new Error('The client left before the service answered OPEN.'));
      };
      if (gone.aborted) return stop();
      gone.addEventListener('abort', stop, { once: true });
      this.#timer = setTimeout(() => {
        gone.removeEventListener('abort', stop);
        resolve();
      }, seconds * 1000);
    });
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
      if (!/^set-meta-./.test(name)) continue;
      const key = name.slice('set-meta-'.length);
      if (value === '') this.#meta.delete(key);
      else this.#meta.set(key, value);
    }
    return readServiceEvents(await readBody(response, MAX_RESPONSE));
  }
}
