import { ProtocolError } from '../errors.js';
import { JsonFields, UnsupportedError } from './json-fields.js';

/** What is sent to those who wait for a response. */
export interface PublishedResponse {
  readonly status: number;
  readonly reason: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** What is appended to a stream; without content the stream is ended. */
export type PublishedStreamData =
  | { readonly action: 'send'; readonly content: Buffer }
  | { readonly action: 'close' };

/** What is sent to a WebSocket, or how it is closed. */
export type PublishedWebSocketMessage =
  | { readonly action: 'send'; readonly type: WebSocketMessageType; readonly content: Buffer }
  | { readonly action: 'close'; readonly code: number | undefined; readonly reason: string };

export type WebSocketMessageType = 'text' | 'binary' | 'ping' | 'pong';

/** One published item: for each kind of connection what it gets, if anything. */
export interface PublishItem {
  readonly channel: string;
  readonly id: string | undefined;
  readonly response: PublishedResponse | undefined;
  readonly stream: PublishedStreamData | undefined;
  readonly webSocket: PublishedWebSocketMessage | undefined;
}

const FORMATS = ['http-response', 'http-stream', 'ws-message'] as const;

/**
 * Reads the body of a publish request: `{"items": [...]}`.
 *
 * @throws ProtocolError that says which item is bad and why; the whole batch is then refused, as Pushpin does.
 * @see https://pushpin.org/docs/usage/#publishing
 */
export function decodePublishRequest(body: string): PublishItem[] {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    throw new ProtocolError('Body is not valid JSON.');
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new ProtocolError('Invalid format.');
  }
  try {
    const request = new JsonFields(document, 'object');
    const items = request.list('items');
    if (items === undefined) throw request.missing(`'items'`);
    return items.map((item, index) => decodeItem(new JsonFields(item, `items[${index}]`)));
  } catch (error) {
    if (error instanceof ProtocolError) throw new ProtocolError(`Invalid format: ${error.message}`);
    throw error;
  }
}

function decodeItem(item: JsonFields): PublishItem {
  const channel = item.string('channel');
  if (channel === undefined) throw item.missing(`'channel'`);
  for (const field of ['prev-id', 'meta']) item.refuse(field);
  item.boolean('no-seq'); // without prev-id there is no sequence to opt out of
  // Without `formats`, Pushpin looks for them in the item itself.
  const formats = item.object('formats') ?? item;
  const given = formats === item ? FORMATS.filter((name) => item.has(name)) : formats.names();
  if (given.length === 0) throw new ProtocolError('no formats specified');
  const response = formats.object('http-response');
  const stream = formats.object('http-stream');
  const webSocket = formats.object('ws-message');
  return {
    channel,
    id: item.string('id'),
    response: response && decodeResponse(response),
    stream: stream && decodeStreamData(stream),
    webSocket: webSocket && decodeWebSocketMessage(webSocket),
  };
}

/** `send` is what is done when nothing else is asked for. */
function decodeAction(format: JsonFields): 'send' | 'close' {
  const action = format.string('action') ?? 'send';
  if (action === 'hint') throw new UnsupportedError(`the action 'hint'`);
  if (action !== 'send' && action !== 'close') throw format.wrong('action', 'unknown value');
  format.refuse('content-filters');
  return action;
}

function decodeResponse(format: JsonFields): PublishedResponse | undefined {
  // A held response can't be closed without an answer: Pushpin accepts the action and does nothing.
  if (decodeAction(format) === 'close') return undefined;
  format.refuse('body-patch');
  const body = format.bytes('body');
  if (body === undefined) throw format.missing(`'body' or 'body-bin'`);
  return {
    status: format.integer('code', 0, 999) ?? 200,
    reason: format.string('reason'),
    headers: format.headers('headers').filter(([name]) => !/^grip-/i.test(name)),
    body,
  };
}

function decodeStreamData(format: JsonFields): PublishedStreamData {
  const action = decodeAction(format);
  if (action === 'close') return { action };
  const content = format.bytes('content');
  if (content === undefined) throw format.missing(`'content' or 'content-bin'`);
  return { action, content };
}

function decodeWebSocketMessage(format: JsonFields): PublishedWebSocketMessage {
  const action = decodeAction(format);
  if (action === 'close') {
    return { action, code: format.integer('code', 0, 65535), reason: format.string('reason') ?? '' };
  }
  const type = messageType(format, 'type') ?? (format.has('content-bin') ? 'binary' : 'text');
  const content = format.bytes('content');
  if (content === undefined && (type === 'text' || type === 'binary')) {
    throw format.missing(`'content' or 'content-bin'`);
  }
  return { action, type, content: content ?? Buffer.alloc(0) };
}

/** Shared with the `keep-alive` control message, which names the field otherwise. */
export function messageType(fields: JsonFields, name: string): WebSocketMessageType | undefined {
  const type = fields.string(name);
  if (type === undefined || type === 'text' || type === 'binary' || type === 'ping' || type === 'pong') {
    return type;
  }
  throw fields.wrong(name, 'unknown value');
}
