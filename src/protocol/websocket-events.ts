import { ProtocolError } from '../errors.js';

/**
 * One event of WebSocket-over-HTTP: `OPEN`, `TEXT`, `BINARY`, `PING`, `PONG`, `CLOSE` or `DISCONNECT`;
 * a receiver ignores other types.
 *
 * `content` is `undefined` where the event has none, which is not the same as empty.
 *
 * @see https://pushpin.org/docs/protocols/websocket-over-http/
 */
export interface WebSocketEvent {
  readonly type: string;
  readonly content?: Uint8Array | undefined;
}

/** An event on its way out: text may be given as a string and is sent as UTF-8. */
export interface OutgoingWebSocketEvent {
  readonly type: string;
  readonly content?: string | Uint8Array | undefined;
}

/** The media type of a request or response that carries events. The proxy compares it byte by byte. */
export const WEBSOCKET_EVENTS_TYPE = 'application/websocket-events';

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
/** The longest type line that is read: DISCONNECT, a space and eight digits fit easily. */
const MAX_LINE = 64;
const MAX_LENGTH_DIGITS = 8;

/** Events of one body. Fanout has 200,000 bytes of them at most, and each takes many times its bytes in memory. */
const MAX_EVENTS = 100_000;

const encoder = new TextEncoder();

/**
 * Reads the events of a body, in one pass and without copying: every `content` is a view into `body`.
 *
 * @throws ProtocolError when the body is not a sequence of whole events. The message gives the offset in bytes.
 */
export function decodeWebSocketEvents(body: Uint8Array): WebSocketEvent[] {
  const events: WebSocketEvent[] = [];
  let position = 0;
  while (position < body.length) {
    const start = position;
    if (events.length === MAX_EVENTS) throw malformed(`no more than ${MAX_EVENTS} events`, start);
    while (isUpperCase(body[position])) position += 1;
    const type = String.fromCharCode(...body.subarray(start, Math.min(position, start + MAX_LINE)));
    if (type === '' || type.length >= MAX_LINE) throw malformed('an event type in capitals', start);

    if (body[position] !== SPACE) {
      position = expectLineEnd(body, position);
      events.push({ type });
      continue;
    }

    const digits = position + 1;
    let length = 0;
    for (position = digits; position - digits < MAX_LENGTH_DIGITS; position += 1) {
      const digit = hexDigit(body[position]);
      if (digit < 0) break;
      length = length * 16 + digit;
    }
    if (position === digits) throw malformed('a length in hexadecimal digits', position);
    const from = expectLineEnd(body, position);
    if (from + length > body.length) {
      throw malformed(`${length} bytes of content and found ${body.length - from}`, from);
    }
    position = expectLineEnd(body, from + length);
    events.push({ type, content: body.subarray(from, from + length) });
  }
  return events;
}

/** Writes events into one buffer. A given `content` is written even when it is empty. */
export function encodeWebSocketEvents(events: readonly OutgoingWebSocketEvent[]): Uint8Array<ArrayBuffer> {
  const parts: (string | Uint8Array)[] = [];
  let size = 0;
  for (const { type, content } of events) {
    if (content === undefined) {
      const line = `${type}\r\n`;
      parts.push(line);
      size += line.length;
      continue;
    }
    const bytes = typeof content === 'string' ? encoder.encode(content) : content;
    const line = `${type} ${bytes.length.toString(16)}\r\n`;
    parts.push(line, bytes, '\r\n');
    size += line.length + bytes.length + 2;
  }

  const body = new Uint8Array(size);
  let position = 0;
  for (const part of parts) {
    if (typeof part === 'string') position += encoder.encodeInto(part, body.subarray(position)).written;
    else {
      body.set(part, position);
      position += part.length;
    }
  }
  return body;
}

/** The content of a `CLOSE` event: the code as two bytes, then the reason. */
export function encodeClose(code: number, reason = ''): Uint8Array<ArrayBuffer> {
  const text = encoder.encode(reason);
  const content = new Uint8Array(2 + text.length);
  content[0] = code >> 8;
  content[1] = code & 0xff;
  content.set(text, 2);
  return content;
}

/** What a `CLOSE` event says: code 1005 (RFC 6455, "no status received") when it has no content. */
export function decodeClose(content: Uint8Array | undefined): { code: number; reason: string } {
  if (content === undefined || content.length < 2) return { code: 1005, reason: '' };
  const code = ((content[0] as number) << 8) | (content[1] as number);
  return { code, reason: new TextDecoder('utf-8', { ignoreBOM: true }).decode(content.subarray(2)) };
}

function expectLineEnd(body: Uint8Array, position: number): number {
  if (body[position] !== CR || body[position + 1] !== LF) throw malformed('CR LF', position);
  return position + 2;
}

function isUpperCase(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x41 && byte <= 0x5a;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

function malformed(expected: string, position: number): ProtocolError {
  return new ProtocolError(`WebSocket events: expected ${expected} at byte ${position}.`);
}
