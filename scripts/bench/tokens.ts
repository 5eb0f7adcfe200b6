import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

/** What Viceroy and the Pushpin of Fastly's CLI share. */
const LOCAL_SECRET = 'viceroy_dev_signing_key_dont_use_in_production';
const LIFE = 3600;

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The public half of the key that {@link es256} signs with. */
export const publicJwk: JsonWebKey = publicKey.export({ format: 'jwk' }) as JsonWebKey;

/** As Fanout signs, with a key of this run. */
export function es256(claims: object): string {
  return token('ES256', claims, (signed) =>
    sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  );
}

export function hs256(claims: object, secret: string = LOCAL_SECRET): string {
  return token('HS256', claims, (signed) => createHmac('sha256', secret).update(signed).digest());
}

function token(alg: string, claims: object, makeSignature: (signed: string) => Buffer): string {
  const exp = Math.floor(Date.now() / 1000) + LIFE;
  const parts = [
    { typ: 'JWT', alg },
    { ...claims, exp },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${makeSignature(signed).toString('base64url')}`;
}
