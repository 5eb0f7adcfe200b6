import { SignatureError } from '../errors.js';
import type { GripKey } from './json-web-key.js';
import { JwtVerifier } from './json-web-token.js';

export { type GripKey, hmacKey } from './json-web-key.js';

/** What a valid `Grip-Sig` says. It is not bound to the request's path or body. */
export interface GripSignature {
  readonly issuer: string;
  /** In seconds since 1970. */
  readonly expires: number;
}

/** The clocks of Fanout and of the service may differ by this much, in seconds. */
const LEEWAY = 60;

/**
 * Verifies `Grip-Sig`, a JWT of which Fanout signs one for every request.
 *
 * @see https://pushpin.org/docs/protocols/grip/#http
 */
export class GripSignatureVerifier {
  readonly #verifier: JwtVerifier;

  /** @throws ConfigurationError for a key that is neither P-256 nor a secret. */
  constructor(keys: readonly GripKey[]) {
    this.#verifier = new JwtVerifier({ keys, name: 'Grip-Sig', leeway: LEEWAY });
  }

  /**
   * Imports the keys and uses each once. On Compute do it at top level, where most requests are verified by them: the
   * snapshot then holds what the first verification of an instance would have to make.
   */
  warmUp(): Promise<void> {
    return this.#verifier.warmUp();
  }

  /**
   * @param token the value of the `Grip-Sig` header.
   * @param issuers those of which a token may come.
   * @param now in milliseconds since 1970.
   * @throws SignatureError for every token that is not valid, whatever it holds.
   */
  async verify(token: string, issuers: readonly string[], now?: number): Promise<GripSignature> {
    let issuer = '';
    const { exp } = await this.#verifier.verify(
      token,
      ({ iss }) => {
        if (typeof iss !== 'string') throw new SignatureError('Grip-Sig has no issuer.');
        if (!issuers.includes(iss)) throw new SignatureError(`Grip-Sig is not from ${issuers.join(' or ')}.`);
        issuer = iss;
      },
      now,
    );
    return { issuer, expires: exp };
  }
}
