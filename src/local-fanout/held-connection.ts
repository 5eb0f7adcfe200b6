import type { ServerResponse } from 'node:http';
import type { ChannelHub, Subscriber } from './channel-hub.js';
import type { HeldResponse, HoldInstruction } from './hold-instruction.js';
import { KeepAliveTimer } from './keep-alive-timer.js';
import type { PublishItem } from './publish-item.js';

/** What a held connection needs of the Fanout it belongs to. */
export interface HoldEnvironment {
  readonly hub: ChannelHub;
  /** A client that lets more than this many bytes wait is dropped. */
  readonly maxBufferedBytes: number;
  /** Called when a client is dropped for being slow. */
  readonly onSlowClient: (bufferedBytes: number) => void;
}

/** Holds the client's connection as instructed, until its end. */
export function hold(
  outgoing: ServerResponse,
  instruction: HoldInstruction,
  environment: HoldEnvironment,
): void {
  const held =
    instruction.mode === 'stream'
      ? new StreamConnection(outgoing, instruction, environment)
      : new ResponseConnection(outgoing, instruction);
  const { hub } = environment;
  const channels = new Set(instruction.channels);
  for (const channel of channels) hub.subscribe(channel, held);
  outgoing.once('close', () => {
    for (const channel of channels) hub.unsubscribe(channel, held);
    held.stop();
  });
}

/** Sends a response that is complete. */
export function respond(outgoing: ServerResponse, { body, ...head }: HeldResponse): void {
  // RFC 9110, 8.6: these never have a body, nor its length.
  const hasBody = head.status >= 200 && head.status !== 204 && head.status !== 304;
  if (hasBody) outgoing.setHeader('Content-Length', body.length);
  writeHead(outgoing, head);
  outgoing.end(hasBody ? body : undefined);
}

function writeHead(outgoing: ServerResponse, { status, reason, headers }: Omit<HeldResponse, 'body'>): void {
  for (const [name, value] of headers) {
    // It is that of the service's own response, which isn't what is sent.
    if (name.toLowerCase() !== 'content-length') outgoing.appendHeader(name, value);
  }
  if (reason === undefined) outgoing.writeHead(status);
  else outgoing.writeHead(status, reason);
}

/** A response without an end, to which messages are appended. */
class StreamConnection implements Subscriber {
  readonly #outgoing: ServerResponse;
  readonly #environment: HoldEnvironment;
  readonly #keepAlive: KeepAliveTimer | undefined;

  constructor(outgoing: ServerResponse, instruction: HoldInstruction, environment: HoldEnvironment) {
    this.#outgoing = outgoing;
    this.#environment = environment;
    const { keepAlive, response } = instruction;
    writeHead(outgoing, response);
    // Without a body the head waits for the first message, as it does in Pushpin.
    if (response.body.length > 0) outgoing.write(response.body);
    this.#keepAlive = keepAlive && new KeepAliveTimer(keepAlive, () => this.#write(keepAlive.content));
  }

  deliver({ stream }: PublishItem): void {
    if (stream === undefined) return;
    if (stream.action === 'close') this.#outgoing.end();
    else {
      this.#write(stream.content);
      this.#keepAlive?.touch();
    }
  }

  stop(): void {
    this.#keepAlive?.stop();
  }

  #write(content: Buffer): void {
    if (this.#outgoing.writableEnded) return;
    this.#outgoing.write(content);
    if (this.#outgoing.writableLength > this.#environment.maxBufferedBytes) {
      this.#environment.onSlowClient(this.#outgoing.writableLength);
      this.#outgoing.destroy();
    }
  }
}

/** A response that waits for a message, or for the timeout. */
class ResponseConnection implements Subscriber {
  readonly #outgoing: ServerResponse;
  readonly #response: HeldResponse;
  readonly #timer: NodeJS.Timeout;

  constructor(outgoing: ServerResponse, { response, timeout }: HoldInstruction) {
    this.#outgoing = outgoing;
    this.#response = response;
    this.#timer = setTimeout(() => this.#respond(response), timeout);
  }

  deliver({ response }: PublishItem): void {
    if (response === undefined) return;
    // Headers of the held response that the message doesn't name are the client's as well.
    const named = new Set(response.headers.map(([name]) => name.toLowerCase()));
    const inherited = this.#response.headers.filter(([name]) => !named.has(name.toLowerCase()));
    this.#respond({ ...response, headers: [...inherited, ...response.headers] });
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #respond(response: HeldResponse): void {
    if (this.#outgoing.writableEnded) return;
    this.stop();
    respond(this.#outgoing, response);
  }
}
