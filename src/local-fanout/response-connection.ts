import type { ServerResponse } from 'node:http';
import { ProtocolError } from '../errors.js';
import type { Subscriber } from './channel-hub.js';
import { checkHead, respond } from './client-response.js';
import {
  filterContext,
  type HeldChannels,
  type HoldEnvironment,
  knownLastIds,
  REFRESH_BATCH,
} from './hold-environment.js';
import type { HeldResponse, HoldInstruction } from './hold-instruction.js';
import { shownName } from './json-fields.js';
import { patchJson } from './json-patch.js';
import { acceptedBy, contentFilters, filtered } from './message-filter.js';
import type { PublishedResponse, PublishItem } from './publish-item.js';

/** Calls the service again, with the ids of the last messages that it may go on from. */
export type Retry = (lastIds: ReadonlyMap<string, string>) => void;

/** A response that waits for a message, or for the timeout. */
export class ResponseConnection implements Subscriber {
  readonly polls = true;
  readonly #outgoing: ServerResponse;
  readonly #instruction: HoldInstruction;
  readonly #environment: HoldEnvironment;
  readonly #retry: Retry;
  readonly #channels: HeldChannels;
  readonly #timeout: NodeJS.Timeout;
  readonly #gone: AbortSignal;
  readonly #onGone = () => this.#end();
  #refresh: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(
    outgoing: ServerResponse,
    instruction: HoldInstruction,
    environment: HoldEnvironment,
    retry: Retry,
    gone: AbortSignal,
  ) {
    this.#outgoing = outgoing;
    this.#instruction = instruction;
    this.#environment = environment;
    this.#retry = retry;
    this.#channels = new Map(instruction.channels.map((channel) => [channel.name, channel]));
    this.#timeout = setTimeout(() => this.#respond(instruction.response), instruction.timeout);
    for (const name of this.#channels.keys()) environment.hub.subscribe(name, this);
    this.#gone = gone;
    gone.addEventListener('abort', this.#onGone);
  }

  deliver({ channel: name, id, prevId, response, meta }: PublishItem): void {
    const channel = this.#channels.get(name);
    // One that is about to ask the service again would lose what it answered with.
    if (response === undefined || channel === undefined || this.#refresh !== undefined) return;
    if (channel.prevId !== undefined) {
      if (channel.prevId !== prevId) {
        this.#environment.hub.forgetLastId(name);
        return this.refresh();
      }
      this.#channels.set(name, { ...channel, prevId: id });
    }
    const context = filterContext(this.#channels, this.#instruction.meta, meta);
    try {
      checkContentFilters(response.contentFilters, channel.filters);
      if (!acceptedBy(channel.filters, context)) return;
      if (response.action !== 'send') {
        if (response.action === 'hint') this.#ask();
        return; // there is no closing without a response
      }
      const body = filtered(this.#bodyOf(response), channel.filters, context);
      this.#respond({ ...response, headers: this.#headersOf(response), body });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#environment.failed(error);
      this.#respond(BAD_GATEWAY);
    }
  }

  refresh(): void {
    this.#refresh ??= setTimeout(() => this.#ask(), REFRESH_BATCH);
  }

  #ask(): void {
    if (this.#ended) return;
    this.#end();
    this.#retry(knownLastIds(this.#channels.values()));
  }

  #bodyOf({ body, bodyPatch }: PublishedResponse & { action: 'send' }): Buffer {
    return bodyPatch === undefined ? body : patchJson(this.#instruction.response.body, bodyPatch);
  }

  /** Headers of the held response that the message doesn't name are the client's as well. */
  #headersOf({ headers, concealedHeaders }: PublishedResponse & { action: 'send' }): HeldResponse['headers'] {
    const named = new Set(headers.map(([name]) => name.toLowerCase()));
    const held = this.#instruction.response.headers.filter(([name]) => !named.has(name.toLowerCase()));
    return [...held, ...headers].filter(([name]) => !concealedHeaders.includes(name.toLowerCase()));
  }

  #respond(response: HeldResponse): void {
    if (this.#ended) return;
    checkHead(response);
    this.#end();
    respond(this.#outgoing, response);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timeout);
    clearTimeout(this.#refresh);
    this.#gone.removeEventListener('abort', this.#onGone);
    for (const name of this.#channels.keys()) this.#environment.hub.unsubscribe(name, this);
  }
}

/** What a client is told when there is nothing better; the reason is in the log. */
export const BAD_GATEWAY: HeldResponse = {
  status: 502,
  reason: undefined,
  headers: [['Content-Type', 'text/plain']],
  body: Buffer.from('Error while proxying to origin.\n'),
};

/** @throws ProtocolError when publisher and subscription don't agree on the filters that change content. */
export function checkContentFilters(
  published: readonly string[] | undefined,
  subscribed: readonly string[],
): void {
  if (published === undefined) return;
  const own = contentFilters(subscribed).join(',');
  if (own !== published.join(',')) {
    const theirs = published.join(',');
    throw new ProtocolError(
      `content filter mismatch: subscription=${shownName(own)} message=${shownName(theirs)}`,
    );
  }
}
