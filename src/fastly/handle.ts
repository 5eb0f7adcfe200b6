import { env } from 'fastly:env';
import { createFanoutHandoff } from 'fastly:fanout';
import { type FanoutPlatform, type FetchApp, fetchOn } from '../platform.js';
import { providePlatformKeys } from '../platform-keys.js';
import { GripSignatureVerifier, hmacKey } from '../protocol/grip-signature.js';

/** The part of a Compute `FetchEvent` that is used. */
export interface FanoutFetchEvent {
  readonly request: Request;
  readonly client: { readonly address: string };
}

/** The key that Fastly signs with. https://www.fastly.com/documentation/guides/concepts/real-time-messaging/fanout/ */
const production = new GripSignatureVerifier([
  {
    kty: 'EC',
    crv: 'P-256',
    x: 'CKo5A1ebyFcnmVV8SE5On-8G81JyBjSvcrx4VLetWCg',
    y: '7gwJqaU6N8TP88--twjkwoB36f-pT3QsmI46nPhjO7M',
  },
]);
/** What the Pushpin of Fastly's local server signs with. Everyone knows it: it must never count in production. */
const localServer = new GripSignatureVerifier([hmacKey('viceroy_dev_signing_key_dont_use_in_production')]);

// While the Wasm is made, so that the snapshot holds the imported keys.
providePlatformKeys(() => {
  void production.warmUp();
  void localServer.warmUp();
});

/** Of Fastly's local server: as many zeros as the id of a service has characters. */
const LOCAL_SERVICE = '0'.repeat(64);

/**
 * The handler of a Compute service: give it each fetch event and answer with what it returns.
 *
 * @example
 * const fetchHandler = handle(app);
 * addEventListener('fetch', (event) => event.respondWith(fetchHandler(event)));
 */
export function handle(app: FetchApp): (event: FanoutFetchEvent) => Promise<Response> {
  return (event) => fetchOn(new ComputePlatform(event), app, event.request);
}

/** Each of these is asked of the host, and most requests need few of them: none is read before it is needed. */
class ComputePlatform implements FanoutPlatform {
  readonly handoff: FanoutPlatform['handoff'] = createFanoutHandoff;
  readonly #event: FanoutFetchEvent;

  constructor(event: FanoutFetchEvent) {
    this.#event = event;
  }

  fetch(request: Request, backend: string): Promise<Response> {
    return fetch(request, { backend } as RequestInit); // the DOM's types know no backend
  }

  get trust(): FanoutPlatform['trust'] {
    return trust();
  }

  get clientAddress(): string {
    return this.#event.client.address;
  }

  get serviceVersion(): string {
    return env('FASTLY_SERVICE_VERSION') ?? '';
  }
}

function trust(): FanoutPlatform['trust'] {
  // Read in the request: at top level they would be those of the build.
  const serviceId = env('FASTLY_SERVICE_ID') ?? '';
  const isLocal =
    env('FASTLY_HOSTNAME') === 'localhost' && serviceId !== '' && LOCAL_SERVICE.startsWith(serviceId);
  return isLocal
    ? { verifier: localServer, issuers: ['viceroy'] }
    : { verifier: production, issuers: [`fastly:${serviceId}`] };
}
