import { ProtocolError } from '../errors.js';
import { JsonFields, shownName, UnsupportedError } from './json-fields.js';
import { messageType, type WebSocketMessageType } from './publish-item.js';
import { clampSeconds } from './seconds.js';

/** A control message as Fanout understands it. */
export type ReceivedControlMessage =
  | { readonly type: 'subscribe'; readonly channel: string; readonly filters: readonly string[] }
  | { readonly type: 'unsubscribe'; readonly channel: string }
  | { readonly type: 'detach' | 'flush-delayed' }
  /** Without a value it is removed. */
  | { readonly type: 'set-meta'; readonly name: string; readonly value: string | undefined }
  | {
      /** Sent once after the timeout, or when it is flushed. */
      readonly type: 'send-delayed';
      readonly content: Buffer;
      readonly messageType: WebSocketMessageType;
      readonly timeout: number;
    }
  | {
      readonly type: 'keep-alive';
      /** Without it, keep-alives are turned off. */
      readonly content: Buffer | undefined;
      readonly messageType: WebSocketMessageType;
      /** In milliseconds. */
      readonly timeout: number;
      readonly idle: boolean;
    };

/** In seconds. */
const DEFAULT_TIMEOUT = 55;
const DEFAULT_DELAY = 1;

/**
 * Reads what follows the `c:` of a control message.
 *
 * @throws ProtocolError for what can't be understood, and for what the embedded Fanout doesn't do: it is to be ignored.
 * @see https://pushpin.org/docs/protocols/grip/#websocket
 */
export function decodeControlMessage(json: string): ReceivedControlMessage {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    throw new ProtocolError('grip control message is not valid json');
  }
  const message = new JsonFields(document, 'grip control object');
  const type = message.string('type');
  switch (type) {
    case 'subscribe':
    case 'unsubscribe': {
      const channel = message.string('channel');
      if (channel === undefined) throw message.missing(`'channel'`);
      if (channel === '') throw message.wrong('channel', 'invalid value');
      return type === 'subscribe'
        ? { type, channel, filters: message.strings('filters') ?? [] }
        : { type, channel };
    }
    case 'detach':
    case 'flush-delayed':
      return { type };
    case 'set-meta': {
      const name = message.string('name');
      if (!name) throw message.wrong('name', 'invalid value');
      return { type, name, value: message.string('value') };
    }
    case 'send-delayed': {
      const content = message.bytes('content');
      return {
        type,
        content: content ?? Buffer.alloc(0),
        messageType: messageType(message, 'message-type') ?? 'text',
        timeout: readTimeout(message, content) ?? DEFAULT_DELAY * 1000,
      };
    }
    case 'keep-alive': {
      const content = message.bytes('content');
      return {
        type,
        content,
        messageType: messageType(message, 'message-type') ?? 'text',
        timeout: readTimeout(message, content) ?? DEFAULT_TIMEOUT * 1000,
        idle: message.string('mode') !== 'interval',
      };
    }
    case undefined:
      throw message.missing(`'type'`);
    default: // `session` is of Fanout's sessions, others are of no meaning to Pushpin either
      throw new UnsupportedError(`the control message '${shownName(type)}'`);
  }
}

/** In milliseconds; `undefined` where it is 0, and without content, where Pushpin does not look at it. */
function readTimeout(message: JsonFields, content: Buffer | undefined): number | undefined {
  const seconds = content && message.integer('timeout');
  return seconds ? clampSeconds(seconds) * 1000 : undefined;
}
