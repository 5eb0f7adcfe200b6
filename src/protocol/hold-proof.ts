import { decodeBase64Url, encodeBase64Url } from './base64url.js';
import type { Channel } from './channel.js';
import { hmacKey, signHmac, verifyingKey } from './json-web-key.js';

/**
 * What a hold that will expire was opened for. Fanout fetches a stream's next link without the client's cookies and
 * credentials, so the link itself has to prove it. The client never sees the link.
 */
export interface HoldProof {
  /** The path that it was opened at; it counts nowhere else. */
  readonly path: string;
  readonly channels: readonly Channel[];
  /** In seconds since 1970. */
  readonly expires: number;
}

/** The query parameter of a next link that holds the proof. */
export const PROOF_PARAMETER = 'fanout-proof';

/** False for a URL that doesn't have that parameter, told without parsing the query, for which few have reason. */
export function mayHaveProof(url: string): boolean {
  return url.includes(PROOF_PARAMETER) || url.includes('%');
}

export async function signHoldProof(proof: HoldProof, secret: string | Uint8Array): Promise<string> {
  const content = encodeBase64Url(new TextEncoder().encode(JSON.stringify(proof)));
  return `${content}.${encodeBase64Url(await signHmac(secret, new TextEncoder().encode(content)))}`;
}

/** The proof, if the secret signed it and it is for this path; expired or not. */
export async function readHoldProof(
  text: string,
  path: string,
  secret: string | Uint8Array,
): Promise<HoldProof | undefined> {
  const [content = '', mac = '', ...more] = text.split('.');
  const [bytes, signature] = [decodeBase64Url(content), decodeBase64Url(mac)];
  if (bytes === undefined || signature === undefined || more.length > 0) return undefined;
  const key = verifyingKey(hmacKey(secret));
  if (!(await key.verify(signature, new TextEncoder().encode(content)))) return undefined;
  const proof = JSON.parse(new TextDecoder().decode(bytes)) as HoldProof;
  return proof.path === path ? proof : undefined;
}
