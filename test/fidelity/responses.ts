import {
  encodeWebSocketEvents,
  type OutgoingWebSocketEvent,
  WEBSOCKET_EVENTS_TYPE,
  type WebSocketEvent,
} from '../../src/protocol/websocket-events.js';
import type { Json } from './fidelity-case.js';
import type { Handler, ServiceRequest } from './site.js';

/** A response with any headers; its type is text unless they say otherwise. */
export function respond(headers: Record<string, string>, body = '', status = 200): Response {
  return new Response(body === '' ? null : body, {
    status,
    headers: { 'Content-Type': 'text/plain', ...headers },
  });
}

/** A stream that begins with `open`: who got that is subscribed. */
export function stream(channel: string, headers: Record<string, string> = {}, body = 'open\n'): Response {
  return respond({ 'Grip-Hold': 'stream', 'Grip-Channel': channel, ...headers }, body);
}

/** A response that waits, and is `timeout` at last. */
export function longPoll(channel: string, headers: Record<string, string> = {}): Response {
  return respond({ 'Grip-Hold': 'response', 'Grip-Channel': channel, ...headers }, 'timeout\n');
}

/** An answer to the events of a WebSocket. */
export function events(
  list: readonly OutgoingWebSocketEvent[],
  headers: Record<string, string> = {},
): Response {
  return new Response(encodeWebSocketEvents(list), {
    headers: { 'Content-Type': WEBSOCKET_EVENTS_TYPE, ...headers },
  });
}

/** An answer that says it holds events, whatever it holds. */
export function rawEvents(body: string, headers: Record<string, string> = {}, status = 200): Response {
  return respond({ 'Content-Type': WEBSOCKET_EVENTS_TYPE, ...GRIP, ...headers }, body, status);
}

export const OPEN: OutgoingWebSocketEvent = { type: 'OPEN' };
/** Turns on control messages; other messages need no prefix. */
export const GRIP: { readonly 'Sec-WebSocket-Extensions': string } = {
  'Sec-WebSocket-Extensions': 'grip; message-prefix=""',
};

/** What asks for a WebSocket, as a plain request. */
export const UPGRADE: { readonly headers: Readonly<Record<string, string>> } = {
  headers: {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  },
};

export function text(content: string): OutgoingWebSocketEvent {
  return { type: 'TEXT', content };
}

export function control(message: unknown): OutgoingWebSocketEvent {
  return text(`c:${JSON.stringify(message)}`);
}

export function subscribe(channel: string, filters?: readonly string[]): OutgoingWebSocketEvent {
  return control({ type: 'subscribe', channel, ...(filters && { filters }) });
}

/**
 * The service of a socket: it accepts, with these events after OPEN, and then answers every event by `answer`, by
 * default CLOSE by CLOSE and nothing else.
 */
export function webSocket(
  first: readonly OutgoingWebSocketEvent[],
  answer: (event: WebSocketEvent, request: ServiceRequest) => readonly OutgoingWebSocketEvent[] = sameClose,
): Handler {
  return (request) => {
    if (request.events[0]?.type === 'OPEN') return events([OPEN, ...first], GRIP);
    return events(request.events.flatMap((event) => answer(event, request)));
  };
}

/** Answers CLOSE as it came, and nothing else. */
export function sameClose(event: WebSocketEvent): OutgoingWebSocketEvent[] {
  return event.type === 'CLOSE' ? [event] : [];
}

/** The events of the requests so far, as text: `TEXT hello`, `CLOSE 03e8`. */
export function eventsOf(requests: readonly ServiceRequest[]): string[] {
  return requests.flatMap((request) => request.events.map(eventText));
}

export function eventText({ type, content }: WebSocketEvent): string {
  if (content === undefined) return type;
  const bytes = Buffer.from(content);
  return `${type} ${type === 'TEXT' || type === 'PING' || type === 'PONG' ? bytes.toString() : bytes.toString('hex')}`;
}

/** Text as it is, binary as hexadecimal digits. */
export function messages(received: readonly (string | Buffer)[]): Json[] {
  return received.map((message) => (typeof message === 'string' ? message : `0x${message.toString('hex')}`));
}
