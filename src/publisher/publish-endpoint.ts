import { ConfigurationError } from '../errors.js';
import { encodeBase64 } from '../protocol/publish-item.js';

/** A secret, or a function that gives it when it is needed: from the Secret Store, for example. */
export type Secret = string | (() => string | Promise<string>);

/** Where messages are published, and how requests there are authorized. */
export interface PublishEndpoint {
  /** The whole URL: `https://api.fastly.com/service/SERVICE_ID/publish/`. It ends in a slash, and holds no secret. */
  readonly url: string;
  /** On Compute: the name of the backend that reaches it. By default a dynamic one is used. */
  readonly backend?: string;
  /**
   * The headers that authorize a request, asked for before each try. What it rejects with is the `cause` of the
   * `PublishError`.
   */
  readonly auth?: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
}

/** The service, and the token that publishes for it. */
export interface FastlyEndpointOptions {
  readonly serviceId: string;
  /** An API token of at least Engineer permissions. */
  readonly token: Secret;
  /** On Compute: the name of a backend for `api.fastly.com`. */
  readonly backend?: string;
}

/**
 * Fastly's API: `https://api.fastly.com/service/{service-id}/publish/`.
 *
 * @throws ConfigurationError for a service id that is none.
 * @example
 * const publisher = new Publisher(
 *   fastlyEndpoint({
 *     serviceId: 'SERVICE_ID',
 *     token: async () => (await new SecretStore('secrets').get('fastly-token')).plaintext(),
 *     backend: 'fastly-api',
 *   }),
 * );
 */
export function fastlyEndpoint({ serviceId, token, backend }: FastlyEndpointOptions): PublishEndpoint {
  return {
    url: `https://api.fastly.com/service/${checkServiceId(serviceId)}/publish/`,
    auth: async () => ({ 'Fastly-Key': await reveal('token', token) }),
    ...(backend !== undefined && { backend }),
  };
}

/** The service, and the user and secret of its publishing. */
export interface FanoutEndpointOptions {
  readonly serviceId: string;
  /** The secret that Fastly gave out for publishing. */
  readonly secret: Secret;
  /** By default the id of the service. */
  readonly user?: string;
  /** On Compute: the name of a backend for `fanout.fastly.com`. */
  readonly backend?: string;
}

/**
 * The older form, `https://fanout.fastly.com/{service-id}/publish/`, with basic authentication.
 *
 * @throws ConfigurationError for a service id that is none.
 * @example
 * const publisher = new Publisher(fanoutEndpoint({ serviceId: 'SERVICE_ID', secret: 'SECRET' }));
 */
export function fanoutEndpoint(options: FanoutEndpointOptions): PublishEndpoint {
  const { serviceId, secret, user = serviceId, backend } = options;
  return {
    url: `https://fanout.fastly.com/${checkServiceId(serviceId)}/publish/`,
    auth: async () => basic(user, await reveal('secret', secret)),
    ...(backend !== undefined && { backend }),
  };
}

/** Where the Pushpin is. */
export interface PushpinEndpointOptions {
  /** Where Pushpin takes messages: `http://localhost:5561/`, or the whole `http://localhost:5561/publish/`. */
  readonly url: string;
  /** On Compute: the name of the backend that reaches it. */
  readonly backend?: string;
}

/**
 * A Pushpin, or the embedded Fanout, whose publishing port asks for no authorization.
 *
 * @throws ConfigurationError for what is no http or https URL.
 * @example
 * const publisher = new Publisher(pushpinEndpoint({ url: 'http://localhost:5561/' }));
 */
export function pushpinEndpoint({ url, backend }: PushpinEndpointOptions): PublishEndpoint {
  const { href } = publishUrl(parseHttpUrl(url));
  return { url: href, ...(backend !== undefined && { backend }) };
}

/** The URL to publish at below a control URL; one that already is one stays. */
export function publishUrl(control: URL): URL {
  const url = new URL(control);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/publish') ? `${path}/` : `${path}/publish/`;
  return url;
}

/** @throws ConfigurationError, which repeats nothing of the URL: it may hold a secret. */
export function parseHttpUrl(text: string): URL {
  let found = 'no URL';
  try {
    // Compute has no URL.canParse.
    const url = new URL(text);
    if (/^https?:$/.test(url.protocol)) return url;
    found = 'another one';
  } catch {
    // Answered below: the runtime's own message quotes the text.
  }
  throw new ConfigurationError(`Expected the http or https URL of a publish endpoint, found ${found}.`);
}

/** Basic authentication (RFC 7617). */
export function basic(user: string, password: string): { readonly Authorization: string } {
  return { Authorization: `Basic ${encodeBase64(new TextEncoder().encode(`${user}:${password}`))}` };
}

/** @throws ConfigurationError when there is none: a header without it would only be refused. */
async function reveal(name: string, secret: Secret): Promise<string> {
  const value = typeof secret === 'function' ? await secret() : secret;
  if (typeof value !== 'string' || value === '') {
    const found = value === '' ? 'an empty one' : `one of type ${typeof value}`;
    throw new ConfigurationError(`Expected a ${name} to publish with, found ${found}.`);
  }
  return value;
}

function checkServiceId(id: string): string {
  if (typeof id === 'string' && /^\w+$/.test(id)) return id;
  throw new ConfigurationError('A service id consists of letters and digits.');
}
