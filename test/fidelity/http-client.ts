import { type IncomingMessage, request } from 'node:http';
import { excerpt, Watched } from '../../src/testing/watched.js';

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface Head {
  readonly status: number;
  readonly reason: string;
  /** By lower-case name; repeated ones are joined. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answer extends Head {
  readonly body: string;
}

/** In milliseconds. */
const DEADLINE = 30_000;

/** One request on a connection of its own; its response can be looked at while it arrives. */
export class HttpClient {
  /** The status and headers, once they are there. */
  head: Head | undefined;
  /** What arrived of the body, one character a byte. */
  body = '';
  /** `ended`, where the response ended as it should, or `broken`. */
  ending: string | undefined;
  /** When it ended, in milliseconds. */
  endedAt = 0;
  readonly startedAt: number = performance.now();
  readonly #watched = new Watched();
  readonly #request: ReturnType<typeof request>;
  readonly #what: string;

  constructor(url: URL, { method = 'GET', headers = {}, body }: RequestOptions = {}) {
    this.#what = `${method} ${url.pathname}`;
    this.#request = request(url, { method, agent: false, headers: { ...headers } as Record<string, string> });
    this.#request.on('response', (response) => this.#read(response));
    this.#request.on('upgrade', (response, socket) => {
      socket.destroy();
      this.head = headOf(response);
      this.#end('upgraded');
    });
    this.#request.on('error', () => this.#end('broken'));
    this.#request.end(body);
  }

  /** Waits for the status and headers. */
  response(): Promise<Head> {
    return this.#until('a response', () => this.head);
  }

  /** Waits until the body has this in it. */
  async until(text: string): Promise<void> {
    await this.#until(JSON.stringify(text), () => this.body.includes(text) || undefined);
  }

  /** Waits for the end of the response. */
  async answer(): Promise<Answer> {
    const ending = await this.ended();
    if (this.head === undefined) return { status: 0, reason: ending, headers: {}, body: '' };
    return { ...this.head, body: this.body };
  }

  ended(): Promise<string> {
    return this.#watched.until(
      `the end of ${this.#what}`,
      () => this.ending,
      () => this.#describe(),
      DEADLINE,
    );
  }

  async close(): Promise<void> {
    this.#request.destroy();
  }

  #read(response: IncomingMessage): void {
    this.head = headOf(response);
    this.#watched.changed();
    response.setEncoding('latin1').on('data', (chunk: string) => {
      this.body += chunk;
      this.#watched.changed();
    });
    response.on('error', () => this.#end('broken'));
    response.on('end', () => this.#end('ended'));
  }

  #end(how: string): void {
    if (this.ending !== undefined) return;
    this.ending = how;
    this.endedAt = performance.now();
    this.#watched.changed();
  }

  /** A response that ended won't get what is waited for, and says sooner why. */
  #until<T>(what: string, find: () => T | undefined): Promise<T> {
    const findOrFail = () => {
      const found = find();
      if (found === undefined && this.ending) throw new Error(`Expected ${what}; ${this.#describe()}.`);
      return found;
    };
    return this.#watched.until(`${what} of ${this.#what}`, findOrFail, () => this.#describe(), DEADLINE);
  }

  #describe(): string {
    return `status ${this.head?.status}, ${this.ending ?? 'still open'}, ${excerpt(this.body)}`;
  }
}

function headOf({ statusCode = 0, statusMessage = '', headers }: IncomingMessage): Head {
  const all = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { status: statusCode, reason: statusMessage, headers: Object.fromEntries(all) };
}
