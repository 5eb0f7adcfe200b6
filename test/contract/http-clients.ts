import assert from 'node:assert/strict';
import * as http from 'node:http';
import * as https from 'node:https';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { probesIn, withoutProbes } from './probe.js';
import { DEADLINE, excerpt, Watched } from './watched.js';

/** Reads a response that doesn't end, by fetch. */
export class StreamClient {
  readonly #watched = new Watched();
  readonly #abort = new AbortController();
  readonly #reading: Promise<void>;
  #response: Response | undefined;
  #bytes = '';
  #ending: string | undefined;

  constructor(url: URL, headers: Readonly<Record<string, string>> = {}) {
    this.#reading = this.#read(url, headers);
  }

  /** What arrived, one character a byte, without the probes. */
  get received(): string {
    return withoutProbes(this.#bytes);
  }

  /** The status and headers. A hold with an empty body gets none before the first message. */
  response(): Promise<Response> {
    return this.until('the headers of a response', () => this.#response);
  }

  /** A response that ended won't get what is waited for, and says sooner why. */
  until<T>(what: string, find: (received: string) => T | undefined, deadline?: number): Promise<T> {
    const findOrFail = () => {
      const found = find(this.received);
      if (found === undefined && this.#ending) throw new Error(`Expected ${what}; ${this.#describe()}.`);
      return found;
    };
    return this.#watched.until(what, findOrFail, () => this.#describe(), deadline);
  }

  /** What stands between two marks, as bytes. */
  async between(start: string, end: string): Promise<Buffer> {
    const text = await this.until(`${start} … ${end}`, (received) => {
      const from = received.indexOf(start);
      const to = received.indexOf(end, from);
      return from < 0 || to < 0 ? undefined : received.slice(from + start.length, to);
    });
    return Buffer.from(text, 'latin1');
  }

  probed(channel: string): Promise<true> {
    return this.until(`a probe of ${channel}`, () => probesIn(this.#bytes).includes(channel) || undefined);
  }

  /** Resolves with how the response ended: `ended` where the server ended it as it should. */
  ended(): Promise<string> {
    return this.#watched.until(
      'the end of the response',
      () => this.#ending,
      () => this.#describe(),
    );
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#reading;
  }

  protected onBytes(_bytes: Uint8Array): void {}

  async #read(url: URL, headers: Readonly<Record<string, string>>): Promise<void> {
    try {
      this.#response = await fetch(url, { headers, signal: this.#abort.signal });
      this.#watched.changed();
      const reader = this.#response.body?.getReader();
      for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
        this.#bytes += Buffer.from(read.value).toString('latin1');
        this.onBytes(read.value);
        this.#watched.changed();
      }
      this.#ending = 'ended';
    } catch (error) {
      this.#ending = `failed: ${error instanceof Error ? `${error} ${error.cause ?? ''}` : error}`;
    }
    this.#watched.changed();
  }

  #describe(): string {
    const status = this.#response === undefined ? 'no response' : `status ${this.#response.status}`;
    return `${status}, ${this.#ending ?? 'still open'}, ${excerpt(this.#bytes)}`;
  }
}

/** Reads server-sent events as a browser does. */
export class SseClient extends StreamClient {
  readonly events: EventSourceMessage[] = [];
  readonly comments: string[] = [];
  retry: number | undefined;
  readonly #decoder = new TextDecoder();
  readonly #parser = createParser({
    onEvent: (event) => this.events.push(event),
    onComment: (comment) => this.comments.push(comment),
    onRetry: (retry) => {
      this.retry = retry;
    },
  });

  event(what: string, match: (event: EventSourceMessage) => boolean): Promise<EventSourceMessage> {
    return this.until(what, () => this.events.find(match));
  }

  protected override onBytes(bytes: Uint8Array): void {
    this.#parser.feed(this.#decoder.decode(bytes, { stream: true }));
  }
}

export interface ExchangeOptions {
  readonly method?: string;
  /** An array is sent as that many headers. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request on a connection of its own, with anything in it: fetch refuses or repairs what a forger sends. */
export function exchange(url: URL, options: ExchangeOptions = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, signal } = options;
  const what = `${method} ${url.pathname}`;
  return new Promise<Answer>((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const client = request(url, {
      method,
      agent: false,
      headers: mutable(headers),
      ...(signal && { signal }),
    });
    const timer = setTimeout(
      () => client.destroy(new Error(`Waited ${DEADLINE} ms for an answer to ${what}.`)),
      DEADLINE,
    );
    client.on('close', () => clearTimeout(timer));
    client.on('error', reject);
    client.on('upgrade', ({ headers: received }, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: received, body: Buffer.alloc(0) });
    });
    client.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    client.end(body);
  });
}

/** Fanout's instructions are for Fanout alone. */
export function assertNoGripHeaders(headers: Headers | http.IncomingHttpHeaders): void {
  const names = headers instanceof Headers ? [...headers.keys()] : Object.keys(headers);
  assert.deepEqual(
    names.filter((name) => /^(?:grip-|set-meta-)/i.test(name)),
    [],
    'a client must not see Fanout’s headers',
  );
}

function mutable(headers: NonNullable<ExchangeOptions['headers']>): http.OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
