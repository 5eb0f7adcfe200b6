import type { Context } from 'hono';
import type { FanoutEnv } from '../fanout-env.js';
import { escapedUrl } from '../protocol/escaped-url.js';
import { checkHandoffProof, HANDOFF_PROOF, handoffProof } from '../protocol/handoff-proof.js';

/** Finds the key of a mount's proofs; asked in a request, so that it can come from a store. */
export type HandoffKeySource = () => string | Promise<string>;

/** The proof to hand a request off with. */
export async function proofOf({ req }: Context, key: HandoffKeySource): Promise<string> {
  return handoffProof(await key(), targetOf(req.url), nowSeconds());
}

/**
 * Whether the request proves that it was handed off here. Of a WebSocket's, where the proof is missing or not fresh, it
 * makes the next.
 */
export async function provesHandoff(c: Context<FanoutEnv>, source: HandoffKeySource): Promise<boolean> {
  const proof = headerOf(c, `Meta-${HANDOFF_PROOF}`) ?? headerOf(c, HANDOFF_PROOF);
  const [key, target, now] = [await source(), targetOf(c.req.url), nowSeconds()];
  const state = proof === undefined ? undefined : checkHandoffProof(proof, key, target, now);
  if (state !== 'fresh' && c.req.method === 'POST') c.set('fanoutProof', handoffProof(key, target, now));
  return state !== undefined;
}

/**
 * Lets Fanout keep the new proof with a WebSocket, whatever made one necessary. Not for the answer to a socket that
 * opens, some headers of which are for the client.
 */
export function keepProof(c: Context<FanoutEnv>, response: Response): Response {
  const proof = c.get('fanoutProof');
  if (proof === undefined) return response;
  const headers = new Headers(response.headers); // those of a response that was fetched can't be changed
  headers.set(`Set-Meta-${HANDOFF_PROOF}`, proof);
  return new Response(response.body, { status: response.status, headers });
}

/** Compute can't read a header of more than 69,000 bytes, and throws: it is there, and it is not valid. */
export function headerOf({ req }: Context, name: string): string | undefined {
  try {
    return req.header(name);
  } catch {
    return '';
  }
}

/** The path and the query. Decoded, since it was escaped when it was handed off, and Pushpin does so in its own way. */
function targetOf(url: string): string {
  const target = url.slice(url.indexOf('/', url.indexOf('//') + 2));
  if (!target.includes('%')) return target;
  try {
    return decodeURIComponent(escapedUrl(target));
  } catch {
    return target; // not UTF-8
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
