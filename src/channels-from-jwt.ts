import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { AuthorizationError, ConfigurationError, SignatureError } from './errors.js';
import type { FanoutEnv } from './fanout-env.js';
import type { GripKey } from './protocol/json-web-key.js';
import { JwtVerifier } from './protocol/json-web-token.js';

/** Where a token is found, how it is verified, and what of it names channels. */
export interface ChannelsFromJwtOptions {
  /**
   * The claim that names the channels a token opens: a list of names, and of prefixes, which end in `*`. By default
   * `channels`: `{"channels": ["news", "room-*"], "exp": 1700000000}`.
   */
  readonly claim?: string;
  /**
   * What tokens are signed with: secrets (HS256, see `hmacKey`) or public keys (ES256). A function is asked in each
   * request that opens a connection, so that keys can come from a store. Without it, Hono's `jwt()` in front has verified
   * the token: WebSockets can't have that, since it would answer 401 in the middle of one.
   */
  readonly keys?: readonly GripKey[] | (() => readonly GripKey[] | Promise<readonly GripKey[]>);
  /** The cookie that holds the token, where the `Authorization` header doesn't. A page can't set that for a stream. */
  readonly cookie?: string;
  /** The query parameter by which a client names the channels it wants; by default `channel`. It may be repeated. */
  readonly parameter?: string;
}

/** Seconds that clocks may differ by. */
const LEEWAY = 5;

/**
 * A function for the `channels` of a mount: a client gets the channels that its token opens, and of these the ones that
 * it asks for. What it opens ends when the token expires.
 *
 * A token that isn't valid is answered with 401, a channel that it doesn't open with 403.
 *
 * @throws ConfigurationError for a key that can't be used.
 * @example
 * app.route('/live', fanout({
 *   channels: channelsFromJwt({ keys: [hmacKey(secret)], cookie: 'session' }),
 *   secret: () => secret,
 * }));
 */
export function channelsFromJwt(
  options: ChannelsFromJwtOptions = {},
): (c: Context<FanoutEnv>) => Promise<readonly string[]> {
  const { claim = 'channels', keys, cookie, parameter = 'channel' } = options;
  const verifierOf = (given: readonly GripKey[]) =>
    new JwtVerifier({ keys: given, name: 'The token', leeway: LEEWAY });
  const lasting = keys && typeof keys !== 'function' ? verifierOf(keys) : undefined;
  void lasting?.warmUp();

  return async function channelsFromJwt(c) {
    const verifier = typeof keys === 'function' ? verifierOf(await keys()) : lasting;
    const claims = verifier === undefined ? payloadOf(c) : await verified(verifier, tokenOf(c, cookie));
    const exp = claims['exp'];
    if (typeof exp !== 'number') throw new AuthorizationError('The token has no expiry.', 401);
    c.set('fanoutExpires', exp);

    const opened = claims[claim];
    if (!Array.isArray(opened) || opened.some((each) => typeof each !== 'string')) {
      throw new AuthorizationError(`The token has no claim ${claim} that is a list of channels.`);
    }
    const wanted = c.req.queries(parameter);
    if (wanted === undefined) return opened.filter((name: string) => !name.endsWith('*'));
    if (!wanted.every((name) => opens(opened, name))) {
      throw new AuthorizationError('The token does not open all the channels that are asked for.');
    }
    return wanted;
  };
}

function opens(opened: readonly string[], name: string): boolean {
  return opened.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
}

async function verified(
  verifier: JwtVerifier,
  token: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  if (token === undefined) throw new AuthorizationError('Expected a token, found none.', 401);
  try {
    return await verifier.verify(token);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    throw new AuthorizationError(error.message, 401);
  }
}

/** RFC 6750, 2.1; else the cookie. */
function tokenOf(c: Context, cookie: string | undefined): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
  return bearer ?? (cookie === undefined ? undefined : getCookie(c, cookie));
}

function payloadOf(c: Context): Readonly<Record<string, unknown>> {
  const payload: unknown = c.get('jwtPayload');
  if (typeof payload !== 'object' || payload === null) {
    throw new ConfigurationError('channelsFromJwt needs keys, or the jwt() of Hono in front of it.');
  }
  return payload as Record<string, unknown>;
}
