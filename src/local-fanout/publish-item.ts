import { ProtocolError } from '../errors.js';
import { splitHeader } from './grip-parameters.js';
import { JsonFields } from './json-fields.js';

/** What every format may say. */
interface Published {
  /** Names of the filters that change content; the subscription must have the same. */
  readonly contentFilters: readonly string[] | undefined;
}

/** What is sent to those who wait for a response. */
export type PublishedResponse = Published &
  (
    | { readonly action: 'hint' | 'close' }
    | {
        readonly action: 'send';
        readonly status: number;
        readonly reason: string | undefined;
        readonly headers: readonly (readonly [string, string])[];
        /** Those that `Grip-Expose-Headers` names, in small letters: 1.36 takes it for the contrary. */
        readonly concealedHeaders: readonly string[];
        readonly body: Buffer;
        /** In place of `body`: changes to the body of the held response. */
        readonly bodyPatch: readonly unknown[] | undefined;
      }
  );

/** What is appended to a stream. A hint makes Fanout fetch the stream's next link. */
type PublishedStreamData = Published &
  ({ readonly action: 'hint' | 'close' } | { readonly action: 'send'; readonly content: Buffer });

/** What is sent to a WebSocket, or how it is closed. */
type PublishedWebSocketMessage = Published &
  (
    | { readonly action: 'hint' }
    | {
        readonly action: 'send';
        readonly type: WebSocketMessageType;
        /** Without content, which a ping or pong may be, Pushpin sends nothing. */
        readonly content: Buffer | undefined;
      }
    | { readonly action: 'close'; readonly code: number | undefined; readonly reason: string }
  );

export type WebSocketMessageType = 'text' | 'binary' | 'ping' | 'pong';

/** One published item: for each kind of connection what it gets, if anything. */
export interface PublishItem {
  readonly channel: string;
  readonly id: string | undefined;
  /** The id of the message before it; it waits for that one. */
  readonly prevId: string | undefined;
  /** True when it is to be delivered whatever came before it. */
  readonly noSeq: boolean;
  /** What filters read. */
  readonly meta: Readonly<Record<string, string>>;
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
export function decodePublishRequest(body: Buffer): PublishItem[] {
  const document = parseJson(body);
  if (Array.isArray(document)) throw new ProtocolError('Invalid format.');
  return named('Invalid format: ', () => {
    const request = new JsonFields(document, 'object');
    const items = request.list('items');
    if (items === undefined) throw request.missing(`'items'`);
    return items.map((item, index) =>
      named(`items[${index}]: `, () => decodeItem(new JsonFields(item, 'publish item object'))),
    );
  });
}

/** Text of UTF-8, with or without a byte order mark; at its root an object or a list. */
function parseJson(body: Buffer): object {
  try {
    const document: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (typeof document === 'object' && document !== null) return document;
  } catch {
    // Answered below: the parser's own message quotes the text.
  }
  throw new ProtocolError('Body is not valid JSON.');
}

/** Says where it was that something is wrong. */
function named<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ProtocolError ? new ProtocolError(where + error.message) : error;
  }
}

function decodeItem(item: JsonFields): PublishItem {
  const channel = item.string('channel');
  if (channel === undefined) throw item.missing(`'channel'`);
  item.integer('size');
  // Without `formats`, Pushpin looks for them in the item itself.
  const formats = item.fields('formats') ?? item;
  const given = formats === item ? FORMATS.filter((name) => item.has(name)) : formats.names();
  if (given.length === 0) throw new ProtocolError('no formats specified');
  const response = formats.object('http-response');
  const stream = formats.object('http-stream');
  const webSocket = formats.object('ws-message');
  return {
    channel,
    id: item.string('id'),
    prevId: item.string('prev-id'),
    noSeq: item.boolean('no-seq') ?? false,
    meta: item.stringMap('meta') ?? {},
    response: response && decodeResponse(response),
    stream: stream && decodeStreamData(stream),
    webSocket: webSocket && decodeWebSocketMessage(webSocket),
  };
}

/** `send` is what is done when nothing else is asked for. */
function decodeAction(format: JsonFields): 'send' | 'hint' | 'close' {
  const action = format.string('action') ?? 'send';
  if (action !== 'send' && action !== 'hint' && action !== 'close') {
    throw format.wrong('action', 'unknown value');
  }
  return action;
}

function decodeResponse(format: JsonFields): PublishedResponse {
  const action = decodeAction(format);
  if (action !== 'send') return { action, contentFilters: undefined };
  const body = format.bytes('body');
  const bodyPatch = body === undefined ? format.list('body-patch') : undefined;
  if (body === undefined && bodyPatch === undefined) {
    throw format.missing(`'body', 'body-bin', or 'body-patch'`);
  }
  const headers = format.headers('headers');
  return {
    action,
    contentFilters: format.strings('content-filters'),
    status: format.integer('code', 999) ?? 200,
    reason: format.string('reason') || undefined,
    headers: headers.filter(([name]) => !/^grip-/i.test(name)),
    concealedHeaders: headers
      .filter(([name]) => /^grip-expose-headers$/i.test(name))
      .flatMap(([, names]) => splitHeader(names).map((name) => name.toLowerCase())),
    body: body ?? Buffer.alloc(0),
    bodyPatch,
  };
}

function decodeStreamData(format: JsonFields): PublishedStreamData {
  const action = decodeAction(format);
  if (action !== 'send') return { action, contentFilters: undefined };
  const content = format.bytes('content');
  if (content === undefined) throw format.missing(`'content' or 'content-bin'`);
  return { action, content, contentFilters: format.strings('content-filters') };
}

function decodeWebSocketMessage(format: JsonFields): PublishedWebSocketMessage {
  const action = decodeAction(format);
  if (action === 'hint') return { action, contentFilters: undefined };
  if (action === 'close') {
    const [code, reason] = [format.integer('code'), format.string('reason') ?? ''];
    return { action, code, reason, contentFilters: undefined };
  }
  const type = messageType(format, 'type') ?? (format.has('content-bin') ? 'binary' : 'text');
  const content = format.bytes('content');
  if (content === undefined && (type === 'text' || type === 'binary')) {
    throw format.missing(`'content' or 'content-bin'`);
  }
  return {
    action,
    type,
    content,
    contentFilters: format.strings('content-filters'),
  };
}

/** Shared with the `keep-alive` control message, which names the field otherwise. */
export function messageType(fields: JsonFields, name: string): WebSocketMessageType | undefined {
  const type = fields.string(name);
  if (type === undefined || type === 'text' || type === 'binary' || type === 'ping' || type === 'pong') {
    return type;
  }
  throw fields.wrong(name, 'unknown value');
}
