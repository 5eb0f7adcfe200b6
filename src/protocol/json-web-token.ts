import { ConfigurationError, SignatureError } from '../errors.js';
import { decodeBase64Url, encodeBase64Url } from './base64url.js';
import { type GripKey, type VerifyingKey, verifyingKey } from './json-web-key.js';

/** The claims of a verified token. */
export interface Claims {
  /** In seconds since 1970. */
  readonly exp: number;
  readonly [claim: string]: unknown;
}

export interface JwtVerifierOptions {
  readonly keys: readonly GripKey[];
  /** What messages call the token. */
  readonly name: string;
  /** Seconds by which clocks may differ. */
  readonly leeway: number;
}

const MAX_TOKEN = 4096;
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const NOT_SIGNED = 'is not signed by a known key';

// Made once, so that the snapshot of a Wasm holds them.
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** What most tokens begin with, Fanout's too: it needs no parsing. */
const USUAL_HEADERS: ReadonlyMap<string, Record<string, unknown>> = new Map(
  ['ES256', 'HS256'].flatMap((alg) =>
    [{ typ: 'JWT', alg }, { alg, typ: 'JWT' }, { alg }].map((header) => [
      encodeBase64Url(encoder.encode(JSON.stringify(header))),
      header,
    ]),
  ),
);

/** Verifies tokens that must expire: JWTs (RFC 7519), signed by ES256 or HS256. */
export class JwtVerifier {
  readonly #keys: readonly VerifyingKey[];
  readonly #name: string;
  readonly #leeway: number;

  /** @throws ConfigurationError for no key, and for one that is neither P-256 nor a secret. */
  constructor({ keys, name, leeway }: JwtVerifierOptions) {
    if (keys.length === 0) throw new ConfigurationError(`Expected at least one key for ${name}, found none.`);
    this.#keys = keys.map(verifyingKey);
    this.#name = name;
    this.#leeway = leeway;
  }

  /**
   * @param check looks at the claims before the signature is verified, which costs far more.
   * @param now in milliseconds since 1970.
   * @throws SignatureError for every token that is not valid, whatever it holds. The message says which rule it
   * breaks, and repeats nothing of it.
   */
  async verify(
    token: string,
    check: (claims: Record<string, unknown>) => void = () => undefined,
    now: number = Date.now(),
  ): Promise<Claims> {
    // From the cheapest check to the dearest: a forged token should cost as little as possible.
    if (token.length > MAX_TOKEN) throw this.#error(`is longer than ${MAX_TOKEN} characters`);
    const parts = partsOf(token);
    if (parts === undefined) throw this.#error('is not three parts of base64url');
    const [header, payload, signature] = parts;

    const { alg, crit } = USUAL_HEADERS.get(header) ?? this.#parse(header, 'header');
    if (crit !== undefined) throw this.#error('has critical extensions; none is known');
    const keys = this.#keys.filter((key) => key.algorithm === alg);
    if (keys.length === 0) throw this.#error('is of an algorithm that no key is for');

    const claims = this.#parse(payload, 'claims set');
    check(claims);
    const expires = this.#checkTimes(claims, now / 1000);

    const bytes = decodeBase64Url(signature);
    if (bytes === undefined) {
      throw this.#error(COMPACT_JWS.test(token) ? NOT_SIGNED : 'is not three parts of base64url');
    }
    const signed = encoder.encode(token.slice(0, -signature.length - 1));
    for (const key of keys) {
      if (await key.verify(bytes, signed)) return { ...claims, exp: expires };
    }
    throw this.#error(NOT_SIGNED);
  }

  /**
   * Verifies a token that no key has signed. At top level on Compute this leaves in the snapshot what the first
   * verification of an instance would have to make: OpenSSL's tables and those of the key, and the code itself.
   */
  async warmUp(): Promise<void> {
    for (const { algorithm, signatureLength } of this.#keys) {
      const parts = [{ typ: 'JWT', alg: algorithm }, { exp: Number.MAX_SAFE_INTEGER }].map((part) =>
        encodeBase64Url(encoder.encode(JSON.stringify(part))),
      );
      // Ones, since a signature of zeros is refused before anything is computed.
      const signature = encodeBase64Url(new Uint8Array(signatureLength).fill(1));
      await this.verify(`${parts.join('.')}.${signature}`).catch(() => undefined);
    }
  }

  #checkTimes({ exp, nbf }: Record<string, unknown>, now: number): number {
    if (typeof exp !== 'number' || !Number.isFinite(exp)) throw this.#error('has no expiry');
    if (now >= exp + this.#leeway) throw this.#error(`expired ${Math.floor(now - exp)} s ago`);
    if (nbf !== undefined && !(typeof nbf === 'number' && now >= nbf - this.#leeway)) {
      throw this.#error('is not valid yet');
    }
    return exp;
  }

  #parse(part: string, what: string): Record<string, unknown> {
    const bytes = decodeBase64Url(part);
    if (bytes !== undefined) {
      try {
        const value: unknown = JSON.parse(decoder.decode(bytes));
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
          return value as Record<string, unknown>;
        }
      } catch {
        // Answered below: the parser's own message quotes the text.
      }
    }
    throw new SignatureError(`The ${what} of ${this.#name} is not a JSON object.`);
  }

  #error(what: string): SignatureError {
    return new SignatureError(`${this.#name} ${what}.`);
  }
}

/** The three parts of a compact JWS, split without a regular expression: an instance's first costs more than the rest. */
function partsOf(token: string): [header: string, payload: string, signature: string] | undefined {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first < 1 || second <= first + 1 || second === token.length - 1) return undefined;
  if (token.includes('.', second + 1)) return undefined;
  // What atob takes, but base64url doesn't have.
  if (token.includes('=') || token.includes('+') || token.includes('/')) return undefined;
  if (token.includes(' ') || token.includes('\t') || token.includes('\n')) return undefined;
  if (token.includes('\f') || token.includes('\r')) return undefined;
  return [token.slice(0, first), token.slice(first + 1, second), token.slice(second + 1)];
}
