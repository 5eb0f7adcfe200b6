import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketClient } from '../../src/testing/websocket-client.js';
import { type Answer, HttpClient, type RequestOptions } from './http-client.js';
import type { Handing, Handler, ServiceRequest, Site } from './site.js';

/** Where a Fanout in front of a {@link Site} is found. */
export interface Place {
  readonly site: Site;
  /** What clients connect to. */
  readonly client: string;
  /** Where messages are published. */
  readonly publish: string;
}

export interface StartedPlace extends Place {
  stop(): Promise<void>;
  /** What it printed. */
  log(): string;
}

/** The path of a stream that everything can be seen to have been delivered by. */
const MARKS = '/marks';
/** In milliseconds: for what arrives by another connection than the mark. */
const GRACE = 250;

/** The ground of one case: paths, channels and clients of its own, so that cases can run at once. */
export class Scene {
  readonly #place: Place;
  readonly #id: string;
  readonly #marks: HttpClient;
  readonly #opened: { close(): Promise<void> }[] = [];
  /** For each path how many requests there are, once all clients of {@link hold} have brought theirs. */
  readonly #expected = new Map<string, number>();

  /** @param marks what {@link openMarks} opened. */
  constructor(place: Place, id: string, marks: HttpClient) {
    this.#place = place;
    this.#id = id;
    this.#marks = marks;
  }

  /** The full name of a channel of this case. */
  channel(name = 'a'): string {
    return `${this.#id}-${name}`;
  }

  /** Adds a route for whatever Fanout asks the service. */
  serve(path: string, handler: Handler, handing: Handing = 'hold'): void {
    this.#place.site.add(this.#path(path), handing, handler);
  }

  /** What Fanout asked so far. */
  requests(path: string): readonly ServiceRequest[] {
    return this.#place.site.requests(this.#path(path));
  }

  /** Sends a request; the response can be looked at as it comes. */
  open(path: string, options?: RequestOptions): HttpClient {
    return this.#track(new HttpClient(this.#url(path), options));
  }

  /** Sends a request and waits for all of the response. */
  answer(path: string, options?: RequestOptions): Promise<Answer> {
    return this.open(path, options).answer();
  }

  /** Sends a request and waits until its response is held by Fanout: nothing tells when that is. */
  async hold(path: string, options?: RequestOptions): Promise<HttpClient> {
    // Of clients that open at once, none may take the request of another for its own.
    const expected = Math.max(this.requests(path).length, this.#expected.get(path) ?? 0) + 1;
    this.#expected.set(path, expected);
    const client = this.open(path, options);
    await this.eventually(() => this.requests(path).length >= expected, `a request for ${path}`);
    await sleep(GRACE);
    return client;
  }

  /** Opens a stream and waits until `text`, what the service begins with, is there: it is subscribed then. */
  async stream(path: string, text: string, options?: RequestOptions): Promise<HttpClient> {
    const client = this.open(path, options);
    await client.until(text);
    return client;
  }

  /**
   * Subscribes to channels before anyone else does. A second after the first subscription Pushpin asks for all
   * response holds of the channel again, and what is published meanwhile does not reach them.
   */
  async warm(...channels: readonly string[]): Promise<void> {
    const path = `/warm-${randomUUID()}`;
    this.serve(path, () => {
      const headers = { 'Grip-Hold': 'stream', 'Grip-Channel': channels.join(', ') };
      return new Response('open\n', { headers });
    });
    await this.stream(path, 'open\n');
    await sleep(1300);
  }

  /** Opens a WebSocket, and waits for what its service subscribes it to. */
  async socket(path: string, headers?: Record<string, string>): Promise<WebSocketClient> {
    const client = this.socketNow(path, headers);
    await client.opened();
    await sleep(GRACE);
    return client;
  }

  /** A WebSocket that may not open. */
  socketNow(path: string, headers?: Record<string, string>): WebSocketClient {
    const url = this.#url(path);
    url.protocol = 'ws:';
    return this.#track(new WebSocketClient(url, headers));
  }

  /** Publishes items, and waits until what they did is done. */
  async publish(...items: readonly object[]): Promise<void> {
    await this.publishNow(...items);
    await this.settle();
  }

  /** Publishes items. */
  async publishNow(...items: readonly object[]): Promise<void> {
    const { status, body } = await this.publishRaw(JSON.stringify({ items }));
    if (status !== 200) throw new Error(`Publishing was answered with ${status} ${body}`);
  }

  /** A request to where messages are published. */
  publishRaw(body: string, options: RequestOptions & { readonly path?: string } = {}): Promise<Answer> {
    const url = new URL(options.path ?? '/publish/', this.#place.publish);
    return this.#track(new HttpClient(url, { method: 'POST', body, ...options })).answer();
  }

  /** Waits until all that was published so far is delivered. */
  async settle(): Promise<void> {
    const mark = `<${randomUUID()}>`;
    await this.publishNow({ channel: 'marks', 'http-stream': { content: mark } });
    await this.#marks.until(mark);
    await sleep(GRACE);
  }

  sleep(milliseconds: number): Promise<void> {
    return sleep(milliseconds);
  }

  /** Waits for what nothing tells. */
  async eventually(holds: () => boolean, what: string, deadline = 30_000): Promise<void> {
    for (const until = performance.now() + deadline; !holds(); ) {
      if (performance.now() > until) throw new Error(`Waited ${deadline} ms for ${what}.`);
      await sleep(20);
    }
  }

  /** The same text with this case's names in it: paths as in `serve`, channels as in `channel`. */
  plain(text: string): string {
    return text.replaceAll(`/${this.#id}/`, '/').replaceAll(`${this.#id}-`, '');
  }

  /** Ends all that was opened. */
  async close(): Promise<void> {
    await Promise.all(this.#opened.map((client) => client.close()));
  }

  /** The path of a route as clients see it, for links. */
  path(path: string): string {
    return this.#path(path);
  }

  #path(path: string): string {
    return `/${this.#id}${new URL(path, 'http://localhost').pathname}`;
  }

  #url(path: string): URL {
    return new URL(`/${this.#id}${path}`, this.#place.client);
  }

  #track<T extends { close(): Promise<void> }>(client: T): T {
    this.#opened.push(client);
    return client;
  }
}

/** Opens the stream that shows when all is delivered; one for all cases. */
export async function openMarks({ site, client }: Place): Promise<HttpClient> {
  site.add(MARKS, 'hold', () => {
    const headers = { 'Grip-Hold': 'stream', 'Grip-Channel': 'marks', 'Content-Type': 'text/plain' };
    return new Response('open\n', { headers });
  });
  for (let attempt = 1; ; attempt += 1) {
    const marks = new HttpClient(new URL(MARKS, client));
    const { status } = await marks.response();
    if (status === 200) return marks;
    // Pushpin's parts find each other one by one: a proxy may answer before there is one that holds.
    if (attempt === 100) throw new Error(`A hold is answered with ${status} ${(await marks.answer()).body}`);
    await sleep(100);
  }
}
