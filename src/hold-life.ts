import type { Context } from 'hono';
import { ConfigurationError } from './errors.js';
import type { FanoutEnv } from './fanout-env.js';
import type { Channel } from './protocol/channel.js';
import {
  type HoldProof,
  mayHaveProof,
  PROOF_PARAMETER,
  readHoldProof,
  signHoldProof,
} from './protocol/hold-proof.js';

/** The secret that a mount signs next links with; asked for in a request, so that it can come from a store. */
export type SecretSource = () => string | Uint8Array | Promise<string | Uint8Array>;

const DEFAULT_TIMEOUT = 55;
const MIN_TIMEOUT = 5;

/** True for a request that Fanout makes at a link which {@link limitLife} gave it. */
export function isNextLink(c: Context): boolean {
  return mayHaveProof(c.req.url) && c.req.query(PROOF_PARAMETER) !== undefined;
}

/** What a next link goes on with; `undefined` when it has expired, or proves nothing: the stream then ends. */
export async function resumedChannels(
  c: Context<FanoutEnv>,
  secret: SecretSource | undefined,
): Promise<readonly Channel[] | undefined> {
  // A mount without a secret gave no such link. At an origin a client may have made it up.
  if (secret === undefined) return undefined;
  const proof = await readHoldProof(
    c.req.query(PROOF_PARAMETER) ?? '',
    linkPath(c),
    await secretValue(secret),
  );
  if (proof === undefined || proof.expires <= Date.now() / 1000) return undefined;
  c.set('fanoutExpires', proof.expires);
  return proof.channels;
}

/**
 * Makes a held response end when the right to listen does: a response hold by its timeout, a stream by a next link,
 * at which the service holds again with the life that is left, or no more. WebSockets see to it themselves.
 *
 * @throws ConfigurationError for a stream when the mount has no secret.
 */
export function limitLife(
  c: Context<FanoutEnv>,
  response: Response,
  channels: readonly Channel[],
  secret: SecretSource | undefined,
): Response | Promise<Response> {
  const expires = c.get('fanoutExpires');
  return expires === undefined ? response : limited(c, response, { channels, expires }, secret);
}

async function limited(
  c: Context<FanoutEnv>,
  response: Response,
  { channels, expires }: Omit<HoldProof, 'path'>,
  secret: SecretSource | undefined,
): Promise<Response> {
  const left = Math.max(Math.ceil(expires - Date.now() / 1000), 1);
  const headers = new Headers(response.headers);
  const hold = headers.get('Grip-Hold');
  if (hold === 'response') {
    const timeout = Number(headers.get('Grip-Timeout') ?? DEFAULT_TIMEOUT);
    headers.set('Grip-Timeout', String(Math.max(Math.min(timeout, left), MIN_TIMEOUT)));
  } else if (hold === 'stream' && !headers.has('Grip-Link')) {
    const proof = await signHoldProof({ path: linkPath(c), channels, expires }, await secretValue(secret));
    const query = new URLSearchParams(new URL(c.req.url).search);
    query.set(PROOF_PARAMETER, proof);
    headers.set('Grip-Link', `<${linkPath(c)}?${query}>; rel=next; timeout=${left}`);
  } else {
    return response;
  }
  // What a stream began with is not to be repeated at a next link.
  return new Response(isNextLink(c) ? null : response.body, { status: response.status, headers });
}

/** The path as it may stand in a header: there a comma would end the link, and a semicolon begin a parameter. */
function linkPath(c: Context): string {
  return new URL(c.req.url).pathname.replaceAll(',', '%2C').replaceAll(';', '%3B');
}

async function secretValue(secret: SecretSource | undefined): Promise<string | Uint8Array> {
  const value = await secret?.();
  if (!value?.length) {
    throw new ConfigurationError(
      'A stream whose right to listen expires needs the secret of its mount: fanout({ secret: () => … }).',
    );
  }
  return value;
}
