import { ProtocolError } from '../errors.js';
import { type Channel, checkChannels } from './channel.js';
import { isToken } from './token.js';

/** Bytes that Fanout sends to keep a stream open. */
export interface KeepAlive {
  /** Sent as it is, text as UTF-8; not empty. */
  readonly content: string | Uint8Array;
  /** In whole seconds, at least 1; Fanout sends up to a second earlier, so that not all clients wake at once. */
  readonly timeout: number;
  /** `idle` (the default) counts from the last bytes sent, `interval` from the last keep-alive. */
  readonly mode?: 'idle' | 'interval';
}

interface HoldBase {
  /** At most 20. */
  readonly channels: readonly (string | Channel)[];
  /** What filters read, for example `{ user: 'ada' }` for `skip-self`. */
  readonly meta?: Readonly<Record<string, string>>;
}

/** The response stays open, and what is published as `http-stream` is appended to it. */
export interface StreamHold extends HoldBase {
  readonly mode: 'stream';
  readonly keepAlive?: KeepAlive;
}

/** The response is kept back until something is published as `http-response`, or the timeout. */
export interface ResponseHold extends HoldBase {
  readonly mode: 'response';
  /** In whole seconds, at least 5. At the timeout the client gets the response's own body. */
  readonly timeout?: number;
}

const PRINTABLE = /^[ -~]*$/;

const encoder = new TextEncoder();

/**
 * The `Grip-*` headers that tell Fanout to hold the client's connection.
 *
 * @throws ProtocolError for a value that the headers can't carry.
 * @see https://pushpin.org/docs/protocols/grip/#http
 */
export function gripHoldHeaders(hold: StreamHold | ResponseHold): [name: string, value: string][] {
  const headers: [string, string][] = [
    ['Grip-Hold', hold.mode],
    ['Grip-Channel', checkChannels(hold.channels).map(channelValue).join(', ')],
  ];
  if (hold.mode === 'response' && hold.timeout !== undefined) {
    headers.push(['Grip-Timeout', String(wholeSeconds('timeout', hold.timeout, 5))]);
  }
  if (hold.mode === 'stream' && hold.keepAlive !== undefined) {
    headers.push(['Grip-Keep-Alive', keepAliveValue(hold.keepAlive)]);
  }
  if (hold.meta !== undefined) {
    const meta = Object.entries(hold.meta);
    if (meta.length > 0) headers.push(['Grip-Set-Meta', meta.map(metaValue).join(', ')]);
  }
  return headers;
}

function channelValue({ name, filters = [] }: Channel): string {
  let value = name;
  for (const filter of filters) value += `; filter=${filter}`;
  return value;
}

/** Those that are the same in every hold are written once. */
const keepAliveValues = new WeakMap<KeepAlive, string>();

function keepAliveValue(keepAlive: KeepAlive): string {
  let value = keepAliveValues.get(keepAlive);
  if (value === undefined) {
    value = writeKeepAlive(keepAlive);
    // What could change must not be kept.
    if (Object.isFrozen(keepAlive)) keepAliveValues.set(keepAlive, value);
  }
  return value;
}

function writeKeepAlive({ content, timeout, mode = 'idle' }: KeepAlive): string {
  if (content.length === 0)
    throw new ProtocolError('Expected a keep-alive with content, found an empty one.');
  const seconds = wholeSeconds('keep-alive timeout', timeout, 1);
  return `${escapeAsCString(content)}; format=cstring; mode=${mode}; timeout=${seconds}`;
}

/** Everything but letters, digits and harmless signs is escaped: the value is cut at `;` and trimmed. */
function escapeAsCString(content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? encoder.encode(content) : content;
  const { length } = bytes;
  let text = '';
  for (let index = 0; index < length; index += 1) text += ESCAPED[bytes[index] as number];
  return text;
}

/** What stands for each byte; made once, since a regular expression for each would take most of a request on Compute. */
const ESCAPED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (/[\w:.=+/-]/.test(char)) return char;
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  return `\\x${byte.toString(16).padStart(2, '0')}`;
});

function metaValue([name, value]: [string, string]): string {
  if (!isToken(name)) throw new ProtocolError('A meta name is an HTTP token.');
  if (!PRINTABLE.test(value)) throw new ProtocolError(`The value of meta ${name} is not printable ASCII.`);
  return `${name}="${value.replace(/["\\]/g, '\\$&')}"`;
}

function wholeSeconds(what: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ProtocolError(`Expected a ${what} of at least ${least} whole seconds, found ${value}.`);
  }
  return value;
}
