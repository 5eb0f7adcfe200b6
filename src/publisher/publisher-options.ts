import { ConfigurationError } from '../errors.js';
import { type ItemOptions, MAX_PUBLISH_BYTES, type WebSocketClosing } from '../protocol/publish-item.js';
import type { BatchLimits } from './batches.js';
import type { Message, MessageOptions } from './message-items.js';
import type { PostSettings } from './post.js';

/** All times are in milliseconds. */
export interface PublisherOptions {
  /** How often a request is sent at most; by default 3. */
  readonly tries?: number;
  /** How long a try may take; by default 10,000. */
  readonly timeout?: number;
  /** Before the second try, and twice as long before each further one; by default 200. A part of it is random. */
  readonly minDelay?: number;
  /** The longest wait before a try; by default 10,000. Where `Retry-After` asks for more, there is no further try. */
  readonly maxDelay?: number;
  /** Bytes of a request's body; by default 65,536, which is Fastly's limit. */
  readonly maxRequestBytes?: number;
  /** How many messages `publishMany` sends in a request; by default 100. */
  readonly maxBatchMessages?: number;
  /** In place of the global one. */
  readonly fetch?: typeof fetch;
}

/** What holds for a call, not for a message. */
export interface SendOptions {
  /** Ends it, and what it waits for. What was sent before is not taken back. */
  readonly signal?: AbortSignal;
}

export interface PublishOptions extends MessageOptions, SendOptions {}

/** One of many messages. */
export interface ChannelMessage extends MessageOptions {
  readonly channel: string;
  readonly message: string | Uint8Array | Message;
}

export interface CloseOptions extends WebSocketClosing, ItemOptions, SendOptions {}

/** What was published. It says that Fanout took it, not that anyone listened. */
export interface PublishReceipt {
  /** The ids of the messages, in their order. */
  readonly ids: readonly string[];
  /** The requests that were accepted. */
  readonly requests: readonly {
    /** The URL of the endpoint, without its query. */
    readonly endpoint: string;
    /** The size of the body. */
    readonly bytes: number;
    /** 1 where the first try was accepted. */
    readonly attempts: number;
  }[];
}

/** @throws ConfigurationError for a setting out of its range. */
export function checkOptions(options: PublisherOptions): PostSettings & { readonly limits: BatchLimits } {
  return {
    tries: wholeNumber(options, 'tries', 1, 3),
    timeout: wholeNumber(options, 'timeout', 1, 10_000),
    minDelay: wholeNumber(options, 'minDelay', 0, 200),
    maxDelay: wholeNumber(options, 'maxDelay', 0, 10_000),
    // Looked up when it is called, so that a fetch that is replaced later counts.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    limits: {
      bytes: wholeNumber(options, 'maxRequestBytes', 1, MAX_PUBLISH_BYTES),
      messages: wholeNumber(options, 'maxBatchMessages', 1, 100),
    },
  };
}

type NumberOption = Exclude<keyof PublisherOptions, 'fetch'>;

function wholeNumber(
  options: PublisherOptions,
  name: NumberOption,
  least: number,
  byDefault: number,
): number {
  const value = options[name] ?? byDefault;
  if (Number.isSafeInteger(value) && value >= least && value < 2 ** 31) return value;
  throw new ConfigurationError(
    `Expected ${name} to be a whole number from ${least} on; found ${String(value)}.`,
  );
}
