import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A `Grip-Sig` that must not be believed; several values are sent as several headers. */
export interface Forgery {
  readonly name: string;
  readonly values: readonly string[];
  /** More than some HTTP servers take in a header. */
  readonly huge?: boolean;
}

/** The key whose private half signs for Fanout; anyone can read it. */
const PUBLIC_JWK = {
  kty: 'EC',
  crv: 'P-256',
  x: 'CKo5A1ebyFcnmVV8SE5On-8G81JyBjSvcrx4VLetWCg',
  y: '7gwJqaU6N8TP88--twjkwoB36f-pT3QsmI46nPhjO7M',
};

/** The same, as Fastly's documentation has it. */
const PUBLIC_PEM = pem([
  '3059301306072a8648ce3d020106082a8648ce3d03010703420004', // SubjectPublicKeyInfo of an uncompressed P-256 point
  Buffer.from(PUBLIC_JWK.x, 'base64url').toString('hex'),
  Buffer.from(PUBLIC_JWK.y, 'base64url').toString('hex'),
]);

/**
 * The secret of Fastly's local server, known to all. On an engine that goes by it, the tokens made with it below
 * break one rule each; elsewhere the signature is wrong as well.
 */
const LOCAL_SECRET = 'viceroy_dev_signing_key_dont_use_in_production';
const LOCAL_ISSUER = 'viceroy';

const LATER = Math.floor(Date.now() / 1000) + 3600;
const CLAIMS = { iss: LOCAL_ISSUER, exp: LATER };

function pem(hex: readonly string[]): string {
  const lines =
    Buffer.from(hex.join(''), 'hex')
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`;
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function unsigned(alg: string, claims: object): string {
  return `${part({ typ: 'JWT', alg })}.${part(claims)}`;
}

function hs256(secret: string | Buffer, claims: object = CLAIMS, alg = 'HS256'): string {
  const data = unsigned(alg, claims);
  return `${data}.${createHmac('sha256', secret).update(data).digest('base64url')}`;
}

function es256(key: KeyObject, claims: object): string {
  const data = unsigned('ES256', claims);
  return `${data}.${sign('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const good = hs256(LOCAL_SECRET);
const goodParts = good.split('.');

/** One forgery for each issuer that an engine may go by. */
function ofEachIssuer(name: string, make: (claims: object) => string): Forgery[] {
  return [LOCAL_ISSUER, 'fastly:0000000000000000000000', 'pushpin'].map((iss) => ({
    name: `${name}, from ${iss}`,
    values: [make({ iss, exp: LATER })],
  }));
}

export const FORGERIES: readonly Forgery[] = [
  { name: 'of garbage', values: ['forged-by-a-client'] },
  { name: 'empty', values: [''] },
  { name: 'of three empty parts', values: ['..'] },
  { name: 'of JSON that is no object', values: [`${part(null)}.${part([])}.${part('x')}`] },
  { name: 'with alg none and no signature', values: [`${unsigned('none', CLAIMS)}.`] },
  { name: 'with alg none and a signature', values: [hs256(LOCAL_SECRET, CLAIMS, 'none')] },
  { name: 'with an alg in small letters', values: [hs256(LOCAL_SECRET, CLAIMS, 'hs256')] },
  ...ofEachIssuer('signed HS256 by the PEM of the public key', (claims) => hs256(PUBLIC_PEM, claims)),
  ...ofEachIssuer('signed HS256 by the PEM without its last line break', (claims) =>
    hs256(PUBLIC_PEM.trimEnd(), claims),
  ),
  ...ofEachIssuer('signed HS256 by the JWK of the public key', (claims) =>
    hs256(JSON.stringify(PUBLIC_JWK), claims),
  ),
  ...ofEachIssuer('signed HS256 by the coordinate x of the public key', (claims) =>
    hs256(Buffer.from(PUBLIC_JWK.x, 'base64url'), claims),
  ),
  ...ofEachIssuer('signed HS256 by an empty secret', (claims) => hs256('', claims)),
  ...ofEachIssuer('signed ES256 by a stranger', (claims) => es256(stranger, claims)),
  {
    name: 'that says HS256 and is signed by nobody',
    values: [`${unsigned('HS256', CLAIMS)}.${part('nobody')}`],
  },
  { name: 'expired two hours ago', values: [hs256(LOCAL_SECRET, { ...CLAIMS, exp: LATER - 10_800 })] },
  { name: 'without an expiry', values: [hs256(LOCAL_SECRET, { iss: LOCAL_ISSUER })] },
  { name: 'with an expiry in words', values: [hs256(LOCAL_SECRET, { ...CLAIMS, exp: String(LATER) })] },
  { name: 'without an issuer', values: [hs256(LOCAL_SECRET, { exp: LATER })] },
  { name: 'from another issuer', values: [hs256(LOCAL_SECRET, { ...CLAIMS, iss: 'somebody' })] },
  { name: 'truncated', values: [good.slice(0, -5)] },
  { name: 'without a signature', values: [goodParts.slice(0, 2).join('.')] },
  {
    name: 'with other claims than were signed',
    values: [`${unsigned('HS256', { ...CLAIMS, exp: LATER + 1 })}.${goodParts[2]}`],
  },
  { name: 'of 10 kB', values: [`${unsigned('HS256', CLAIMS)}.${'A'.repeat(10_000)}`] },
  { name: 'of 60 kB', values: [`${unsigned('HS256', CLAIMS)}.${'A'.repeat(60_000)}`], huge: true },
  { name: 'of 100 kB', values: [`${unsigned('HS256', CLAIMS)}.${'A'.repeat(100_000)}`], huge: true },
  { name: 'twice, the good one last', values: ['forged-by-a-client', good] },
  { name: 'twice, the good one first', values: [good, 'forged-by-a-client'] },
];
