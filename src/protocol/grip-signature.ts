import { ConfigurationError, SignatureError } from '../errors.js';

/**
 * A key that `Grip-Sig` may be signed with, as a JWK: the P-256 public key of Fanout (`kty` `EC`), or the
 * secret of a Pushpin (`kty` `oct`). The kind of key fixes the algorithm: ES256 or HS256.
 */
export interface GripKey {
  readonly kty: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly k?: string;
  readonly alg?: string;
}

/** What a valid `Grip-Sig` says. It is not bound to the request's path or body. */
export interface GripSignature {
  readonly issuer: string;
  /** In seconds since 1970. */
  readonly expires: number;
}

type Algorithm = 'ES256' | 'HS256';

interface ImportedKey {
  readonly algorithm: Algorithm;
  readonly key: Promise<CryptoKey>;
  /** Kept as long as the key; see {@link lastingBuffer}. */
  readonly secret?: Uint8Array;
}

/** The clocks of Fanout and of the service may differ by this much, in seconds. */
const LEEWAY = 60;
/** Fanout's tokens have about 250 characters. */
const MAX_TOKEN = 4096;
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

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

/** The secret of a Pushpin's `sig_key=…` setting, as a key. */
export function hmacKey(secret: string | Uint8Array): GripKey {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  const text = btoa(String.fromCharCode(...bytes));
  return { kty: 'oct', alg: 'HS256', k: text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') };
}

/**
 * Verifies `Grip-Sig`, a JWT of which Fanout signs one for every request (RFC 7515, RFC 7519).
 *
 * The keys are imported when the verifier is made. On Compute make it at top level, so that the snapshot holds
 * them: importing a P-256 key costs more than the rest of a short request.
 */
export class GripSignatureVerifier {
  readonly #keys: readonly ImportedKey[];

  /** @throws ConfigurationError for a key that is neither P-256 nor a secret. */
  constructor(keys: readonly GripKey[]) {
    if (keys.length === 0)
      throw new ConfigurationError('Expected at least one key for Grip-Sig, found none.');
    this.#keys = keys.map(importKey);
  }

  /**
   * @param token the value of the `Grip-Sig` header.
   * @param issuers those of which a token may come.
   * @param now in milliseconds since 1970.
   * @throws SignatureError for every token that is not valid, whatever it holds. The message says which rule
   * it breaks, and repeats nothing of it.
   */
  async verify(token: string, issuers: readonly string[], now: number = Date.now()): Promise<GripSignature> {
    // From the cheapest check to the dearest: a forged token should cost as little as possible.
    if (token.length > MAX_TOKEN)
      throw new SignatureError(`Grip-Sig is longer than ${MAX_TOKEN} characters.`);
    if (!COMPACT_JWS.test(token)) throw new SignatureError('Grip-Sig is not three parts of base64url.');
    const [header, claims, signature] = token.split('.') as [string, string, string];

    const { alg, crit } = parseObject(header, 'header');
    if (crit !== undefined) throw new SignatureError('Grip-Sig has critical extensions; none is known.');
    const keys = this.#keys.filter((key) => key.algorithm === alg);
    if (keys.length === 0) throw new SignatureError('Grip-Sig is of an algorithm that no key is for.');

    const { iss, exp, nbf } = parseObject(claims, 'claims set');
    if (typeof iss !== 'string') throw new SignatureError('Grip-Sig has no issuer.');
    if (!issuers.includes(iss)) throw new SignatureError(`Grip-Sig is not from ${issuers.join(' or ')}.`);
    if (typeof exp !== 'number' || !Number.isFinite(exp)) throw new SignatureError('Grip-Sig has no expiry.');
    const seconds = now / 1000;
    if (seconds >= exp + LEEWAY) {
      throw new SignatureError(`Grip-Sig expired ${Math.floor(seconds - exp)} s ago.`);
    }
    if (nbf !== undefined && !(typeof nbf === 'number' && seconds >= nbf - LEEWAY)) {
      throw new SignatureError('Grip-Sig is not valid yet.');
    }

    const bytes = decodeBase64Url(signature);
    const signed = new TextEncoder().encode(`${header}.${claims}`);
    for (const { algorithm, key } of keys) {
      const { verify, signatureLength } = PARAMETERS[algorithm];
      if (bytes?.length !== signatureLength) continue;
      const valid = await key.then(
        (usable) => crypto.subtle.verify(verify, usable, bytes, signed),
        () => false, // a key that can't be imported proves nothing
      );
      if (valid) return { issuer: iss, expires: exp };
    }
    throw new SignatureError('Grip-Sig is not signed by a known key.');
  }
}

function importKey(jwk: GripKey): ImportedKey {
  const algorithm = algorithmOf(jwk);
  const parameters = PARAMETERS[algorithm].import;
  if (algorithm === 'HS256') {
    const secret = lastingBuffer(decodeBase64Url(jwk.k ?? '') ?? new Uint8Array());
    if (secret.length === 0) throw new ConfigurationError('The k of a key for Grip-Sig is not base64url.');
    return {
      algorithm,
      secret,
      key: guarded(crypto.subtle.importKey('raw', secret, parameters, false, ['verify'])),
    };
  }
  // Only what the key is made of: `use`, `key_ops` or `ext` of a foreign JWK could forbid what is needed.
  const { kty, crv, x, y } = jwk;
  const material = { kty, crv, x, y } as JsonWebKey;
  return { algorithm, key: guarded(crypto.subtle.importKey('jwk', material, parameters, false, ['verify'])) };
}

/** Who verifies sees a failed import; until then it must not count as an unhandled rejection. */
function guarded(key: Promise<CryptoKey>): Promise<CryptoKey> {
  key.catch(() => undefined);
  return key;
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

function algorithmOf({ kty, crv, x, y, k, alg }: GripKey): Algorithm {
  const given = (value: unknown) => typeof value === 'string' && value !== '';
  if (kty === 'EC' && crv === 'P-256' && given(x) && given(y) && (alg ?? 'ES256') === 'ES256') return 'ES256';
  if (kty === 'oct' && given(k) && (alg ?? 'HS256') === 'HS256') return 'HS256';
  throw new ConfigurationError(
    'A key for Grip-Sig is a JWK: a public key {kty: "EC", crv: "P-256", x, y} or a secret {kty: "oct", k}; ' +
      `found one with kty ${JSON.stringify(kty)}, crv ${JSON.stringify(crv)} and alg ${JSON.stringify(alg)}.`,
  );
}

function parseObject(part: string, name: string): Record<string, unknown> {
  const bytes = decodeBase64Url(part);
  if (bytes !== undefined) {
    try {
      const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return value as Record<string, unknown>;
      }
    } catch {
      // Answered below: the parser's own message quotes the text.
    }
  }
  throw new SignatureError(`The ${name} of Grip-Sig is not a JSON object.`);
}

function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
  } catch {
    return undefined;
  }
}
