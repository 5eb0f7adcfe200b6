import { type FanoutPlatform, type FetchApp, fetchOn } from '../platform.js';
import { ACCEPT_ENCODING, decoded } from './content-coding.js';
import type { GripSigner } from './grip-signer.js';
import { FILTER_NAMES } from './message-filter.js';

/** A client's request that the service handed off. */
export interface Handoff {
  readonly request: Request;
  readonly backend: string;
  readonly clientAddress: string | undefined;
}

/** What Fanout can do; it tells the service in every request. */
const FEATURES: string = [
  'status',
  'session',
  'link:next',
  ...FILTER_NAMES.map((name) => `filter:${name}`),
].join(', ');

/** They only count between two ends of one connection (RFC 9110, 7.6.1), or are Fanout's own to set. */
const DROPPED =
  /^(?:grip-.*|connection|keep-alive|transfer-encoding|content-encoding|accept-encoding|expect|content-length)$/;

/** Runs the service: for a client, and for what it handed off, as Fanout calls it back. */
export class ServiceCaller {
  readonly #app: FetchApp;
  readonly #signer: GripSigner;
  readonly #backends: Readonly<Record<string, string>>;
  /** The runtime knows a handoff by the identity of its response. */
  readonly #handoffs = new WeakMap<Response, Handoff>();

  /** @param backends the URL of each backend but `self`. */
  constructor(app: FetchApp, signer: GripSigner, backends: Readonly<Record<string, string>> = {}) {
    this.#app = app;
    this.#backends = backends;
    this.#signer = signer;
  }

  /** The service's answer to a client: a response, or that Fanout is to take over. */
  async firstPass(request: Request, clientAddress: string | undefined): Promise<Response | Handoff> {
    const response = await fetchOn(this.#platform(clientAddress), this.#app, request);
    return this.#handoffs.get(response) ?? response;
  }

  /**
   * Calls the service for a client, signed.
   *
   * @throws Error when it fails, or hands off again.
   * @throws ProtocolError when its response has a content coding that Fanout doesn't know.
   */
  async secondPass(
    handoff: Handoff,
    { method = 'GET', headers = new Headers(), body }: SecondPass = {},
  ): Promise<Response> {
    const all = new Headers();
    for (const [name, value] of handoff.request.headers) if (!DROPPED.test(name)) all.append(name, value);
    for (const [name, value] of headers) all.set(name, value);
    if (!all.has('Accept')) all.set('Accept', '*/*');
    all.set('Accept-Encoding', ACCEPT_ENCODING);
    all.set('Grip-Sig', this.#signer.sign());
    all.set('Grip-Feature', FEATURES);
    const request = new Request(handoff.request.url, { method, headers: all, ...(body && { body }) });
    if (handoff.backend !== 'self') return decoded(await this.#fetchFrom(request, handoff.backend), true);
    const response = await fetchOn(this.#platform(handoff.clientAddress), this.#app, request);
    if (this.#handoffs.has(response))
      throw new Error('The service handed off a request that came from Fanout.');
    return decoded(response, false);
  }

  async #fetchFrom(request: Request, backend: string): Promise<Response> {
    const base = Object.hasOwn(this.#backends, backend) ? this.#backends[backend] : undefined;
    if (base === undefined) {
      throw new Error(`Expected "self" or a backend of startLocalFanout({ backends }), found "${backend}".`);
    }
    const { pathname, search } = new URL(request.url);
    const url = new URL(base);
    url.pathname = pathname;
    url.search = search;
    return fetch(new Request(url, request), { redirect: 'manual' });
  }

  #platform(clientAddress: string | undefined): FanoutPlatform {
    return {
      handoff: (request, backend) => {
        // What a client of Compute would get of it, were it not recognised: an empty 200.
        const response = new Response();
        this.#handoffs.set(response, { request, backend, clientAddress });
        return response;
      },
      fetch: (request, backend) => this.#fetchFrom(request, backend),
      trust: this.#signer.trust,
      clientAddress,
      serviceVersion: 'local',
    };
  }
}

interface SecondPass {
  readonly method?: string;
  /** In place of the client's. */
  readonly headers?: Headers;
  readonly body?: Uint8Array<ArrayBuffer>;
}
