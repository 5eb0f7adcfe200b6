import { ConfigurationError } from '../errors.js';
import { sleep, withDeadline } from './deadline.js';
import type { PublishEndpoint } from './publish-endpoint.js';

/** How requests are sent. All times are in milliseconds. */
export interface PostSettings {
  readonly tries: number;
  readonly timeout: number;
  readonly minDelay: number;
  readonly maxDelay: number;
  readonly fetch: typeof fetch;
}

/** What became of a request to one endpoint. */
export interface PostResult {
  readonly attempts: number;
  /** Absent when the request was accepted. */
  readonly failure?: {
    /** Absent when there was no answer. */
    readonly status?: number;
    /** What is to be told of it, besides the status; repeats nothing of what was sent or answered. */
    readonly reason?: string;
    readonly cause?: unknown;
  };
}

type Failure = NonNullable<PostResult['failure']> & {
  /** How long the endpoint asks to wait before the next try, 0 when it doesn't; absent where another try won't help. */
  readonly again?: number;
};

/** A header's value with nothing in it that fetch would quote in the error by which it refuses it. */
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * Sends a request, and again when it failed in a way that may pass: no answer, 429, 5xx. It must be safe to send
 * twice.
 *
 * @throws the signal's reason once it is aborted; nothing else.
 */
export async function post(
  endpoint: PublishEndpoint,
  body: string,
  settings: PostSettings,
  signal: AbortSignal | undefined,
): Promise<PostResult> {
  const { tries, minDelay, maxDelay } = settings;
  for (let attempts = 1; ; attempts += 1) {
    const failed = await attempt(endpoint, body, settings, signal);
    if (failed === undefined) return { attempts };
    const { again, ...failure } = failed;
    if (again === undefined || attempts >= tries) return { attempts, failure };
    if (again > maxDelay) {
      const reason = `it asks to wait ${Math.ceil(again / 1000)} s`;
      return { attempts, failure: { ...failure, reason } };
    }
    // Half of the delay is left to chance, so that those who failed together don't come back together.
    const backoff = Math.min(maxDelay, minDelay * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2);
    await sleep(Math.max(again, backoff), signal);
  }
}

/** Nothing when the request was accepted. */
async function attempt(
  endpoint: PublishEndpoint,
  body: string,
  { timeout, fetch }: PostSettings,
  signal: AbortSignal | undefined,
): Promise<Failure | undefined> {
  let outcome: { readonly failure: Failure | undefined } | undefined;
  try {
    await withDeadline(timeout, signal, async (ended) => {
      let headers: Readonly<Record<string, string>>;
      try {
        headers = await authorize(endpoint);
      } catch (cause) {
        outcome = { failure: { reason: 'the request could not be authorized', cause } };
        return;
      }
      const init: RequestInit & { backend?: string } = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
        redirect: 'manual', // a token is for this endpoint, not for where it may point
        ...(ended && { signal: ended }),
        ...(endpoint.backend !== undefined && { backend: endpoint.backend }),
      };
      const response = await fetch(endpoint.url, init);
      outcome = { failure: response.ok ? undefined : refusal(response) };
      // Read to its end, so that the connection can be used again; the status says it all.
      await response.arrayBuffer();
    });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    outcome ??= { failure: { reason: describe(error), cause: withoutDetails(error), again: 0 } };
  }
  return outcome?.failure;
}

async function authorize({ auth }: PublishEndpoint): Promise<Readonly<Record<string, string>>> {
  const headers = (await auth?.()) ?? {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string' || !HEADER_VALUE.test(value)) {
      throw new ConfigurationError(
        `The value of the header ${name} has to be printable ASCII without white space at its ends: ` +
          'is there a line break behind the token?',
      );
    }
  }
  return headers;
}

const ADVICE: Readonly<Record<number, string>> = {
  400: 'it found the request malformed or too large',
  401: 'its token was not accepted',
  403: 'its token may not publish there',
  404: 'is the URL right, with the slash at its end, and Fanout enabled?',
  413: 'it found the request too large',
};

function refusal({ status, headers }: Response): Failure {
  const advice = ADVICE[status];
  return {
    status,
    ...(advice !== undefined && { reason: advice }),
    ...((status === 429 || status >= 500) && { again: retryAfter(headers.get('Retry-After')) }),
  };
}

/** In milliseconds; 0 when nothing usable is asked for (RFC 9110, section 10.2.3). */
function retryAfter(value: string | null): number {
  if (value === null) return 0;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(wait) ? 0 : Math.max(0, wait);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const { cause } = error;
  const code = cause instanceof Error ? ((cause as { code?: unknown }).code ?? cause.message) : undefined;
  return code === undefined || code === '' ? error.message : `${error.message} (${code})`;
}

/** A copy with name, message and code: the errors of fetch may hold on to parts of requests and responses. */
function withoutDetails(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  const { name, message, cause } = error;
  const copy = new Error(message, cause instanceof Error ? { cause: withoutDetails(cause) } : undefined);
  const { code } = error as { code?: unknown };
  return Object.assign(copy, { name, ...(typeof code === 'string' && { code }) });
}
