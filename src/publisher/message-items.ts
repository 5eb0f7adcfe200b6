import { ProtocolError } from '../errors.js';
import { checkNotDerived, derivedChannel } from '../protocol/derived-channel.js';
import { encodeMessageData, type MessageData } from '../protocol/message-data.js';
import { type Content, encodeBase64, type ItemOptions, type PublishItem } from '../protocol/publish-item.js';
import { encodeSseEvent } from '../protocol/sse-event.js';

/** A message with what only server-sent events have; on the other transports it is its data. */
export interface Message {
  readonly data: MessageData;
  /** The name of the event; one line. A browser without one fires `message`. */
  readonly event?: string;
  /** What a browser sends as `Last-Event-ID`; and the id of the message itself, where the options give no other. */
  readonly id?: string;
  /** How long a browser waits before it connects again, in milliseconds. */
  readonly retry?: number;
}

/** Who may get a message. */
export type Recipient = 'websocket' | 'sse' | 'stream' | 'long-poll';

export interface MessageOptions extends ItemOptions {
  /** Only these get it; by default all four. A message with fewer framings may be longer. */
  readonly to?: readonly Recipient[];
  /**
   * The `id` of the session that says it: its own socket doesn't get it, where its transport has `skipSelf`. Stands
   * for `meta.sender`.
   */
  readonly sender?: string;
}

const ALL: readonly Recipient[] = ['websocket', 'sse', 'stream', 'long-poll'];

/**
 * A message in the framing of each transport; see {@link derivedChannel} for the scheme.
 *
 * | transport | text | bytes |
 * |---|---|---|
 * | WebSocket | a TEXT message | a BINARY message |
 * | server-sent events | an event; each line of the text is a `data` line | an event with the bytes as Base64 |
 * | HTTP stream | the text and a line feed, unless it ends in one | the bytes |
 * | long poll | the body | the body |
 *
 * @throws ProtocolError for a message that one of them can't carry.
 */
export function messageItems(
  channel: string,
  message: string | Uint8Array | Message,
  options: MessageOptions & { readonly id: string },
): PublishItem[] {
  checkNotDerived(channel);
  const { to = ALL, sender, ...rest } = options;
  const item = sender === undefined ? rest : { ...rest, meta: { ...rest.meta, sender } };
  const { event, id, retry, data } = asMessage(message);
  const content = encodeMessageData(data);

  const items: PublishItem[] = [];
  const plain = {
    ...(to.includes('websocket') && { 'ws-message': { content } }),
    ...(to.includes('long-poll') && { 'http-response': { body: content } }),
  };
  if (Object.keys(plain).length > 0) items.push({ channel, ...item, formats: plain });
  if (to.includes('sse')) {
    const text = encodeSseEvent({
      ...(event !== undefined && { event }),
      ...(id !== undefined && { id }),
      ...(retry !== undefined && { retry }),
      data: typeof content === 'string' ? content : encodeBase64(content),
    });
    items.push(framed('sse', text));
  }
  if (to.includes('stream')) items.push(framed('stream', asLine(content)));
  if (items.length === 0) throw new ProtocolError(`Expected one of ${ALL.join(', ')} to publish to.`);
  return items;

  function framed(framing: 'sse' | 'stream', content: Content): PublishItem {
    return { channel: derivedChannel(channel, framing), ...item, formats: { 'http-stream': { content } } };
  }
}

/** The id of a message that brings one. */
export function ownId(message: string | Uint8Array | Message): string | undefined {
  return asMessage(message).id;
}

function asMessage(message: string | Uint8Array | Message): Message {
  if (typeof message === 'string' || message instanceof Uint8Array) return { data: message };
  // Plain JavaScript may pass anything: an object that was meant as data would arrive as "undefined".
  if (typeof message !== 'object' || message === null || !('data' in message)) {
    throw new ProtocolError(
      'A message is a string, a Uint8Array or an object with its "data"; ' +
        `found ${message === null ? 'null' : typeof message === 'object' ? 'an object without' : typeof message}.`,
    );
  }
  return message;
}

function asLine(content: Content): Content {
  return typeof content === 'string' && !content.endsWith('\n') ? `${content}\n` : content;
}
