import { ConfigurationError, ProtocolError } from '../errors.js';
import { type PublishItem, utf8Length } from '../protocol/publish-item.js';
import { type BatchLimits, batches, type EncodedMessage, encodeBatch, encodeMessage } from './batches.js';
import { type Message, messageItems, ownId } from './message-items.js';
import { type PostSettings, post } from './post.js';
import { type PublishEndpoint, parseHttpUrl } from './publish-endpoint.js';
import { type FailedPost, publishError } from './publish-failure.js';
import {
  type ChannelMessage,
  type CloseOptions,
  checkOptions,
  type PublisherOptions,
  type PublishOptions,
  type PublishReceipt,
  type SendOptions,
} from './publisher-options.js';
import { randomId } from './random-id.js';

/**
 * Publishes messages, from Node or from Compute.
 *
 * Every message has an id, so that a request can be sent again without anyone getting a message twice. With several
 * endpoints each message goes to all of them, with the same id.
 *
 * Calls that are not awaited may overtake one another.
 *
 * @example
 * const publisher = new Publisher(pushpinEndpoint({ url: 'http://localhost:5561/' }));
 * await publisher.publish('room-1', 'hello');
 * await publisher.publish('room-1', { event: 'joined', data: { who: 'ada' }, id: '42' });
 */
export class Publisher {
  readonly #endpoints: readonly (PublishEndpoint & { readonly label: string })[];
  readonly #post: PostSettings;
  readonly #limits: BatchLimits;

  /** @throws ConfigurationError for no endpoint, a URL that holds a password, or a setting out of its range. */
  constructor(endpoints: PublishEndpoint | readonly PublishEndpoint[], options: PublisherOptions = {}) {
    const all = 'url' in endpoints ? [endpoints] : endpoints;
    if (all.length === 0) throw new ConfigurationError('Expected an endpoint to publish to, found none.');
    this.#endpoints = all.map((endpoint) => ({ ...endpoint, label: labelOf(endpoint) }));
    const { limits, ...settings } = checkOptions(options);
    this.#post = settings;
    this.#limits = limits;
  }

  /**
   * Sends a message to all who listen to the channel, whatever transport they use, in one request.
   *
   * @throws ProtocolError for a message or channel that can't be sent; then nothing is.
   * @throws PublishError when an endpoint doesn't accept it.
   */
  async publish(
    channel: string,
    message: string | Uint8Array | Message,
    options: PublishOptions = {},
  ): Promise<PublishReceipt> {
    const { signal, ...rest } = options;
    return this.#send([this.#encode({ channel, message, ...rest })], signal);
  }

  /**
   * Sends messages in their order, in as few requests as the limits allow, one after the other. The next request is
   * sent when all endpoints have accepted the one before, and none after one that failed.
   *
   * @throws ProtocolError for a message that can't be sent, with its number; then none is.
   * @throws PublishError when an endpoint doesn't accept a request. Its `ids` are those of the messages that have not
   * been accepted everywhere: the last ones.
   * @example
   * await publisher.publishMany(lines.map((line) => ({ channel: 'log', message: line })));
   */
  async publishMany(messages: Iterable<ChannelMessage>, options: SendOptions = {}): Promise<PublishReceipt> {
    const encoded = Array.from(messages, (message, index) => {
      try {
        return this.#encode(message);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        throw new ProtocolError(`Message ${index + 1}: ${error.message}`);
      }
    });
    return this.#send(encoded, options.signal);
  }

  /**
   * Closes the WebSockets and ends the streams and server-sent events that listen to a channel. A browser's
   * `EventSource` connects again by itself; long polls end with their timeout.
   *
   * @throws ProtocolError for a code or reason that a WebSocket can't be closed with.
   * @throws PublishError when an endpoint doesn't accept it.
   */
  async close(channel: string, options: CloseOptions = {}): Promise<PublishReceipt> {
    const { signal, code, reason, ...item } = options;
    const closing = { ...(code !== undefined && { code }), ...(reason !== undefined && { reason }) };
    const formats = {
      'ws-message': { action: 'close', ...closing },
      'http-stream': { action: 'close' },
    } as const;
    return this.send([{ channel, ...item, formats }], signal && { signal });
  }

  /**
   * Sends items as they are, in one request: for a framing or an action that {@link publish} doesn't have.
   *
   * @throws ProtocolError for items that can't be sent, or not in one request; then none is.
   * @throws PublishError when an endpoint doesn't accept them.
   * @example
   * await publisher.send([{ channel: 'room-1', formats: { 'http-response': { code: 204, body: '' } } }]);
   */
  async send(items: readonly PublishItem[], options: SendOptions = {}): Promise<PublishReceipt> {
    if (items.length === 0) throw new ProtocolError('Expected an item to publish, found none.');
    const encoded = items.map((item) => {
      const { id = randomId() } = item;
      return encodeMessage(id, item.channel, [{ ...item, id }], this.#limits.bytes);
    });
    const size = utf8Length(encodeBatch(encoded));
    if (size > this.#limits.bytes) {
      throw new ProtocolError(
        `Expected a publish request of at most ${this.#limits.bytes} bytes, found ${encoded.length} items of together ${size}.`,
      );
    }
    return this.#send(encoded, options.signal, encoded.length);
  }

  #encode({
    channel,
    message,
    id = ownId(message) ?? randomId(),
    ...options
  }: ChannelMessage): EncodedMessage {
    return encodeMessage(id, channel, messageItems(channel, message, { ...options, id }), this.#limits.bytes);
  }

  async #send(
    messages: readonly EncodedMessage[],
    signal: AbortSignal | undefined,
    maxMessages: number = this.#limits.messages,
  ): Promise<PublishReceipt> {
    signal?.throwIfAborted();
    const ids = messages.map(({ id }) => id);
    const requests: PublishReceipt['requests'][number][] = [];
    let accepted = 0;
    for (const batch of batches(messages, { ...this.#limits, messages: maxMessages })) {
      const body = encodeBatch(batch);
      const posted = await Promise.allSettled(
        this.#endpoints.map((endpoint) => post(endpoint, body, this.#post, signal)),
      );
      const failed: FailedPost[] = [];
      for (const [index, result] of posted.entries()) {
        if (result.status === 'rejected') throw result.reason; // the signal's
        const endpoint = this.#endpoints[index]?.label ?? '';
        const { attempts, failure } = result.value;
        if (failure === undefined) requests.push({ endpoint, bytes: utf8Length(body), attempts });
        else failed.push({ endpoint, attempts, failure });
      }
      if (failed.length > 0) throw publishError(failed, batch, ids.slice(accepted));
      accepted += batch.length;
    }
    return { ids, requests };
  }
}

/** The endpoint's URL without what may be secret in it. */
function labelOf({ url }: PublishEndpoint): string {
  const { origin, pathname, username, password } = parseHttpUrl(url);
  if (username !== '' || password !== '') {
    throw new ConfigurationError(
      'Expected the URL of a publish endpoint without user and password: use gripUrl().',
    );
  }
  return `${origin}${pathname}`;
}
