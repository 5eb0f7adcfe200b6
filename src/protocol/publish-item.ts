import { ProtocolError } from '../errors.js';
import { checkChannelName } from './channel.js';
import { isToken } from './token.js';

/** Bytes of a publish request, with all that is in it; the limit of Fastly and of a Pushpin that is set up alike. */
export const MAX_PUBLISH_BYTES = 65_536;

/** Text goes out as UTF-8. */
export type Content = string | Uint8Array;

/** The connection's next link is fetched, or its request made again, to get what is new. */
export interface PublishedHint {
  readonly action: 'hint';
}

interface Sent {
  readonly action?: 'send';
  /** Names of the filters that change the content, such as `var-subst`; the subscription must have the same. */
  readonly contentFilters?: readonly string[];
}

/** `http-stream`: what is appended to a stream, as it is. */
export type PublishedStreamData =
  | (Sent & { readonly content: Content })
  | PublishedHint
  /** The response ends. */
  | { readonly action: 'close' };

/** `http-response`: how a long poll is answered. Headers that it doesn't name are those of the held response. */
export type PublishedResponse =
  | (Sent & {
      /** The status; by default 200. */
      readonly code?: number;
      readonly reason?: string;
      readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
    } & (
        | { readonly body: Content }
        /** Changes to the body of the held response (RFC 6902). */
        | { readonly bodyPatch: readonly object[] }
      ))
  | PublishedHint;

/** `ws-message`: what is sent to a WebSocket, or how it is closed. */
export type PublishedWebSocketMessage =
  | (Sent & {
      /** By default text for a string, binary for bytes. */
      readonly type?: 'text' | 'binary' | 'ping' | 'pong';
      readonly content: Content;
    })
  | PublishedHint
  | ({ readonly action: 'close' } & WebSocketClosing);

/** How a WebSocket is closed (RFC 6455, section 7.4). */
export interface WebSocketClosing {
  /** 1000 to 1003, 1007 to 1014, or 3000 to 4999 for an application's own. */
  readonly code?: number;
  /** At most 123 bytes, and only with a code. */
  readonly reason?: string;
}

/** For each kind of connection what it gets, if anything; the names are those on the wire. */
export interface PublishedFormats {
  readonly 'http-stream'?: PublishedStreamData;
  readonly 'http-response'?: PublishedResponse;
  readonly 'ws-message'?: PublishedWebSocketMessage;
}

/** How an item is told from others, and to whom it goes. */
export interface ItemOptions {
  /** Fanout delivers a channel's message of the same id once; it remembers the id for a minute. */
  readonly id?: string;
  /** The id of the message before it: it is delivered after that one. */
  readonly prevId?: string;
  /** It is delivered whatever came before it. */
  readonly noSeq?: boolean;
  /** What filters read: `sender` for `skip-self`, `skip_users` for `skip-users`. */
  readonly meta?: Readonly<Record<string, string>>;
}

/** One message as it is published, in the framings of GRIP. */
export interface PublishItem extends ItemOptions {
  readonly channel: string;
  readonly formats: PublishedFormats;
}

/** Those that may be sent (RFC 6455, section 7.4.2). */
const CLOSE_CODES: readonly (readonly [number, number])[] = [
  [1000, 1003],
  [1007, 1014],
  [3000, 4999],
];
const MAX_CLOSE_REASON = 123;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * An item as JSON.
 *
 * @throws ProtocolError for a field that can't be sent. The message names the field and repeats nothing of it.
 * @see https://pushpin.org/docs/usage/#publishing
 */
export function encodePublishItem(item: PublishItem): string {
  checkChannelName(item.channel);
  const { channel, id, prevId, noSeq, meta } = item;
  const formats = {
    ...mapped('http-stream', item.formats['http-stream'], encodeStreamData),
    ...mapped('http-response', item.formats['http-response'], encodeResponse),
    ...mapped('ws-message', item.formats['ws-message'], encodeWebSocketMessage),
  };
  if (Object.keys(formats).length === 0) throw new ProtocolError('Expected a format to publish, found none.');
  return JSON.stringify({
    channel,
    ...(id !== undefined && { id: checkId(id) }),
    ...(prevId !== undefined && { 'prev-id': checkId(prevId) }),
    ...(noSeq && { 'no-seq': true }),
    ...(meta && { meta }),
    formats,
  });
}

/** The body of a request that publishes these items, each as JSON. */
export function encodePublishRequest(items: readonly string[]): string {
  return `{"items":[${items.join(',')}]}`;
}

/** Base64 with padding (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  // In pieces: a call takes only so many arguments.
  for (let start = 0; start < bytes.length; start += 8192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(binary);
}

function mapped<T>(name: string, format: T | undefined, encode: (format: T) => object): object {
  return format === undefined ? {} : { [name]: encode(format) };
}

function encodeStreamData(data: PublishedStreamData): object {
  if (data.action === 'hint' || data.action === 'close') return { action: data.action };
  return { ...encodeContent('content', data.content), ...encodeFilters(data) };
}

function encodeResponse(response: PublishedResponse): object {
  if (response.action === 'hint') return { action: 'hint' };
  const { code, reason, headers } = response;
  if (code !== undefined && !isWithin(code, 200, 599)) {
    throw new ProtocolError(`The code of a response is a status from 200 to 599; found ${String(code)}.`);
  }
  return {
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason: singleLine('The reason of a response', reason) }),
    ...(headers && { headers: encodeHeaders(headers) }),
    ...('bodyPatch' in response
      ? { 'body-patch': response.bodyPatch }
      : encodeContent('body', response.body)),
    ...encodeFilters(response),
  };
}

function encodeWebSocketMessage(message: PublishedWebSocketMessage): object {
  if (message.action === 'hint') return { action: 'hint' };
  if (message.action === 'close') return { action: 'close', ...checkClosing(message) };
  const { type, content } = message;
  return { ...(type && { type }), ...encodeContent('content', content), ...encodeFilters(message) };
}

function checkClosing({ code, reason }: WebSocketClosing): WebSocketClosing {
  if (code !== undefined && !CLOSE_CODES.some(([least, most]) => isWithin(code, least, most))) {
    throw new ProtocolError(
      `A WebSocket is closed with a code of 1000 to 1003, 1007 to 1014 or 3000 to 4999; found ${String(code)}.`,
    );
  }
  if (reason === undefined) return code === undefined ? {} : { code };
  if (code === undefined) throw new ProtocolError('The reason of a close needs a code with it.');
  const size = utf8Length(wellFormed('The reason of a close', reason));
  if (size > MAX_CLOSE_REASON) {
    throw new ProtocolError(`The reason of a close has at most ${MAX_CLOSE_REASON} bytes; found ${size}.`);
  }
  return { code, reason };
}

function encodeContent(name: 'content' | 'body', content: Content): object {
  if (typeof content === 'string') return { [name]: wellFormed(`The ${name}`, content) };
  if (content instanceof Uint8Array) return { [`${name}-bin`]: encodeBase64(content) };
  throw new ProtocolError(`The ${name} of a format is a string or a Uint8Array; found ${typeof content}.`);
}

function encodeFilters({ contentFilters }: Sent): object {
  return contentFilters === undefined ? {} : { 'content-filters': contentFilters };
}

function encodeHeaders(
  headers: Readonly<Record<string, string>> | readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const pairs = Array.isArray(headers)
    ? (headers as readonly (readonly [string, string])[])
    : Object.entries(headers);
  for (const [name, value] of pairs) {
    if (!isToken(name)) throw new ProtocolError('A header of a response has a name that is no token.');
    singleLine(`Header ${name} of a response`, value);
  }
  return pairs;
}

/** An id may come back in a header of Fanout's. */
function checkId(id: string): string {
  if (id === '') throw new ProtocolError('The id of a message is not empty.');
  return singleLine('The id of a message', id);
}

function singleLine(what: string, value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is for
  if (typeof value !== 'string' || /[\0-\x1f\x7f]/.test(value)) {
    throw new ProtocolError(`${what} is text without control characters.`);
  }
  return wellFormed(what, value);
}

/** What UTF-8 can't carry would arrive as something else, or not at all. */
function wellFormed(what: string, text: string): string {
  if (LONE_SURROGATE.test(text)) {
    throw new ProtocolError(`${what} holds half of a surrogate pair, which is not text.`);
  }
  return text;
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** How many bytes a text takes on the wire. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
