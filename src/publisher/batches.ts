import { ProtocolError } from '../errors.js';
import {
  encodePublishItem,
  encodePublishRequest,
  type PublishItem,
  utf8Length,
} from '../protocol/publish-item.js';

/** A message that is ready to be sent: its items go in one request. */
export interface EncodedMessage {
  readonly id: string;
  readonly channel: string;
  /** Each as JSON. */
  readonly items: readonly string[];
  /** That of the items and the commas between them. */
  readonly bytes: number;
}

export interface BatchLimits {
  /** How many messages a request may have. */
  readonly messages: number;
  /** How many bytes the body of a request may have. */
  readonly bytes: number;
}

const EMPTY = encodePublishRequest([]).length;

/**
 * Encodes the items of a message.
 *
 * @throws ProtocolError when they can't be sent, or not in one request.
 */
export function encodeMessage(
  id: string,
  channel: string,
  items: readonly PublishItem[],
  maxBytes: number,
): EncodedMessage {
  const encoded = items.map(encodePublishItem);
  const bytes = encoded.reduce((sum, item) => sum + utf8Length(item) + 1, -1);
  if (EMPTY + bytes > maxBytes) {
    throw new ProtocolError(
      `Expected a publish request of at most ${maxBytes} bytes, found one of ${EMPTY + bytes}: a message counts once ` +
        'for each framing that it is sent in.',
    );
  }
  return { id, channel, items: encoded, bytes };
}

/** Divides messages into requests, in their order: each as full as the limits allow. */
export function batches(messages: readonly EncodedMessage[], limits: BatchLimits): EncodedMessage[][] {
  const all: EncodedMessage[][] = [];
  let current: EncodedMessage[] = [];
  let size = EMPTY;
  for (const message of messages) {
    const added = message.bytes + (current.length > 0 ? 1 : 0);
    if (current.length > 0 && (current.length >= limits.messages || size + added > limits.bytes)) {
      all.push(current);
      current = [message];
      size = EMPTY + message.bytes;
    } else {
      current.push(message);
      size += added;
    }
  }
  if (current.length > 0) all.push(current);
  return all;
}

/** The body of the request that sends a batch. */
export function encodeBatch(batch: readonly EncodedMessage[]): string {
  return encodePublishRequest(batch.flatMap(({ items }) => items));
}
