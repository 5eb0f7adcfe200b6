import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { WebSocket } from 'ws';
import { probeChannel } from './probe.js';
import { excerpt, Watched } from './watched.js';

/** Text as a string, binary as bytes: so an assertion on a message checks its opcode too. */
export type Message = string | Buffer;

export interface Closing {
  /** 1005 where the close frame held none, 1006 where there was no close frame. */
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket that queues what it gets, probes apart. */
export class WebSocketClient {
  readonly socket: WebSocket;
  /** All messages so far, in order. */
  readonly received: Message[] = [];
  readonly pings: Buffer[] = [];
  readonly pongs: Buffer[] = [];
  readonly #watched = new Watched();
  readonly #probed = new Set<string>();
  #headers: IncomingHttpHeaders | undefined;
  #taken = 0;
  #open = false;
  #closing: Closing | undefined;
  #error: Error | undefined;

  constructor(
    url: URL,
    headers: Readonly<Record<string, string>> = {},
    /** The subprotocols that it offers. */
    protocols: readonly string[] = [],
  ) {
    this.socket = new WebSocket(url, [...protocols], { headers, perMessageDeflate: false });
    this.socket.on('upgrade', ({ headers }) => {
      this.#headers = headers;
    });
    this.socket.on('open', () => {
      this.#open = true;
      this.#watched.changed();
    });
    this.socket.on('message', (data, isBinary) => this.#take(data as Buffer, isBinary));
    this.socket.on('ping', (data) => {
      this.pings.push(data);
      this.#watched.changed();
    });
    this.socket.on('pong', (data) => {
      this.pongs.push(data);
      this.#watched.changed();
    });
    this.socket.on('error', (error) => {
      this.#error = error;
    });
    this.socket.on('close', (code, reason) => {
      this.#closing = { code, reason: reason.toString() };
      this.#watched.changed();
    });
  }

  opened(): Promise<true> {
    return this.#until('the WebSocket to open', () => this.#open || undefined);
  }

  /** Those of the response that opened the WebSocket. */
  headers(): Promise<IncomingHttpHeaders> {
    return this.#until('the headers of an upgrade', () => this.#headers);
  }

  /** The next message that was not taken yet. */
  next(what = 'a message'): Promise<Message> {
    return this.#until(what, () => {
      const message = this.received[this.#taken];
      if (message !== undefined) this.#taken += 1;
      return message;
    });
  }

  /** Sends a message and takes the next one, which must be `answer`. */
  async ask(message: Message, answer: Message = message): Promise<void> {
    this.socket.send(message);
    assert.deepEqual(await this.next(`the answer to ${excerpt(String(message))}`), answer);
  }

  until<T>(
    what: string,
    find: (received: readonly Message[]) => T | undefined,
    deadline?: number,
  ): Promise<T> {
    return this.#until(what, () => find(this.received), deadline);
  }

  ping(): Promise<Buffer> {
    return this.#until('a ping', () => this.pings[0]);
  }

  pong(): Promise<Buffer> {
    return this.#until('a pong', () => this.pongs[0]);
  }

  probed(channel: string): Promise<true> {
    return this.#until(`a probe of ${channel}`, () => this.#probed.has(channel) || undefined);
  }

  closed(deadline?: number): Promise<Closing> {
    return this.#watched.until(
      'the WebSocket to close',
      () => this.#closing,
      () => this.#describe(),
      deadline,
    );
  }

  async close(): Promise<void> {
    this.socket.terminate();
    await this.closed();
  }

  #take(data: Buffer, isBinary: boolean): void {
    const message = isBinary ? data : data.toString();
    const probe = typeof message === 'string' ? probeChannel(message) : undefined;
    if (probe === undefined) this.received.push(message);
    else this.#probed.add(probe);
    this.#watched.changed();
  }

  /** A socket that closed won't get what is waited for, and says sooner why. */
  #until<T>(what: string, find: () => T | undefined, deadline?: number): Promise<T> {
    const findOrFail = () => {
      const found = find();
      if (found === undefined && this.#closing) throw new Error(`Expected ${what}; ${this.#describe()}.`);
      return found;
    };
    return this.#watched.until(what, findOrFail, () => this.#describe(), deadline);
  }

  #describe(): string {
    const state = this.#closing ? `closed with ${JSON.stringify(this.#closing)}` : 'not closed';
    const waiting = this.received.slice(this.#taken).map((message) => excerpt(message.toString('latin1')));
    return `${state}, ${this.#error ?? 'no error'}, ${this.received.length} messages, not taken: [${waiting.slice(0, 5)}]`;
  }
}
