import { createHmac, type KeyObject, sign as signWith } from 'node:crypto';

/** Makes the signature of a token's first two parts. */
export type Signer = (signed: string) => Uint8Array;

export function base64url(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url');
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

export function hmacSigner(secret: string | Uint8Array): Signer {
  return (signed) => createHmac('sha256', secret).update(signed).digest();
}

export function ecdsaSigner(
  key: KeyObject,
  dsaEncoding: 'ieee-p1363' | 'der' = 'ieee-p1363',
  hash = 'sha256',
): Signer {
  return (signed) => signWith(hash, Buffer.from(signed), { key, dsaEncoding });
}

/** A token made by the book, whatever its header and claims say: objects are written as JSON, strings as they are. */
export function gripToken(header: unknown, claims: unknown, sign: Signer): string {
  const signed = `${base64url(header)}.${base64url(claims)}`;
  return `${signed}.${base64url(sign(signed))}`;
}

export const seconds = (): number => Math.floor(Date.now() / 1000);
