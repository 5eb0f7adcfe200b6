import type { Context } from 'hono';
import { AuthorizationError } from '../errors.js';
import type { FanoutEnv } from '../fanout-env.js';

/** Says whether a client may listen: yes, no (403), or a response that says so. */
export type Authorize = (c: Context<FanoutEnv>) => boolean | Response | Promise<boolean | Response>;

/** Who may listen, of those who can reach the service. */
export interface AdmissionOptions {
  /**
   * Whether the client may listen. It runs before a request is handed off, and again on the request by which Fanout
   * opens the connection, so it must not have effects that may not happen twice.
   */
  readonly authorize?: Authorize | undefined;
  /**
   * The origins whose pages may open a WebSocket, like `https://app.example`; `*` for all. By default the service's
   * own: a browser sends cookies along from any page, and lets any page read a WebSocket.
   */
  readonly origins?: readonly string[] | '*' | undefined;
}

/** The response for a client that may not listen; `undefined` for one that may. */
export async function refusal(
  c: Context<FanoutEnv>,
  { authorize }: AdmissionOptions,
): Promise<Response | undefined> {
  try {
    const answer = authorize === undefined || (await authorize(c));
    if (answer === true) return undefined;
    return answer === false ? c.text('You may not listen here.\n', 403) : answer;
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    return c.text(`${error.message}\n`, error.status);
  }
}

/** True when the page that opens a WebSocket may do so. Programs that aren't browsers send no origin. */
export function isOriginAllowed(c: Context, { origins }: AdmissionOptions): boolean {
  const origin = c.req.header('Origin');
  if (origin === undefined || origins === '*') return true;
  if (origins !== undefined) return origins.includes(origin);
  // The scheme may have changed on its way here, where TLS ends before the service.
  return hostOf(origin) === hostOf(c.req.url);
}

function hostOf(url: string): string | undefined {
  try {
    return new URL(url).host;
  } catch {
    return undefined; // `null`, the origin of a page that is to have none
  }
}
