import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { GripSignatureVerifier } from '../protocol/grip-signature.js';

/** Seconds that a signature is good for; as Fanout's. */
const LIFETIME = 3600;
const ISSUER = 'local-fanout';

/** Signs requests with a key that is made at start and never leaves the process, by Fanout's algorithm. */
export class GripSigner {
  /** What the service may trust. */
  readonly trust: { readonly verifier: GripSignatureVerifier; readonly issuers: readonly string[] };
  readonly #key: KeyObject;
  #current: { readonly second: number; readonly token: string } | undefined;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#key = privateKey;
    const { kty = '', crv = '', x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.trust = { verifier: new GripSignatureVerifier([{ kty, crv, x, y }]), issuers: [ISSUER] };
  }

  /** A value for `Grip-Sig`. It says nothing of the request, so one serves all requests of a second. */
  sign(): string {
    const second = Math.floor(Date.now() / 1000);
    if (this.#current?.second !== second) this.#current = { second, token: this.#make(second + LIFETIME) };
    return this.#current.token;
  }

  #make(exp: number): string {
    const content = [
      { typ: 'JWT', alg: 'ES256' },
      { iss: ISSUER, exp },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(content), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return `${content}.${signature.toString('base64url')}`;
  }
}
