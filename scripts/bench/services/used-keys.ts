import { env } from 'fastly:env';
import { SECRET } from './secret.js';

export type Algorithm = 'ES256' | 'HS256';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HMAC = { name: 'HMAC', hash: 'SHA-256' };
/** Of a buffer that is never moved: js-compute keeps a pointer to it. */
const secret = new Uint8Array(new ArrayBuffer(4096), 0, SECRET.length);
secret.set(new TextEncoder().encode(SECRET));

/** Verifies, by raw WebCrypto, with a key that was imported and used once before. */
export async function usedKey(algorithm: Algorithm): Promise<(token: string) => Promise<boolean>> {
  const jwk = { kty: 'EC', crv: 'P-256', x: env('BENCH_X') ?? '', y: env('BENCH_Y') ?? '' };
  const parameters = algorithm === 'ES256' ? ECDSA : HMAC;
  const key =
    algorithm === 'ES256'
      ? await crypto.subtle.importKey('jwk', jwk, ECDSA, false, ['verify'])
      : await crypto.subtle.importKey('raw', secret, HMAC, false, ['verify']);
  const ones = new Uint8Array(algorithm === 'ES256' ? 64 : 32).fill(1);
  await crypto.subtle.verify(parameters, key, ones, ones);
  return (token) => {
    const end = token.lastIndexOf('.');
    const binary = atob(
      token
        .slice(end + 1)
        .replaceAll('-', '+')
        .replaceAll('_', '/'),
    );
    const signature = new Uint8Array(ones.length);
    for (let index = 0; index < ones.length; index += 1) signature[index] = binary.charCodeAt(index);
    return crypto.subtle.verify(parameters, key, signature, new TextEncoder().encode(token.slice(0, end)));
  };
}
