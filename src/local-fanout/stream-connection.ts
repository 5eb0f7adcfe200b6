import type { ServerResponse } from 'node:http';
import { ProtocolError } from '../errors.js';
import type { Subscriber } from './channel-hub.js';
import { isBodyless, writeHead } from './client-response.js';
import {
  filterContext,
  forgetConflicts,
  type HeldChannels,
  type HoldEnvironment,
  knownLastIds,
  REFRESH_BATCH,
  resubscribe,
} from './hold-environment.js';
import { type HoldInstruction, readInstruction } from './hold-instruction.js';
import { shownName } from './json-fields.js';
import { KeepAliveTimer } from './keep-alive-timer.js';
import { acceptedBy, filtered, responseFilters } from './message-filter.js';
import type { LinkedConnection } from './next-link-timers.js';
import type { PublishItem } from './publish-item.js';
import { checkContentFilters } from './response-connection.js';
import { fromFirstThatFollows, nextBody, withRetries } from './stream-recovery.js';

/** Messages that wait while the next link is fetched; past this many they are dropped, as by Pushpin. */
const MAX_QUEUE = 100;
/** What the connection is doing. `waiting`: it will fetch its next link in a moment. */
type State = 'holding' | 'waiting' | 'fetching' | 'ended';

/** A response without an end, to which messages are appended, and what the service answers at its next links. */
export class StreamConnection implements Subscriber, LinkedConnection {
  readonly #outgoing: ServerResponse;
  readonly #environment: HoldEnvironment;
  readonly #channels: HeldChannels = new Map();
  readonly #abort = new AbortController();
  #instruction: HoldInstruction;
  #state: State = 'holding';
  #queue: PublishItem[] = [];
  #link: URL | undefined;
  /** Channels that brought a message since the next link was last due later. */
  #active = new Set<string>();
  #wanted: 'soon' | 'now' | undefined;
  #waiting: NodeJS.Timeout | undefined;
  #keepAlive: KeepAliveTimer | undefined;

  constructor(
    outgoing: ServerResponse,
    url: string,
    instruction: HoldInstruction,
    environment: HoldEnvironment,
    gone: AbortSignal,
  ) {
    this.#outgoing = outgoing;
    this.#environment = environment;
    this.#instruction = instruction;
    this.#link = instruction.nextLink && new URL(instruction.nextLink.uri, url);
    gone.addEventListener('abort', () => this.#end());

    const { response, channels, meta } = instruction;
    writeHead(outgoing, response);
    outgoing.flushHeaders();
    this.#guarded(() => {
      if (isBodyless(response.status)) return this.#finish();
      const filters = responseFilters(channels.flatMap((channel) => channel.filters));
      const body = filtered(response.body, filters, { subscriptionMeta: meta });
      if (body.length > 0) outgoing.write(body);
      if (instruction.mode === 'stream') this.#hold(true);
      else this.#fetch();
    });
  }

  deliver(item: PublishItem): void {
    if (item.stream === undefined || this.#state === 'ended' || this.#queue.length >= MAX_QUEUE) return;
    this.#queue.push(item);
    if (this.#state === 'holding') this.#guarded(() => this.#sendQueue());
  }

  refresh(): void {
    this.#update('soon');
  }

  fetchNextLink(): void {
    this.#update('soon');
  }

  /** The next link is to be fetched: as soon as may be, or together with others. */
  #update(when: 'soon' | 'now'): void {
    if (this.#state === 'fetching') {
      if (this.#wanted !== 'now') this.#wanted = when;
      return;
    }
    if (this.#state === 'waiting') {
      if (when === 'soon') return;
      clearTimeout(this.#waiting);
      this.#state = 'holding';
    }
    if (this.#state !== 'holding') return;
    this.#wanted = undefined;
    if (this.#link === undefined) return;
    this.#environment.timers.unregister(this);
    if (when === 'now') return this.#fetch();
    this.#state = 'waiting';
    this.#waiting = setTimeout(() => this.#fetch(), REFRESH_BATCH);
  }

  #fetch(): void {
    this.#state = 'fetching';
    void this.#follow().catch((error: unknown) => this.#fail(error));
  }

  /** Fetches next links until one holds again, or none is left. */
  async #follow(): Promise<void> {
    while (this.#link !== undefined) {
      const link = this.#link;
      const response = await this.#request(link);
      if (this.#state === 'ended') return;
      const instruction = readInstruction(response, Buffer.alloc(0));
      if (instruction.mode === 'response') throw new ProtocolError('Next link returned non-stream hold.');
      this.#instruction = instruction;
      this.#link = instruction.nextLink && new URL(instruction.nextLink.uri, link);
      if (instruction.mode === 'stream') return this.#hold(false);
    }
    this.#finish();
  }

  /** The response of a next link, whose body has gone to the client. */
  async #request(link: URL): Promise<Response> {
    const fetch = () => this.#environment.fetch(link, knownLastIds(this.#channels.values()));
    const response = await withRetries(fetch, this.#abort.signal);
    this.#append(await nextBody(response, this.#channels, this.#instruction.meta, this.#abort.signal));
    return response;
  }

  #append(content: Buffer): void {
    if (content.length === 0) return;
    this.#keepAlive?.stop();
    this.#keepAlive = undefined;
    this.#write(content);
  }

  /** Listens to the channels that the service named, and goes on with what came meanwhile. */
  #hold(first: boolean): void {
    const { channels, keepAlive } = this.#instruction;
    const bound = channels.find(({ prevId }) => prevId !== undefined);
    if (this.#link === undefined && bound) {
      throw new ProtocolError(`channel '${shownName(bound.name)}' specifies prev-id, but no next link found`);
    }
    resubscribe(this.#environment.hub, this, this.#channels, channels);
    if (keepAlive === undefined) {
      this.#keepAlive?.stop();
      this.#keepAlive = undefined;
    }
    if (first && forgetConflicts(this.#environment.hub, channels) > 0) {
      this.#state = 'holding';
      return this.#update('soon');
    }
    this.#queue = fromFirstThatFollows(this.#queue, this.#channels);
    // Until the queue is sent, what asks for a refresh is kept for later.
    this.#sendQueue();
    if (this.#state === 'fetching' || this.#state === 'holding') this.#held();
  }

  #held(): void {
    this.#state = 'holding';
    this.#active.clear();
    const { keepAlive } = this.#instruction;
    this.#keepAlive ??= keepAlive && new KeepAliveTimer(keepAlive, () => this.#write(keepAlive.content));
    this.#scheduleNextLink();
    if (this.#wanted !== undefined) this.#update(this.#wanted);
  }

  #sendQueue(): void {
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) this.#send(item);
  }

  #send({ channel: name, id, prevId, stream, meta }: PublishItem): void {
    const channel = this.#channels.get(name);
    if (channel === undefined || stream === undefined) return;
    if (channel.prevId !== undefined) {
      if (channel.prevId !== prevId) {
        this.#environment.hub.forgetLastId(name);
        this.#queue = [];
        return this.#update('soon');
      }
      this.#channels.set(name, { ...channel, prevId: id });
    }
    checkContentFilters(stream.contentFilters, channel.filters);
    const context = filterContext(this.#channels, this.#instruction.meta, meta);
    if (!acceptedBy(channel.filters, context)) return;
    if (stream.action !== 'send') {
      if (stream.action === 'close') return this.#finish();
      this.#queue = []; // the next link brings them
      return this.#update('now');
    }
    this.#write(filtered(stream.content, channel.filters, context));
    this.#keepAlive?.touch();
    this.#active.add(name);
    if (this.#active.size === this.#channels.size) {
      this.#active.clear();
      this.#scheduleNextLink();
    }
  }

  #scheduleNextLink(): void {
    const { nextLink } = this.#instruction;
    if (this.#link && nextLink) this.#environment.timers.register(this, nextLink.timeout, this.#link);
  }

  #write(content: Buffer): void {
    if (this.#state === 'ended') return;
    this.#outgoing.write(content);
    if (this.#environment.isTooSlow(this.#outgoing.writableLength)) {
      this.#end();
      // Of a response that waits for another on the same connection, only that has a socket.
      this.#outgoing.req.socket.destroy();
    }
  }

  /** What breaks a rule ends the stream. */
  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#state === 'ended') return;
    this.#environment.failed(error);
    this.#finish();
  }

  #finish(): void {
    this.#end();
    this.#outgoing.end();
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#abort.abort();
    clearTimeout(this.#waiting);
    this.#keepAlive?.stop();
    this.#queue = [];
    this.#environment.timers.unregister(this);
    for (const name of this.#channels.keys()) this.#environment.hub.unsubscribe(name, this);
  }
}
