import type { Context, Handler } from 'hono';
import { type FanoutPlatform, handOff, platformOf } from '../platform.js';

/**
 * Sends what nothing else answers to an origin: GET requests and WebSockets through Fanout, so that the origin may hold
 * them, everything else by a plain fetch.
 *
 * @param backend the name of the origin's backend.
 * @example
 * app.all('*', forwardToOrigin('origin'));
 */
export function forwardToOrigin(backend: string): Handler {
  return function forwardToOrigin(c: Context): Response | Promise<Response> {
    const platform = platformOf(c);
    if (platform === undefined) {
      return c.text(
        'This path is forwarded by Fanout, and there is none: run the app by serve(app) or handle(app).\n',
        501,
      );
    }
    return c.req.method === 'GET' ? handOff(c, backend) : fetchFrom(platform, c.req.raw, backend);
  };
}

function fetchFrom(
  platform: FanoutPlatform,
  { url, method, headers, body }: Request,
  backend: string,
): Promise<Response> {
  const forwarded = new Headers(headers);
  forwarded.delete('Grip-Sig'); // who has it can pose as Fanout for an hour
  const init = { method, headers: forwarded, body, duplex: 'half', redirect: 'manual' };
  return platform.fetch(new Request(url, init as RequestInit), backend);
}
