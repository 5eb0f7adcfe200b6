import { once } from 'node:events';
import { Agent, type ClientRequest, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type Ledger, Sequence } from './ledger.js';

/** Says goodbye, ends the connection, or falls silent and is gone some seconds later. */
export type Farewell = 'close' | 'destroy' | 'silence';

/** A client that listens. */
export interface SoakClient {
  /** Resolves when it is subscribed. */
  open(): Promise<void>;
  /** Resolves when all that was published until now has arrived. */
  caughtUp(): Promise<void>;
  leave(farewell: Farewell): Promise<void>;
}

/** The share of each transport, in eighths. */
export const MIX = ['ws', 'sse', 'stream', 'ws', 'response', 'sse', 'stream', 'ws'] as const;
export type Transport = (typeof MIX)[number];

/** In milliseconds. */
const SILENCE = 3000;
/** The longest that a client waits before it polls again. */
const PAUSE = 4000;

export function createClient(transport: Transport, url: string, ledger: Ledger): SoakClient {
  const address = new URL(`/${transport}`, url);
  // Not by the name, which would have to be looked up each time.
  address.hostname = '127.0.0.1';
  if (transport === 'ws') return new SocketClient(address, ledger);
  return transport === 'response'
    ? new PollClient(address, ledger)
    : new LineClient(address, ledger, transport);
}

class SocketClient implements SoakClient {
  readonly #socket: WebSocket;
  readonly #sequence: Sequence;
  #listening = false;

  constructor(url: URL, ledger: Ledger) {
    this.#sequence = new Sequence(ledger, 'ws');
    url.protocol = 'ws:';
    this.#socket = new WebSocket(url, { perMessageDeflate: false });
    this.#socket.on('message', (data: Buffer) => this.#sequence.take(data.toString()));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', (code) => {
      if (this.#listening) ledger.problem('cut off', `ws with ${code}`);
    });
  }

  async open(): Promise<void> {
    this.#socket.once('open', () => {
      this.#listening = true;
      this.#sequence.subscribed();
    });
    await once(this.#socket, 'open');
  }

  caughtUp(): Promise<void> {
    return this.#sequence.caughtUp();
  }

  async leave(farewell: Farewell): Promise<void> {
    this.#listening = false;
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    if (farewell === 'silence') {
      this.#socket.pause();
      await sleep(SILENCE);
    }
    if (farewell === 'close') this.#socket.close(1000);
    else this.#socket.terminate();
    await closed;
  }
}

/** Server-sent events, and a stream of lines. */
class LineClient implements SoakClient {
  readonly #request: ClientRequest;
  readonly #sequence: Sequence;
  readonly #mark: string;
  #response: IncomingMessage | undefined;
  #rest = '';
  #listening = false;

  constructor(url: URL, ledger: Ledger, transport: 'sse' | 'stream') {
    this.#mark = transport === 'sse' ? 'data: ' : '';
    this.#sequence = new Sequence(ledger, transport);
    this.#request = get(url, { agent: false });
    this.#request.on('error', () => undefined);
    this.#request.on('close', () => {
      if (this.#listening) ledger.problem('cut off', transport);
    });
  }

  async open(): Promise<void> {
    const [response] = (await once(this.#request, 'response')) as [IncomingMessage];
    this.#response = response;
    response.on('error', () => undefined);
    response.on('data', (chunk: Buffer) => this.#take(chunk.toString()));
    // The first body of server-sent events comes with what says that the stream is held.
    if (this.#mark !== '') await once(response, 'data');
    this.#listening = true;
    this.#sequence.subscribed();
  }

  caughtUp(): Promise<void> {
    return this.#sequence.caughtUp();
  }

  async leave(farewell: Farewell): Promise<void> {
    this.#listening = false;
    if (farewell === 'silence') {
      this.#response?.pause();
      await sleep(SILENCE);
    }
    if (this.#request.closed) return;
    const closed = once(this.#request, 'close');
    // The one way to say that nothing more is asked for is to end one's own half first.
    if (farewell === 'close') this.#request.socket?.end();
    this.#request.destroy();
    await closed;
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.#mark === '') this.#sequence.take(line);
      else if (line.startsWith(this.#mark)) this.#sequence.take(line.slice(this.#mark.length));
    }
  }
}

/** Asks again and again; what is published while it does not ask is not for it. */
class PollClient implements SoakClient {
  readonly #url: URL;
  readonly #ledger: Ledger;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #left = new AbortController();
  #polling: Promise<void> | undefined;
  #last = 0;

  constructor(url: URL, ledger: Ledger) {
    this.#url = url;
    this.#ledger = ledger;
  }

  async open(): Promise<void> {
    this.#polling = this.#poll();
  }

  async caughtUp(): Promise<void> {}

  async leave(farewell: Farewell): Promise<void> {
    if (farewell === 'silence') await sleep(SILENCE);
    this.#left.abort();
    this.#agent.destroy();
    await this.#polling;
  }

  async #poll(): Promise<void> {
    const { signal } = this.#left;
    while (!signal.aborted) {
      try {
        this.#take(await answer(this.#url, this.#agent, signal));
        await sleep(Math.random() * PAUSE, undefined, { signal });
      } catch (error) {
        // A connection kept alive may be closed just when it is used again.
        const { code } = error as NodeJS.ErrnoException;
        if (!signal.aborted && code !== 'ECONNRESET') this.#ledger.problem('cut off', `poll: ${code}`);
      }
    }
  }

  #take(text: string): void {
    const number = Number(text);
    if (!(number >= 1 && number <= this.#ledger.last)) {
      return this.#ledger.problem('not published', `poll got ${JSON.stringify(text.slice(0, 50))}`);
    }
    this.#ledger.deliveries += 1;
    if (number <= this.#last) this.#ledger.problem('repeated', `poll got ${number} after ${this.#last}`);
    this.#last = number;
  }
}

async function answer(url: URL, agent: Agent, signal: AbortSignal): Promise<string> {
  const request = get(url, { agent, signal });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return response.statusCode === 200 ? body : `status ${response.statusCode}`;
}
