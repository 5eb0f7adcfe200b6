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
/** The longest type that is read: DISCONNECT has ten letters. */
const MAX_TYPE = 63;
const MAX_LENGTH_DIGITS = 8;

/** Events of one body. Fanout has 200,000 bytes of them at most, and each takes many times its bytes in memory. */
const MAX_EVENTS = 100_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The usual types by their letters as the digits of a number, which costs far less to make than a string: ten letters
 * in base 32 are exact in a double.
 */
const TYPES: ReadonlyMap<number, string> = new Map(
  ['OPEN', 'TEXT', 'BINARY', 'PING', 'PONG', 'CLOSE', 'DISCONNECT'].map((type) => [
    [...type].reduce((number, letter) => number * 32 + (letter.charCodeAt(0) & 0x1f), 0),
    type,
  ]),
);
const MAX_EXACT = 10;

/**
 * Reads the events of a body, in one pass and without copying: every `content` is a view into `body`.
 *
 * Written for the interpreter on Compute, where a call costs more than what most of them do here, and `subarray` ten
 * times a constructor.
 *
 * @throws ProtocolError when the body is not a sequence of whole events. The message gives the offset in bytes.
 */
export function decodeWebSocketEvents(body: Uint8Array): WebSocketEvent[] {
  const events: WebSocketEvent[] = [];
  const { buffer, byteOffset, length: size } = body;
  let position = 0;
  while (position < size) {
    const start = position;
    if (events.length === MAX_EVENTS) throw malformed(`no more than ${MAX_EVENTS} events`, start);
    let letters = 0;
    let byte = body[position] as number;
    while (byte >= 0x41 && byte <= 0x5a) {
      letters = letters * 32 + (byte & 0x1f);
      position += 1;
      byte = body[position] as number; // past the end it is undefined, and no comparison holds
    }
    const count = position - start;
    if (count === 0 || count > MAX_TYPE) throw malformed('an event type in capitals', start);
    const known = count <= MAX_EXACT ? TYPES.get(letters) : undefined;
    const type = known ?? decoder.decode(new Uint8Array(buffer, byteOffset + start, count));

    if (byte !== SPACE) {
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
    if (from + length > size) {
      throw malformed(`${length} bytes of content and found ${size - from}`, from);
    }
    position = expectLineEnd(body, from + length);
    events.push({ type, content: new Uint8Array(buffer, byteOffset + from, length) });
  }
  return events;
}

/** Writes events into one buffer. A given `content` is written even when it is empty. */
export function encodeWebSocketEvents(events: readonly OutgoingWebSocketEvent[]): Uint8Array<ArrayBuffer> {
  // What is text up to the next bytes is encoded at once: a call for each event would cost more than its content.
  const parts: (string | Uint8Array)[] = [];
  let text = '';
  for (const { type, content } of events) {
    if (content === undefined) text += `${type}\r\n`;
    else if (typeof content === 'string') {
      text += `${type} ${encoder.encode(content).length.toString(16)}\r\n${content}\r\n`;
    } else {
      parts.push(`${text}${type} ${content.length.toString(16)}\r\n`, content);
      text = '\r\n';
    }
  }
  if (parts.length === 0) return encoder.encode(text);

  parts.push(text);
  const encoded = parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part));
  const body = new Uint8Array(encoded.reduce((size, { length }) => size + length, 0));
  let position = 0;
  for (const part of encoded) {
    body.set(part, position);
    position += part.length;
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
  return { code, reason: decoder.decode(content.subarray(2)) };
}

function expectLineEnd(body: Uint8Array, position: number): number {
  if (body[position] !== CR || body[position + 1] !== LF) throw malformed('CR LF', position);
  return position + 2;
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
