import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHANNEL, type ContractTarget } from './contract-case.js';
import { type Answer, type ExchangeOptions, exchange, SseClient, StreamClient } from './http-clients.js';
import { probeFormats } from './probe.js';
import { WebSocketClient } from './websocket-client.js';

/** What is published of a message, as it goes over the wire. */
export interface Formats {
  readonly 'http-stream'?: object;
  readonly 'http-response'?: object;
  readonly 'ws-message'?: object;
}

export interface Item {
  readonly channel: string;
  readonly id: string;
  readonly formats: Formats;
}

/** An item for the reference service's channel; its id is new, so that it isn't taken for a repetition. */
export function item(formats: Formats, channel: string = CHANNEL): Item {
  return { channel, id: randomUUID(), formats };
}

/** A text that no other case, and no other run, publishes. */
export function unique(name: string): string {
  return `${name}-${randomUUID().slice(0, 8)}`;
}

const PROBE_INTERVAL = 75;

type Headers = Readonly<Record<string, string>>;

/** The clients of a case. Whatever is opened here is closed with it. */
export class Clients {
  readonly target: ContractTarget;
  readonly #opened: { close(): Promise<void> }[] = [];
  readonly #abort = new AbortController();

  constructor(target: ContractTarget) {
    this.target = target;
    setMaxListeners(0, this.#abort.signal); // a case may poll many times at once
  }

  stream(headers?: Headers): StreamClient {
    return this.#track(new StreamClient(this.#url('/stream'), headers));
  }

  sse(headers?: Headers, path = '/sse'): SseClient {
    return this.#track(new SseClient(this.#url(path), headers));
  }

  /** One long poll. It has ten seconds to be answered. */
  poll(headers: Headers = {}, path = '/response'): Promise<Answer> {
    return this.#answer(exchange(this.#url(path), { headers, signal: this.#abort.signal }));
  }

  /** An open WebSocket. */
  async webSocket(path = '/ws', headers?: Headers): Promise<WebSocketClient> {
    const url = this.#url(path);
    url.protocol = url.protocol.replace('http', 'ws');
    const client = this.#track(new WebSocketClient(url, headers));
    await client.opened();
    return client;
  }

  /** The socket of the `CommandTransport`. */
  commands(): Promise<WebSocketClient> {
    assert.ok(this.target.commands, 'the target has no CommandTransport: skip cases that need commands');
    return this.webSocket(this.target.commands);
  }

  /** A request straight to the service, as someone sends it who goes around Fanout. */
  direct(path: string, options: ExchangeOptions = {}): Promise<Answer> {
    return this.#answer(
      exchange(new URL(path, this.target.service), { ...options, signal: this.#abort.signal }),
    );
  }

  /** Publishes, and accepts no other answer than 200. */
  async publish(...items: readonly Item[]): Promise<void> {
    const { status, body } = await this.publishRaw(JSON.stringify({ items }));
    assert.equal(status, 200, `publishing was answered with ${status} ${body}`);
  }

  publishRaw(body: string): Promise<Answer> {
    return exchange(new URL(this.target.publish), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...this.target.publishHeaders },
      body,
      signal: this.#abort.signal,
    });
  }

  /** Publishes again and again until `received` is; that who waits for it is not subscribed yet can't be seen. */
  async untilReceived<T>(received: Promise<T>, next: (attempt: number) => Item): Promise<T> {
    let settled = false;
    const done = received.finally(() => {
      settled = true;
    });
    done.catch(() => undefined); // thrown below, after the publish that is under way
    for (let attempt = 1; !settled; attempt += 1) {
      await this.publish(next(attempt));
      await Promise.race([done, sleep(PROBE_INTERVAL)]);
    }
    return done;
  }

  /** Publishes probes until each of the clients has got one: from then on nothing may pass them by. */
  async subscribed(
    clients: readonly { probed(channel: string): Promise<true> }[],
    channel: string = CHANNEL,
  ): Promise<void> {
    const probed = Promise.all(clients.map((client) => client.probed(channel)));
    await this.untilReceived(probed, (attempt) => item(probeFormats(channel, attempt), channel));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#opened.map((client) => client.close()));
  }

  #url(path: string): URL {
    return new URL(path, this.target.client);
  }

  #track<T extends { close(): Promise<void> }>(client: T): T {
    this.#opened.push(client);
    return client;
  }

  /** A case that fails elsewhere leaves a poll behind, which then fails without anyone to hear of it. */
  #answer(answer: Promise<Answer>): Promise<Answer> {
    answer.catch(() => undefined);
    return answer;
  }
}
