import { ProtocolError } from '../errors.js';
import { MAX_CHANNELS } from '../protocol/channel.js';
import { parameter, parseParameters, parseValueWithParameters, splitHeader } from './grip-parameters.js';
import type { HeldChannel, HoldInstruction, Meta } from './hold-instruction.js';
import { UnsupportedError } from './json-fields.js';
import { readSeconds } from './seconds.js';

/** In seconds. */
export const DEFAULT_TIMEOUT = 55;
const MIN_TIMEOUT = 5;
const DEFAULT_LINK_TIMEOUT = 120;

/**
 * Reads the `Grip-*` headers of a response.
 *
 * @throws ProtocolError for what can't be understood, and for what the embedded Fanout doesn't do.
 */
export function readHeaders({ headers, status, statusText }: Response, body: Buffer): HoldInstruction {
  for (const name of ['Grip-Session-Id', 'Grip-Session-Detect']) {
    if (headers.has(name)) throw new UnsupportedError(name);
  }
  const hold = headers.get('Grip-Hold');
  if (hold !== null && hold !== 'response' && hold !== 'stream') {
    throw new ProtocolError(`Grip-Hold must be set to either 'response' or 'stream'`);
  }
  const replaced = readStatus(headers.get('Grip-Status'));
  return {
    mode: hold ?? 'none',
    channels: readChannels(headers.get('Grip-Channel')),
    timeout: holdTimeout(readSeconds('Grip-Timeout', headers.get('Grip-Timeout') ?? undefined)),
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
    const { value, parameters } = channel;
    const filters = parameters.filter(([key]) => key === 'filter').map(([, filter = '']) => utf8(filter));
    const prevId = parameter(parameters, 'prev-id');
    return [{ name: utf8(value), prevId: prevId === undefined ? undefined : utf8(prevId), filters }];
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
  const parsed = header ? parseValueWithParameters(header) : undefined;
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
      return Buffer.from(value, 'latin1');
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

/** A value that is missing, or in quotation marks with nothing between them, is none at all. */
function readMeta(header: string | null): Meta {
  const meta: [string, string | undefined][] = [];
  for (const part of splitHeader(header ?? '')) {
    const parameters = parseParameters(part);
    if (parameters === undefined) continue;
    const [first] = parameters;
    if (first === undefined) throw new ProtocolError('Grip-Set-Meta cannot be empty');
    meta.push([utf8(first[0]), first[1] === undefined ? undefined : utf8(first[1])]);
  }
  return Object.fromEntries(meta);
}

function readStatus(header: string | null): { status: number; reason: string | undefined } | undefined {
  if (header === null || header === '') return undefined;
  const [code = '', ...reason] = header.split(' ');
  if (!/^\d{1,3}$/.test(code)) throw new ProtocolError('Grip-Status contains invalid status code');
  return { status: Number(code), reason: reason.join(' ') || undefined };
}

/** How long a response is held, in milliseconds. */
export function holdTimeout(seconds: number | undefined): number {
  return Math.max(seconds ?? DEFAULT_TIMEOUT, MIN_TIMEOUT) * 1000;
}

function exposedHeaders(headers: Headers): [string, string][] {
  const exposed = splitHeader(headers.get('Grip-Expose-Headers') ?? '').map((name) => name.toLowerCase());
  return [...headers].filter(
    ([name]) => !name.startsWith('grip-') && (exposed.length === 0 || exposed.includes(name)),
  );
}

/** Header values come as Latin-1, a character a byte. */
function utf8(value: string): string {
  return Buffer.from(value, 'latin1').toString();
}
