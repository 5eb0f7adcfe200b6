import { probesIn, withoutProbes } from './probe.js';
import { excerpt, Watched } from './watched.js';

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
