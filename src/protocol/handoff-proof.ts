import { ConfigurationError } from '../errors.js';
import { decodeBase64Url } from './base64url.js';
import { sipHash128 } from './siphash.js';

/**
 * The header by which a service proves to itself that it has handed a request off: the time in seconds since 1970, and a
 * MAC of it and of the path with its query. Only Fanout gets to see it.
 */
export const HANDOFF_PROOF = 'Fanout-Handoff-Proof';

/** In seconds: as long as a `Grip-Sig` counts, which is as good to who steals it, and for every path. */
const LIFE = 3600;
/** Of what has been proven for so long, in seconds, a WebSocket gets a new proof. */
const RENEWED_AFTER = LIFE / 2;
/** Instances may run on machines whose clocks differ by this much, in seconds. */
const LEEWAY = 60;
const KEY_LENGTH = 16;
const MAC_WORDS = 4;
const MAX_LENGTH = 64;

const encoder = new TextEncoder();

/**
 * @param key 16 bytes, as base64.
 * @param target the path and the query.
 * @param issued in seconds since 1970.
 * @throws ConfigurationError for another key.
 */
export function handoffProof(key: string, target: string, issued: number): string {
  const [a, b, c, d] = macOf(key, target, issued);
  return `${issued}.${a}.${b}.${c}.${d}`;
}

/**
 * Whether a proof is one of the key for this target: `aging` where a WebSocket should get a new one.
 *
 * @param now in seconds since 1970.
 * @throws ConfigurationError as above.
 */
export function checkHandoffProof(
  proof: string,
  key: string,
  target: string,
  now: number,
): 'fresh' | 'aging' | undefined {
  if (proof.length > MAX_LENGTH) return undefined;
  const [time = Number.NaN, ...mac] = proof.split('.').map(Number);
  const age = now - time;
  // What is no number is refused too.
  if (!(age >= -LEEWAY && age < LIFE) || mac.length !== MAC_WORDS) return undefined;
  // All of it is compared, so that the time it takes doesn't tell where they differ.
  let difference = 0;
  for (const [index, word] of macOf(key, target, time).entries()) difference |= word ^ (mac[index] ?? 0);
  if (difference !== 0) return undefined;
  return age < RENEWED_AFTER ? 'fresh' : 'aging';
}

function macOf(key: string, target: string, issued: number): Int32Array {
  return sipHash128(keyBytes(key), encoder.encode(`${issued} ${target}`));
}

function keyBytes(key: string): Uint8Array {
  const bytes = decodeBase64Url(key);
  if (bytes?.length === KEY_LENGTH) return bytes;
  throw new ConfigurationError(
    `Expected a handoffKey of ${KEY_LENGTH} bytes as base64, as \`openssl rand -base64 ${KEY_LENGTH}\` makes one; found ` +
      `${bytes === undefined ? 'what is not base64' : `${bytes.length} bytes`}.`,
  );
}
