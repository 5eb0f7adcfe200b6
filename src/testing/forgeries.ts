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

/** Its point, uncompressed, and as SubjectPublicKeyInfo. */
const [X, Y] = [Buffer.from(PUBLIC_JWK.x, 'base64url'), Buffer.from(PUBLIC_JWK.y, 'base64url')];
const PUBLIC_POINT = Buffer.concat([Buffer.from([4]), X, Y]);
const PUBLIC_DER = Buffer.concat([
  Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'),
  PUBLIC_POINT,
]);
/** The same, as Fastly's documentation has it. */
const PUBLIC_PEM = `-----BEGIN PUBLIC KEY-----\n${(PUBLIC_DER.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END PUBLIC KEY-----\n`;

/** Whatever of the public key a careless service might take for the secret of HS256. */
const PUBLIC_TEXTS: Readonly<Record<string, string | Buffer>> = {
  'the PEM of the public key': PUBLIC_PEM,
  'the PEM without its last line break': PUBLIC_PEM.trimEnd(),
  'the PEM with line breaks of DOS': PUBLIC_PEM.replaceAll('\n', '\r\n'),
  'the DER of the public key': PUBLIC_DER,
  'the DER in Base64': PUBLIC_DER.toString('base64'),
  'the point of the public key': PUBLIC_POINT,
  'both coordinates of the public key': Buffer.concat([X, Y]),
  'the coordinate x of the public key': X,
  'the coordinate x in base64url': PUBLIC_JWK.x,
  'the JWK of the public key': JSON.stringify(PUBLIC_JWK),
  'the JWK with its names in order': JSON.stringify(Object.fromEntries(Object.entries(PUBLIC_JWK).sort())),
  'the JWK with indents': JSON.stringify(PUBLIC_JWK, null, 2),
  'an empty secret': '',
};

/**
 * The secret of Fastly's local server, known to all. On an engine that goes by it, the tokens made with it below
 * break one rule each; elsewhere the signature is wrong as well.
 */
const LOCAL_SECRET = 'viceroy_dev_signing_key_dont_use_in_production';
const LOCAL_ISSUER = 'viceroy';

const LATER = Math.floor(Date.now() / 1000) + 3600;
const CLAIMS = { iss: LOCAL_ISSUER, exp: LATER };

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function unsigned(alg: string, claims: object): string {
  return `${part({ typ: 'JWT', alg })}.${part(claims)}`;
}

function hs256(secret: string | Buffer, claims: object = CLAIMS, alg = 'HS256'): string {
  return signed(unsigned(alg, claims), secret);
}

function signed(data: string, secret: string | Buffer = LOCAL_SECRET): string {
  return `${data}.${createHmac('sha256', secret).update(data).digest('base64url')}`;
}

/** Of JSON as it is written here; signed by the secret that everyone knows. */
function written(header: string, claims: string = JSON.stringify(CLAIMS)): string {
  return signed([header, claims].map((json) => Buffer.from(json).toString('base64url')).join('.'));
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

const NESTED = `${'['.repeat(1000)}${']'.repeat(1000)}`;

/** JSON that is not what it seems. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  'without an alg': [written('{}')],
  'with a list of algs': [written('{"alg":["HS256"]}')],
  'with an alg from a prototype': [written('{"__proto__":{"alg":"HS256"}}')],
  'with the alg of every object': [written('{"alg":"constructor"}')],
  'with an extension that is critical': [written('{"alg":"HS256","crit":["b64"],"b64":false}')],
  'with lists 1,000 deep for an alg': [written(`{"alg":${NESTED}}`)],
  'with claims from a prototype': [written('{"alg":"HS256"}', `{"__proto__":${JSON.stringify(CLAIMS)}}`)],
  'with an expiry that is no number': [written('{"alg":"HS256"}', `{"iss":"${LOCAL_ISSUER}","exp":1e999}`)],
  'with a list of issuers': [written('{"alg":"HS256"}', `{"iss":["${LOCAL_ISSUER}"],"exp":${LATER}}`)],
  'not valid yet': [written('{"alg":"HS256"}', JSON.stringify({ ...CLAIMS, nbf: LATER }))],
  'of five parts': [`${goodParts[0]}..${goodParts.join('.')}`],
  'with line breaks': [`${goodParts[0]}.\t${goodParts[1]}.${goodParts[2]}`],
};

export const FORGERIES: readonly Forgery[] = [
  { name: 'of garbage', values: ['forged-by-a-client'] },
  { name: 'empty', values: [''] },
  { name: 'of three empty parts', values: ['..'] },
  { name: 'of JSON that is no object', values: [`${part(null)}.${part([])}.${part('x')}`] },
  { name: 'with alg none and no signature', values: [`${unsigned('none', CLAIMS)}.`] },
  { name: 'with alg none and a signature', values: [hs256(LOCAL_SECRET, CLAIMS, 'none')] },
  { name: 'with an alg in small letters', values: [hs256(LOCAL_SECRET, CLAIMS, 'hs256')] },
  ...['NONE', 'nOnE', '', 'HS512', 'ES384', 'RS256', 'HS256 '].map((alg) => ({
    name: `with the alg ${JSON.stringify(alg)}`,
    values: [hs256(LOCAL_SECRET, CLAIMS, alg)],
  })),
  ...Object.entries(WRITTEN).map(([name, values]) => ({ name, values })),
  ...Object.entries(PUBLIC_TEXTS).flatMap(([name, secret]) =>
    ofEachIssuer(`signed HS256 by ${name}`, (claims) => hs256(secret, claims)),
  ),
  ...ofEachIssuer('signed ES256 by zeros', (claims) => `${unsigned('ES256', claims)}.${'A'.repeat(86)}`),
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
  { name: 'twice, both good', values: [good, good] },
  { name: 'twice, the good one last', values: ['forged-by-a-client', good] },
  { name: 'twice, the good one first', values: [good, 'forged-by-a-client'] },
];
