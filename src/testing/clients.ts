import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContractTarget } from './contract-target.js';
import { type Answer, type ExchangeOptions, exchange } from './exchange.js';
import { probeFormats } from './probe.js';
import { type Item, itemFor } from './published-item.js';
import { StreamClient } from './stream-client.js';
import { WebSocketClient } from './websocket-client.js';

const PROBE_INTERVAL = 75;

type Headers = Readonly<Record<string, string>>;

/** A client that keeps probes apart from what it received. */
interface Probed {
  probed(channel: string): Promise<true>;
}

/** The clients of a case. Whatever is opened here is closed with it. */
export class Clients<T extends ContractTarget = ContractTarget> {
  readonly target: T;
  readonly #opened: { close(): Promise<void> }[] = [];
  readonly #abort = new AbortController();

  constructor(target: T) {
    this.target = target;
    setMaxListeners(0, this.#abort.signal); // a case may poll many times at once
  }

  stream(path: string, headers?: Headers): StreamClient {
    return this.track(new StreamClient(this.url(path), this.#with(headers)));
  }

  /** One long poll. It has twenty seconds to be answered. */
  poll(path: string, headers?: Headers): Promise<Answer> {
    return this.#answer(
      exchange(this.url(path), { headers: this.#with(headers), signal: this.#abort.signal }),
    );
  }

  /** An open WebSocket. */
  async webSocket(path: string, headers?: Headers, protocols?: readonly string[]): Promise<WebSocketClient> {
    const url = this.url(path);
    url.protocol = url.protocol.replace('http', 'ws');
    const client = this.track(new WebSocketClient(url, this.#with(headers), protocols));
    await client.opened();
    return client;
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
  untilReceived<V>(received: Promise<V>, next: (attempt: number) => Item | Promise<Item>): Promise<V> {
    return this.until(received, async (attempt) => this.publish(await next(attempt)));
  }

  /** Does it again and again until `received` is. */
  async until<V>(received: Promise<V>, again: (attempt: number) => Promise<unknown>): Promise<V> {
    let settled = false;
    const done = received.finally(() => {
      settled = true;
    });
    done.catch(() => undefined); // thrown below, after what is under way
    for (let attempt = 1; !settled; attempt += 1) {
      await again(attempt);
      await Promise.race([done, sleep(PROBE_INTERVAL)]);
    }
    return done;
  }

  /** Publishes probes until each of the clients has got one: from then on nothing may pass them by. */
  async subscribed(clients: readonly Probed[], channel: string): Promise<void> {
    const probed = Promise.all(clients.map((client) => client.probed(channel)));
    await this.untilReceived(probed, (attempt) => itemFor(channel, probeFormats(channel, attempt)));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#opened.map((client) => client.close()));
  }

  protected url(path: string): URL {
    return new URL(path, this.target.client);
  }

  protected track<T extends { close(): Promise<void> }>(client: T): T {
    this.#opened.push(client);
    return client;
  }

  #with(headers: Headers = {}): Headers {
    return { ...this.target.clientHeaders, ...headers };
  }

  /** A case that fails elsewhere leaves a poll behind, which then fails without anyone to hear of it. */
  #answer(answer: Promise<Answer>): Promise<Answer> {
    answer.catch(() => undefined);
    return answer;
  }
}
