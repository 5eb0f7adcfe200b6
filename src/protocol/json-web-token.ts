import { ConfigurationError, SignatureError } from '../errors.js';
import { decodeBase64Url } from './base64url.js';
import { type GripKey, importVerifyingKey, type VerifyingKey } from './json-web-key.js';

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

/** Verifies tokens that must expire: JWTs (RFC 7519), signed by ES256 or HS256. */
export class JwtVerifier {
  readonly #keys: readonly VerifyingKey[];
  readonly #name: string;
  readonly #leeway: number;

  /** @throws ConfigurationError for no key, and for one that is neither P-256 nor a secret. */
  constructor({ keys, name, leeway }: JwtVerifierOptions) {
    if (keys.length === 0) throw new ConfigurationError(`Expected at least one key for ${name}, found none.`);
    this.#keys = keys.map(importVerifyingKey);
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
    if (!COMPACT_JWS.test(token)) throw this.#error('is not three parts of base64url');
    const [header, payload, signature] = token.split('.') as [string, string, string];

    const { alg, crit } = this.#parse(header, 'header');
    if (crit !== undefined) throw this.#error('has critical extensions; none is known');
    const keys = this.#keys.filter((key) => key.algorithm === alg);
    if (keys.length === 0) throw this.#error('is of an algorithm that no key is for');

    const claims = this.#parse(payload, 'claims set');
    check(claims);
    const expires = this.#checkTimes(claims, now / 1000);

    const bytes = decodeBase64Url(signature);
    const signed = new TextEncoder().encode(`${header}.${payload}`);
    for (const key of keys) {
      if (bytes && (await key.verify(bytes, signed))) return { ...claims, exp: expires };
    }
    throw this.#error('is not signed by a known key');
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
        const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
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
