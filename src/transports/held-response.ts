import { type Framing, withFramed } from '../protocol/derived-channel.js';
import { gripHoldHeaders, type ResponseHold, type StreamHold } from '../protocol/grip-hold.js';

interface HeldResponse {
  readonly contentType: string;
  /** Further headers for the client. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A stream that Fanout holds open. */
export interface HeldStream extends HeldResponse, Omit<StreamHold, 'mode'> {
  /** Sent at once. With none, a client may hear nothing until the first message. */
  readonly body?: string;
  /**
   * How a `Publisher` frames what it sends here: as events (`sse`, the default for `text/event-stream`) or as lines
   * (`stream`, the default otherwise). With it a stream has at most ten channels. With `none` at most twenty, but only
   * what is published by hand, to the very names, arrives.
   */
  readonly framing?: Framing | 'none';
}

/** A response that Fanout keeps back until a message or the timeout. */
export interface HeldUntilMessage extends HeldResponse, Omit<ResponseHold, 'mode'> {
  /** What the client gets at the timeout; at most 100,000 bytes, which is Fanout's limit. */
  readonly body?: string;
}

/**
 * The answer to Fanout that holds a stream open.
 *
 * @throws ProtocolError for channels or settings that can't be sent.
 * @example
 * holdStream({ channels: ['news'], contentType: 'application/x-ndjson', keepAlive: { content: '\n', timeout: 20 } })
 */
export function holdStream(stream: HeldStream): Response {
  return new Response(stream.body ?? '', { headers: streamHeaders(stream) });
}

/**
 * The answer to Fanout that holds a response back.
 *
 * @throws ProtocolError for channels or settings that can't be sent.
 * @example
 * holdResponse({ channels: ['news'], contentType: 'text/plain', timeout: 30, body: 'nothing new\n' })
 */
export function holdResponse(response: HeldUntilMessage): Response {
  return new Response(response.body ?? '', { headers: responseHeaders(response) });
}

/**
 * The headers of {@link holdStream}, which can't be called while a Wasm is made: there are no responses yet.
 *
 * @throws ProtocolError as it does.
 */
export function streamHeaders(stream: HeldStream): Headers {
  const { framing = framingOf(stream.contentType) } = stream;
  const channels = framing === 'none' ? stream.channels : withFramed(stream.channels, framing);
  return allHeaders(stream, { ...stream, channels, mode: 'stream' });
}

function framingOf(contentType: string): Framing {
  const [type = ''] = contentType.split(';', 1);
  return type.trim().toLowerCase() === 'text/event-stream' ? 'sse' : 'stream';
}

/**
 * The headers of {@link holdResponse}.
 *
 * @throws ProtocolError as it does.
 */
export function responseHeaders(response: HeldUntilMessage): Headers {
  return allHeaders(response, { ...response, mode: 'response' });
}

function allHeaders({ contentType, headers }: HeldResponse, hold: StreamHold | ResponseHold): Headers {
  // What is held is of this moment: a cached copy would be an answer to nobody's question.
  const all = new Headers({ 'Cache-Control': 'no-store' });
  if (headers !== undefined) for (const name of Object.keys(headers)) all.set(name, headers[name] ?? '');
  all.set('Content-Type', contentType);
  for (const [name, value] of gripHoldHeaders(hold)) all.set(name, value);
  return all;
}
