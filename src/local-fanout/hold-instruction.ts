import { ProtocolError } from '../errors.js';
import { MAX_CHANNELS } from '../protocol/channel.js';
import type { ResponseHead } from './client-response.js';
import { parameter, parseParameters, parseValueWithParameters, splitHeader } from './grip-parameters.js';
import { JsonFields, UnsupportedError } from './json-fields.js';
import { clampSeconds, readSeconds } from './seconds.js';

/** What a service's response tells Fanout to do with the client's connection. */
export interface HoldInstruction {
  readonly mode: 'none' | 'response' | 'stream';
  readonly channels: readonly HeldChannel[];
  /** Milliseconds until a held response is sent as it is. */
  readonly timeout: number;
  readonly keepAlive:
    | { readonly content: Buffer; readonly timeout: number; readonly idle: boolean }
    | undefined;
  /** What filters read of the connection. */
  readonly meta: Readonly<Record<string, string>>;
  /** Where the service tells how to go on, and after how many milliseconds at the latest. */
  readonly nextLink: { readonly uri: string; readonly timeout: number } | undefined;
  /** The response for the client, without anything of GRIP. */
  readonly response: HeldResponse;
}

export interface HeldChannel {
  readonly name: string;
  /** The id of the last message that the service knows of. */
  readonly prevId: string | undefined;
  readonly filters: readonly string[];
}

export interface HeldResponse extends ResponseHead {
  readonly body: Buffer;
}

const DEFAULT_TIMEOUT = 55;
const MIN_TIMEOUT = 5;
const DEFAULT_LINK_TIMEOUT = 120;
const INSTRUCT_TYPE = 'application/grip-instruct';

/** True when the response is for Fanout to act on; any other goes to the client as it is. */
export function hasInstruction(headers: Headers): boolean {
  return isInstruct(headers) || [...headers.keys()].some((name) => name.startsWith('grip-'));
}

function isInstruct(headers: Headers): boolean {
  return headers.get('Content-Type')?.split(';')[0]?.trim() === INSTRUCT_TYPE;
}

/**
 * Reads the `Grip-*` headers of a response, or the same as JSON.
 *
 * @throws ProtocolError for what can't be understood, and for what the embedded Fanout doesn't do.
 * @see https://pushpin.org/docs/protocols/grip/#http
 */
export function readInstruction(response: Response, body: Buffer): HoldInstruction {
  return isInstruct(response.headers) ? readJson(response, body) : readHeaders(response, body);
}

function readHeaders({ headers, status, statusText }: Response, body: Buffer): HoldInstruction {
  for (const name of ['Grip-Session-Id', 'Grip-Session-Detect']) {
    if (headers.has(name)) throw new UnsupportedError(name);
  }
  const hold = headers.get('Grip-Hold') ?? 'none';
  if (hold !== 'none' && hold !== 'response' && hold !== 'stream') {
    throw new ProtocolError(`Grip-Hold must be set to either 'response' or 'stream'`);
  }
  const replaced = readStatus(headers.get('Grip-Status'));
  return {
    mode: hold,
    channels: readChannels(headers.get('Grip-Channel')),
    timeout: clampTimeout(readSeconds('Grip-Timeout', headers.get('Grip-Timeout') ?? undefined)),
    keepAlive: readKeepAlive(headers.get('Grip-Keep-Alive')),
    meta: readMeta(headers.get('Grip-Set-Meta')),
    nextLink: readNextLink(headers.get('Grip-Link')),
    response: {
      ...(replaced ?? { status, reason: statusText || undefined }),
      headers: exposedHeaders(headers),
      body,
    },
  };
}

function readChannels(value: string | null): HeldChannel[] {
  const channels = splitHeader(value ?? '').flatMap((part) => {
    const channel = parseValueWithParameters(part);
    if (channel === undefined) return []; // Pushpin skips what it can't parse
    const { value: name, parameters } = channel;
    const filters = parameters.filter(([key]) => key === 'filter').map(([, filter]) => filter);
    return [{ name, prevId: parameter(parameters, 'prev-id'), filters }];
  });
  // As Fanout does: past the limit channels are dropped without a word.
  return channels.slice(0, MAX_CHANNELS);
}

/** The last of the links whose relation is `next`. */
function readNextLink(value: string | null): HoldInstruction['nextLink'] {
  let next: HoldInstruction['nextLink'];
  for (const part of splitHeader(value ?? '')) {
    const link = parseValueWithParameters(part);
    if (link === undefined || parameter(link.parameters, 'rel') !== 'next') continue;
    const uri = /^<(.+)>$/.exec(link.value)?.[1];
    if (uri === undefined) throw new ProtocolError('failed to parse Grip-Link value');
    const seconds = readSeconds('Grip-Link timeout', parameter(link.parameters, 'timeout'));
    next = { uri, timeout: (seconds ?? DEFAULT_LINK_TIMEOUT) * 1000 };
  }
  return next;
}

function readKeepAlive(header: string | null): HoldInstruction['keepAlive'] {
  const parsed = header === null ? undefined : parseValueWithParameters(header);
  if (parsed === undefined) return undefined;
  const { value, parameters } = parsed;
  if (value === '') throw new ProtocolError('Grip-Keep-Alive cannot be empty');
  const mode = parameter(parameters, 'mode') || 'idle';
  if (mode !== 'idle' && mode !== 'interval') throw new ProtocolError('no such Grip-Keep-Alive mode');
  const seconds = readSeconds('Grip-Keep-Alive timeout', parameter(parameters, 'timeout'));
  return {
    content: decodeKeepAlive(value, parameter(parameters, 'format') || 'raw'),
    timeout: Math.max(seconds ?? DEFAULT_TIMEOUT, 1) * 1000,
    idle: mode === 'idle',
  };
}

function decodeKeepAlive(value: string, format: string): Buffer {
  switch (format) {
    case 'raw':
      return Buffer.from(value);
    case 'base64':
      return Buffer.from(value, 'base64');
    case 'cstring':
      return unescapeCString(value);
    default:
      throw new ProtocolError('no such Grip-Keep-Alive format');
  }
}

function unescapeCString(value: string): Buffer {
  const text = value.replace(/\\(x[\da-f]{2}|x|.|$)/gis, (_, escaped: string) => {
    switch (escaped[0]) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case '\\':
        return '\\';
      case 'x':
        if (escaped.length === 3) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
        break;
      case undefined:
        break;
      default:
        return ''; // an escape that Pushpin doesn't know stands for nothing
    }
    throw new ProtocolError('failed to parse Grip-Keep-Alive cstring format');
  });
  return Buffer.from(text, 'latin1');
}

function readMeta(header: string | null): Record<string, string> {
  const meta: [string, string][] = [];
  for (const part of splitHeader(header ?? '')) {
    const parameters = parseParameters(part);
    if (parameters === undefined) continue;
    const [first] = parameters;
    if (first === undefined) throw new ProtocolError('Grip-Set-Meta cannot be empty');
    meta.push([first[0], first[1]]);
  }
  return Object.fromEntries(meta);
}

function readStatus(header: string | null): { status: number; reason: string | undefined } | undefined {
  if (header === null || header === '') return undefined;
  const [code = '', ...reason] = header.split(' ');
  if (!/^\d{1,3}$/.test(code)) throw new ProtocolError('Grip-Status contains invalid status code');
  return { status: Number(code), reason: reason.join(' ') || undefined };
}

function clampTimeout(seconds: number | undefined): number {
  return Math.max(clampSeconds(seconds ?? DEFAULT_TIMEOUT), MIN_TIMEOUT) * 1000;
}

function exposedHeaders(headers: Headers): [string, string][] {
  const exposed = splitHeader(headers.get('Grip-Expose-Headers') ?? '').map((name) => name.toLowerCase());
  return [...headers].filter(
    ([name]) => !name.startsWith('grip-') && (exposed.length === 0 || exposed.includes(name)),
  );
}

function readJson({ status, statusText }: Response, body: Buffer): HoldInstruction {
  if (status !== 200) throw new ProtocolError(`response code for ${INSTRUCT_TYPE} content must be 200`);
  let document: unknown;
  try {
    document = JSON.parse(body.toString());
  } catch {
    throw new ProtocolError(`failed to parse ${INSTRUCT_TYPE} content as JSON`);
  }
  const instruct = new JsonFields(document, 'instruct');
  const hold = instruct.object('hold');
  const response = instruct.object('response');
  const code = response?.integer('code', 0, 999);
  return {
    ...readJsonHold(hold),
    response: {
      status: code ?? status,
      reason: response?.string('reason') ?? (code === undefined ? statusText || undefined : undefined),
      headers: response?.headers('headers') ?? [],
      body: response?.bytes('body') ?? Buffer.alloc(0),
    },
  };
}

function readJsonHold(hold: JsonFields | undefined): Omit<HoldInstruction, 'response'> {
  const mode = hold === undefined ? 'none' : (hold.string('mode') ?? 'response');
  if (mode !== 'none' && mode !== 'response' && mode !== 'stream') {
    throw new ProtocolError(`hold 'mode' must be set to either 'response' or 'stream'`);
  }
  const channels = hold?.list('channels') ?? [];
  if (hold !== undefined && !hold.has('channels')) throw hold.missing(`'channels'`);
  const keepAlive = hold?.object('keep-alive');
  return {
    mode,
    channels: channels.slice(0, MAX_CHANNELS).map((each) => {
      const channel = new JsonFields(each, 'channel');
      const name = channel.string('name');
      if (name === undefined) throw channel.missing(`'name'`);
      return { name, prevId: channel.string('prev-id'), filters: channel.strings('filters') ?? [] };
    }),
    meta: hold?.stringMap('meta') ?? {},
    nextLink: undefined,
    timeout: clampTimeout(hold?.integer('timeout', 0, 1e15)),
    // As JSON a hold names no mode, and Pushpin keeps alive at an interval.
    keepAlive: keepAlive && {
      content: keepAlive.bytes('content') ?? Buffer.alloc(0),
      timeout: Math.max(clampSeconds(keepAlive.integer('timeout', 0, 1e15) ?? DEFAULT_TIMEOUT), 1) * 1000,
      idle: false,
    },
  };
}
