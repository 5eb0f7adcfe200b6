import { ConfigurationError } from '../errors.js';
import { fastlyEndpoint, gripUrl, type PublishEndpoint } from '../publisher/index.js';
import { UsageError } from './usage-error.js';

export interface PublishTarget {
  /** URLs to publish at, or GRIP URLs. */
  readonly urls: readonly string[];
  readonly serviceId: string | undefined;
  /** Goes to all of the URLs. */
  readonly token: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const LOCAL = 'http://localhost:5561/publish/';

/**
 * Where a command publishes: what it was told, or else what the environment says, or else the embedded Fanout.
 *
 * A token of the environment goes to Fastly alone: it must not leave by a mistyped URL.
 *
 * @throws UsageError, which repeats nothing of a URL or a token.
 */
export function publishEndpoints({ urls, serviceId, token, env }: PublishTarget): PublishEndpoint[] {
  if (serviceId !== undefined) {
    if (urls.length > 0) throw new UsageError('Expected either --url or --service-id, found both.');
    const fastlyToken = token ?? env['FASTLY_API_TOKEN'];
    if (!fastlyToken) throw new UsageError('Publishing to Fastly takes a token: set FASTLY_API_TOKEN.');
    return [usable(() => fastlyEndpoint({ serviceId, token: fastlyToken }))];
  }
  return (urls.length > 0 ? urls : [env['GRIP_URL'] || LOCAL]).map((url) => {
    const endpoint = usable(() => gripUrl(url));
    if (endpoint.auth !== undefined) return endpoint;
    const key = token ?? (isFastly(endpoint.url) ? env['FASTLY_API_TOKEN'] : undefined);
    return key ? { ...endpoint, auth: () => ({ 'Fastly-Key': key }) } : endpoint;
  });
}

function isFastly(url: string): boolean {
  return /^https:\/\/(?:[\w-]+\.)*fastly\.com\//.test(url);
}

/** What is wrong with an endpoint is wrong with what was typed. */
function usable(make: () => PublishEndpoint): PublishEndpoint {
  try {
    return make();
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(error.message);
    throw error;
  }
}
