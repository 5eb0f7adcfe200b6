import { ConfigurationError } from '../errors.js';
import { decodeBase64Url, encodeBase64Url } from './base64url.js';

/**
 * A key as a JWK (RFC 7517): a P-256 public key (`kty` `EC`), or a secret (`kty` `oct`). The kind of key fixes the
 * algorithm: ES256 or HS256.
 */
export interface GripKey {
  readonly kty: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly k?: string;
  readonly alg?: string;
}

type Algorithm = 'ES256' | 'HS256';

/** A key that signatures can be checked with. */
export interface VerifyingKey {
  readonly algorithm: Algorithm;
  /** In bytes. */
  readonly signatureLength: number;
  /** False for a signature that isn't the key's, and for every one if the key can't be imported. */
  verify(signature: Uint8Array<ArrayBuffer>, signed: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

const PARAMETERS = {
  ES256: {
    import: { name: 'ECDSA', namedCurve: 'P-256' },
    verify: { name: 'ECDSA', hash: 'SHA-256' },
    signatureLength: 64,
  },
  HS256: {
    import: { name: 'HMAC', hash: 'SHA-256' },
    verify: { name: 'HMAC' },
    signatureLength: 32,
  },
} as const;

/** A secret as a key: that of a Pushpin's `sig_key=…` setting, for example. */
export function hmacKey(secret: string | Uint8Array): GripKey {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  return { kty: 'oct', alg: 'HS256', k: encodeBase64Url(bytes) };
}

/**
 * A key, which is imported when it is used first. On Compute that should be at top level, so that the snapshot holds it:
 * importing a P-256 key costs more than the rest of a short request.
 *
 * @throws ConfigurationError for a key that is neither P-256 nor a secret.
 */
export function verifyingKey(jwk: GripKey): VerifyingKey {
  const algorithm = algorithmOf(jwk);
  // It also keeps the secret, for as long as the key may be used; see lastingBuffer.
  const material = algorithm === 'HS256' ? secretOf(jwk) : jwk;
  let importing: Promise<void> | undefined;
  let key: CryptoKey | undefined;
  const imported = async () => {
    key = await importKey(algorithm, material).catch(() => undefined);
  };
  const { verify, signatureLength } = PARAMETERS[algorithm];
  return {
    algorithm,
    signatureLength,
    async verify(signature, signed) {
      if (signature.length !== signatureLength || !material) return false;
      if (key === undefined) {
        importing ??= imported();
        await importing;
      }
      return key !== undefined && crypto.subtle.verify(verify, key, signature, signed);
    },
  };
}

/** Signs with a secret: HMAC with SHA-256. */
export async function signHmac(
  secret: string | Uint8Array,
  signed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const material = lastingBuffer(typeof secret === 'string' ? new TextEncoder().encode(secret) : secret);
  const key = await crypto.subtle.importKey('raw', material, PARAMETERS.HS256.import, false, ['sign']);
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, signed));
  return material.length > 0 ? signature : new Uint8Array(); // the material has to last until here
}

/**
 * A copy of a secret that stays at one place in memory, as long as something refers to it.
 *
 * The CryptoKey of an HMAC in js-compute 3.46 holds a pointer to the bytes that it was imported from, not a copy of
 * them. Those of a JWK are freed at once, and those of a small array move with the object: MACs are then computed
 * with whatever is there. A buffer of this size is allocated by itself and never moves.
 */
function lastingBuffer(secret: Uint8Array): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(new ArrayBuffer(Math.max(4096, secret.length)), 0, secret.length);
  buffer.set(secret);
  return buffer;
}

function importKey(algorithm: Algorithm, material: GripKey | Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const { import: parameters } = PARAMETERS[algorithm];
  if (material instanceof Uint8Array) {
    return crypto.subtle.importKey('raw', material, parameters, false, ['verify']);
  }
  // Only what the key is made of: `use`, `key_ops` or `ext` of a foreign JWK could forbid what is needed.
  const { kty, crv, x, y } = material;
  return crypto.subtle.importKey('jwk', { kty, crv, x, y } as JsonWebKey, parameters, false, ['verify']);
}

function secretOf({ k = '' }: GripKey): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase64Url(k) ?? new Uint8Array();
  if (bytes.length === 0) throw new ConfigurationError('The k of a secret key is not base64url.');
  return lastingBuffer(bytes);
}

function algorithmOf({ kty, crv, x, y, k, alg }: GripKey): Algorithm {
  const given = (value: unknown) => typeof value === 'string' && value !== '';
  if (kty === 'EC' && crv === 'P-256' && given(x) && given(y) && (alg ?? 'ES256') === 'ES256') return 'ES256';
  if (kty === 'oct' && given(k) && (alg ?? 'HS256') === 'HS256') return 'HS256';
  throw new ConfigurationError(
    'A key is a JWK: a public key {kty: "EC", crv: "P-256", x, y} or a secret {kty: "oct", k}; ' +
      `found one with kty ${JSON.stringify(kty)}, crv ${JSON.stringify(crv)} and alg ${JSON.stringify(alg)}.`,
  );
}
