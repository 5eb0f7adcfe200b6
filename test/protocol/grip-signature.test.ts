import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, SignatureError } from '../../src/errors.js';
import { type GripKey, GripSignatureVerifier, hmacKey } from '../../src/protocol/grip-signature.js';
import { base64url, ecdsaSigner, gripToken, hmacSigner, type Signer } from '../support/grip-tokens.js';

const NOW = 1_700_000_000;
const ISSUER = 'fastly:service';
const SECRET = 'the secret of the tests';
const CLAIMS = { iss: ISSUER, exp: NOW + 3600 };
const ES256 = { typ: 'JWT', alg: 'ES256' };
const HS256 = { typ: 'JWT', alg: 'HS256' };

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly jwk: GripKey & { x: string; y: string };
}

function ecPair(namedCurve = 'P-256'): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  return { publicKey, privateKey, jwk: publicKey.export({ format: 'jwk' }) as KeyPair['jwk'] };
}

const fanout = ecPair();
const stranger = ecPair();
const byFanout = ecdsaSigner(fanout.privateKey);
const byPushpin = hmacSigner(SECRET);

const ecVerifier = new GripSignatureVerifier([fanout.jwk]);
const secretVerifier = new GripSignatureVerifier([hmacKey(SECRET)]);

const verify = (token: string, verifier = ecVerifier, issuers = [ISSUER], now = NOW) =>
  verifier.verify(token, issuers, now * 1000);

async function refusal(token: string, verifier = ecVerifier, issuers = [ISSUER], now = NOW): Promise<string> {
  try {
    await verify(token, verifier, issuers, now);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    return error.message;
  }
  return 'valid';
}

const NOT_THREE_PARTS = 'Grip-Sig is not three parts of base64url.';
const NO_KEY = 'Grip-Sig is not signed by a known key.';
const NO_ALGORITHM = 'Grip-Sig is of an algorithm that no key is for.';
const NO_HEADER = 'The header of Grip-Sig is not a JSON object.';
const NO_CLAIMS = 'The claims set of Grip-Sig is not a JSON object.';
const NO_ISSUER = 'Grip-Sig has no issuer.';
const NO_EXPIRY = 'Grip-Sig has no expiry.';
const OTHER_ISSUER = `Grip-Sig is not from ${ISSUER}.`;

describe('a valid token', () => {
  it('says who signed it and until when, with ES256', async () => {
    expect(await verify(gripToken(ES256, CLAIMS, byFanout))).toEqual({ issuer: ISSUER, expires: NOW + 3600 });
  });

  it('says who signed it and until when, with HS256', async () => {
    const token = gripToken(HS256, CLAIMS, byPushpin);
    expect(await verify(token, secretVerifier)).toEqual({ issuer: ISSUER, expires: NOW + 3600 });
  });

  it('is read at the present time where none is given', async () => {
    const token = gripToken(ES256, { iss: ISSUER, exp: Date.now() / 1000 + 3600 }, byFanout);
    await expect(ecVerifier.verify(token, [ISSUER])).resolves.toHaveProperty('issuer', ISSUER);
    await expect(
      ecVerifier.verify(gripToken(ES256, { iss: ISSUER, exp: 1 }, byFanout), [ISSUER]),
    ).rejects.toThrow(SignatureError);
  });

  it.each<[string, object, object]>([
    ['without typ', { alg: 'ES256' }, CLAIMS],
    ['with a kid', { ...ES256, kid: 'other' }, CLAIMS],
    ['with a jwk of its own, which is not asked', { ...ES256, jwk: stranger.jwk }, CLAIMS],
    ['with further claims', ES256, { ...CLAIMS, sub: 'x', aud: ['y'] }],
    ['with an exp that is a fraction', ES256, { ...CLAIMS, exp: NOW + 0.5 }],
    ['with an nbf in the past', ES256, { ...CLAIMS, nbf: NOW - 1 }],
    ['with an nbf within the leeway', ES256, { ...CLAIMS, nbf: NOW + 60 }],
    ['that expired within the leeway', ES256, { ...CLAIMS, exp: NOW - 59 }],
    ['with letters beyond ASCII', ES256, { ...CLAIMS, name: 'é😀' }],
  ])('may be one %s', async (_what, header, claims) => {
    expect(await refusal(gripToken(header, claims, byFanout))).toBe('valid');
  });

  it('may be signed by any of several keys', async () => {
    const verifier = new GripSignatureVerifier([stranger.jwk, hmacKey('old'), hmacKey(SECRET), fanout.jwk]);
    for (const token of [
      gripToken(ES256, CLAIMS, byFanout),
      gripToken(ES256, CLAIMS, ecdsaSigner(stranger.privateKey)),
      gripToken(HS256, CLAIMS, byPushpin),
      gripToken(HS256, CLAIMS, hmacSigner('old')),
    ]) {
      expect(await refusal(token, verifier)).toBe('valid');
    }
  });

  it('may come from any of several issuers', async () => {
    const issuers = ['fastly:a', 'fastly:b'];
    for (const iss of issuers) {
      expect(
        await verify(gripToken(ES256, { ...CLAIMS, iss }, byFanout), ecVerifier, issuers),
      ).toHaveProperty('issuer', iss);
    }
    expect(await refusal(gripToken(ES256, CLAIMS, byFanout), ecVerifier, issuers)).toBe(
      'Grip-Sig is not from fastly:a or fastly:b.',
    );
  });
});

describe('a token in the wrong form is refused', () => {
  const token = gripToken(ES256, CLAIMS, byFanout);
  const [header, claims, signature] = token.split('.') as [string, string, string];

  it.each<[string, string, string]>([
    ['empty', '', NOT_THREE_PARTS],
    ['garbage', 'garbage', NOT_THREE_PARTS],
    ['two dots', '..', NOT_THREE_PARTS],
    ['two parts', `${header}.${claims}`, NOT_THREE_PARTS],
    ['four parts', `${token}.${signature}`, NOT_THREE_PARTS],
    ['an empty header', `.${claims}.${signature}`, NOT_THREE_PARTS],
    ['empty claims', `${header}..${signature}`, NOT_THREE_PARTS],
    ['an empty signature', `${header}.${claims}.`, NOT_THREE_PARTS],
    ['a space in front', ` ${token}`, NOT_THREE_PARTS],
    ['a space behind', `${token} `, NOT_THREE_PARTS],
    ['a line break behind', `${token}\n`, NOT_THREE_PARTS],
    ['a space inside', `${header}. ${claims}.${signature}`, NOT_THREE_PARTS],
    ['two of them, as a repeated header is joined', `${token}, ${token}`, NOT_THREE_PARTS],
    ['with Bearer', `Bearer ${token}`, NOT_THREE_PARTS],
    ['a padded signature', `${token}==`, NOT_THREE_PARTS],
    ['a padded header', `${header}=.${claims}.${signature}`, NOT_THREE_PARTS],
    ['the alphabet of plain base64', `${header}.${claims}.+/${signature.slice(2)}`, NOT_THREE_PARTS],
    ['letters beyond ASCII', `${header}.${claims}.é${signature.slice(1)}`, NOT_THREE_PARTS],
    ['NUL', `${token}\0`, NOT_THREE_PARTS],
    ['100 kB', `${header}.${claims}.${'A'.repeat(100_000)}`, 'Grip-Sig is longer than 4096 characters.'],
    ['100 kB of dots', '.'.repeat(100_000), 'Grip-Sig is longer than 4096 characters.'],
    ['4097 letters', 'A'.repeat(4097), 'Grip-Sig is longer than 4096 characters.'],
    ['4096 letters', 'A'.repeat(4096), NOT_THREE_PARTS],
    ['a header that is no base64', `A.${claims}.${signature}`, NO_HEADER],
    ['claims that are no base64', `${header}.A.${signature}`, NO_CLAIMS],
    ['a signature that is no base64', `${header}.${claims}.A`, NO_KEY],
    ['claims that are cut', `${header}.${claims.slice(0, -4)}.${signature}`, NO_CLAIMS],
    ['a signature that is cut by a letter', token.slice(0, -1), NO_KEY],
    [
      'a signature that is cut by a byte',
      `${header}.${claims}.${base64url(byFanout('x').slice(0, 63))}`,
      NO_KEY,
    ],
    ['a signature with a byte too many', `${header}.${claims}.${base64url(Buffer.alloc(65))}`, NO_KEY],
    ['a signature of zeros', `${header}.${claims}.${base64url(Buffer.alloc(64))}`, NO_KEY],
  ])('%s', async (_what, wrong, message) => {
    expect(await refusal(wrong)).toBe(message);
  });

  it.each([0, 20, 60, -20])('with another letter at %d', async (at) => {
    const index = at < 0 ? token.length + at : at;
    const changed = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1);
    expect(await refusal(changed)).not.toBe('valid');
  });

  it('whatever part is cut off its end', async () => {
    for (let length = 0; length < token.length; length += 1) {
      expect(await refusal(token.slice(0, length))).not.toBe('valid');
    }
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['an array', ['ES256']],
    ['a string', '"ES256"'],
    ['a number', 7],
    ['no JSON', 'alg: ES256'],
    ['two objects', '{"alg":"ES256"}{}'],
    ['nothing but a space', ' '],
    ['not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('with a header or claims of %s', async (_what, part) => {
    expect(await refusal(gripToken(part, CLAIMS, byFanout))).toBe(NO_HEADER);
    expect(await refusal(gripToken(ES256, part, byFanout))).toBe(NO_CLAIMS);
  });
});

describe('a token of another algorithm is refused', () => {
  const pem = fanout.publicKey.export({ format: 'pem', type: 'spki' });
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(fanout.jwk.x, 'base64url'),
    Buffer.from(fanout.jwk.y, 'base64url'),
  ]);
  const unsigned: Signer = () => new Uint8Array([0]);

  it.each<[string, string | Uint8Array]>([
    ['its PEM', pem],
    ['its PEM without the last line break', pem.toString().trim()],
    ['its JWK as text', JSON.stringify(fanout.jwk)],
    ['its raw point', point],
    ['its DER', fanout.publicKey.export({ format: 'der', type: 'spki' })],
    ['its x', fanout.jwk.x],
    ['its x in bytes', Buffer.from(fanout.jwk.x, 'base64url')],
  ])('HS256, with the public key as secret: %s', async (_what, secret) => {
    const token = gripToken(HS256, CLAIMS, hmacSigner(secret));
    expect(await refusal(token)).toBe(NO_ALGORITHM);
    expect(await refusal(gripToken(ES256, CLAIMS, hmacSigner(secret)))).toBe(NO_KEY);
    // A verifier that has a secret as well must not take the public key for it.
    expect(await refusal(token, new GripSignatureVerifier([fanout.jwk, hmacKey(SECRET)]))).toBe(NO_KEY);
  });

  it.each(['none', 'None', 'NONE', 'nOnE'])('%s, with any signature or none', async (alg) => {
    const forged = gripToken({ typ: 'JWT', alg }, CLAIMS, byFanout);
    expect(await refusal(forged)).toBe(NO_ALGORITHM);
    expect(await refusal(gripToken({ typ: 'JWT', alg }, CLAIMS, unsigned))).toBe(NO_ALGORITHM);
    expect(await refusal(forged.slice(0, forged.lastIndexOf('.') + 1))).toBe(NOT_THREE_PARTS);
  });

  it.each<unknown>([
    'RS256',
    'PS256',
    'ES384',
    'ES512',
    'EdDSA',
    'HS384',
    'es256',
    'ES256 ',
    '',
    null,
    undefined,
    256,
    true,
    ['ES256'],
    { ES256: 1 },
    '__proto__',
    'constructor',
  ])('%j', async (alg) => {
    expect(await refusal(gripToken({ typ: 'JWT', alg }, CLAIMS, byFanout))).toBe(NO_ALGORITHM);
  });

  it('ES256 where the verifier has only a secret', async () => {
    expect(await refusal(gripToken(ES256, CLAIMS, byFanout), secretVerifier)).toBe(NO_ALGORITHM);
  });

  it('a valid HS256 signature under an ES256 header', async () => {
    const verifier = new GripSignatureVerifier([fanout.jwk, hmacKey(SECRET)]);
    expect(await refusal(gripToken(ES256, CLAIMS, byPushpin), verifier)).toBe(NO_KEY);
    expect(await refusal(gripToken(HS256, CLAIMS, byFanout), verifier)).toBe(NO_KEY);
  });

  it.each<[string, Signer]>([
    ['another key', ecdsaSigner(stranger.privateKey)],
    ['DER instead of raw', ecdsaSigner(fanout.privateKey, 'der')],
    ['SHA-512 instead of SHA-256', ecdsaSigner(fanout.privateKey, 'ieee-p1363', 'sha512')],
    ['P-384', ecdsaSigner(ecPair('P-384').privateKey)],
    ['other parts', () => byFanout('x.y')],
    ['nothing', () => new Uint8Array(64)],
  ])('ES256, signed by %s', async (_what, sign) => {
    expect(await refusal(gripToken(ES256, CLAIMS, sign))).toBe(NO_KEY);
  });

  it.each<[string, Signer]>([
    ['another secret', hmacSigner('other')],
    ['a secret with a space behind', hmacSigner(`${SECRET} `)],
    ['an empty secret', hmacSigner('')],
    ['half of the bytes', (signed) => byPushpin(signed).slice(0, 16)],
    ['SHA-512', (signed) => createHmac('sha512', SECRET).update(signed).digest()],
  ])('HS256, signed by %s', async (_what, sign) => {
    expect(await refusal(gripToken(HS256, CLAIMS, sign), secretVerifier)).toBe(NO_KEY);
  });

  it('one with critical extensions', async () => {
    for (const crit of [['exp'], [], null, 'x']) {
      expect(await refusal(gripToken({ ...ES256, crit }, CLAIMS, byFanout))).toBe(
        'Grip-Sig has critical extensions; none is known.',
      );
    }
  });
});

describe('a signed token is refused for its claims', () => {
  it.each<[string, unknown, string]>([
    ['no claims', {}, NO_ISSUER],
    ['no issuer', { exp: NOW + 3600 }, NO_ISSUER],
    ['an issuer of null', { ...CLAIMS, iss: null }, NO_ISSUER],
    ['an array of issuers', { ...CLAIMS, iss: [ISSUER] }, NO_ISSUER],
    ['an issuer that is an object', { ...CLAIMS, iss: { toString: ISSUER } }, NO_ISSUER],
    ['a numeric issuer', { ...CLAIMS, iss: 7 }, NO_ISSUER],
    ['an empty issuer', { ...CLAIMS, iss: '' }, OTHER_ISSUER],
    ['another service', { ...CLAIMS, iss: 'fastly:other' }, OTHER_ISSUER],
    ['the issuer in capitals', { ...CLAIMS, iss: ISSUER.toUpperCase() }, OTHER_ISSUER],
    ['the issuer and a space', { ...CLAIMS, iss: `${ISSUER} ` }, OTHER_ISSUER],
    ['the front of the issuer', { ...CLAIMS, iss: 'fastly:' }, OTHER_ISSUER],
    ['more than the issuer', { ...CLAIMS, iss: `${ISSUER}2` }, OTHER_ISSUER],
    ['no expiry', { iss: ISSUER }, NO_EXPIRY],
    ['an expiry of null, as NaN is written', { ...CLAIMS, exp: Number.NaN }, NO_EXPIRY],
    ['an expiry as text', { ...CLAIMS, exp: String(NOW + 3600) }, NO_EXPIRY],
    ['an expiry in an array', { ...CLAIMS, exp: [NOW + 3600] }, NO_EXPIRY],
    ['an expiry of true', { ...CLAIMS, exp: true }, NO_EXPIRY],
    ['an expiry too large for a number', `{"iss":"${ISSUER}","exp":1e999}`, NO_EXPIRY],
    ['NaN as the expiry', `{"iss":"${ISSUER}","exp":NaN}`, NO_CLAIMS],
    ['an expiry 60 s ago', { ...CLAIMS, exp: NOW - 60 }, 'Grip-Sig expired 60 s ago.'],
    ['an expiry an hour ago', { ...CLAIMS, exp: NOW - 3600 }, 'Grip-Sig expired 3600 s ago.'],
    ['an expiry of 0', { ...CLAIMS, exp: 0 }, `Grip-Sig expired ${NOW} s ago.`],
    ['an expiry below 0', { ...CLAIMS, exp: -1 }, `Grip-Sig expired ${NOW + 1} s ago.`],
    ['an nbf past the leeway', { ...CLAIMS, nbf: NOW + 61 }, 'Grip-Sig is not valid yet.'],
    ['an nbf as text', { ...CLAIMS, nbf: '0' }, 'Grip-Sig is not valid yet.'],
    ['an nbf of null', { ...CLAIMS, nbf: null }, 'Grip-Sig is not valid yet.'],
    ['claims under __proto__', `{"__proto__":${JSON.stringify(CLAIMS)}}`, NO_ISSUER],
    ['an issuer that is overridden', `{"iss":"${ISSUER}","iss":"x","exp":${NOW + 60}}`, OTHER_ISSUER],
  ])('%s', async (_what, claims, message) => {
    expect(await refusal(gripToken(ES256, claims, byFanout))).toBe(message);
  });

  it('everything, where no issuer is trusted', async () => {
    expect(await refusal(gripToken(ES256, CLAIMS, byFanout), ecVerifier, [])).not.toBe('valid');
  });

  it.each([
    [58.999, 'valid'],
    [59, 'valid'],
    [59.999, 'valid'],
    [60, 'Grip-Sig expired 60 s ago.'],
    [60.5, 'Grip-Sig expired 60 s ago.'],
  ])('%s s past its expiry: %s', async (past, message) => {
    expect(
      await refusal(gripToken(ES256, { ...CLAIMS, exp: NOW }, byFanout), ecVerifier, [ISSUER], NOW + past),
    ).toBe(message);
  });
});

describe('the message of a refusal', () => {
  const claims = { iss: 'who-i-claim-to-be', exp: NOW + 3600, sub: 'secret-subject' };
  it.each<[string, string]>([
    ['another issuer', gripToken(ES256, claims, byFanout)],
    ['another key', gripToken(ES256, CLAIMS, ecdsaSigner(stranger.privateKey))],
    ['another algorithm', gripToken({ alg: 'secret-algorithm' }, CLAIMS, byFanout)],
    ['expired', gripToken(ES256, { ...CLAIMS, exp: NOW - 500 }, byFanout)],
    ['no claims', gripToken(ES256, 'secret-subject', byFanout)],
    ['no header', gripToken('secret-subject', CLAIMS, byFanout)],
    ['padded', `${gripToken(ES256, CLAIMS, byFanout)}=`],
    ['long', `${gripToken(ES256, CLAIMS, byFanout)}${'A'.repeat(5000)}`],
  ])('holds nothing of the token: %s', async (_what, token) => {
    const message = await refusal(token);
    expect(message).not.toBe('valid');
    for (const secret of [token, ...token.split('.'), 'secret-', 'who-i-claim'])
      expect(message).not.toContain(secret);
  });
});

describe('any text', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.json().map((json) => base64url(json)),
    fc
      .record({
        alg: fc.constantFrom('ES256', 'HS256', 'none'),
        iss: fc.constantFrom(ISSUER, 'x'),
        exp: fc.double(),
      })
      .map(base64url),
    fc.uint8Array({ minLength: 64, maxLength: 64 }).map(base64url),
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(part, part, part).map((parts) => parts.join('.')),
  );

  it('is refused with a SignatureError', async () => {
    const verifier = new GripSignatureVerifier([fanout.jwk, hmacKey(SECRET)]);
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        expect(await refusal(token, verifier)).not.toBe('valid');
      }),
      { numRuns: 500 },
    );
  });

  it('is refused as claims, however well it is signed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (claims) => {
        expect(await refusal(gripToken(ES256, claims, byFanout))).not.toBe('valid');
      }),
    );
  });
});

describe('the keys', () => {
  const { x, y } = fanout.jwk;

  it.each<[string, GripKey]>([
    ['P-384', ecPair('P-384').jwk],
    ['P-384 that is called P-256 for its algorithm', { ...ecPair('P-384').jwk, alg: 'ES256' }],
    ['secp256k1', ecPair('secp256k1').jwk],
    ['no curve', { kty: 'EC', x, y }],
    ['no x', { kty: 'EC', crv: 'P-256', y }],
    ['no y', { kty: 'EC', crv: 'P-256', x }],
    ['an empty x', { kty: 'EC', crv: 'P-256', x: '', y }],
    ['an x that is a number', { kty: 'EC', crv: 'P-256', x: 7 as unknown as string, y }],
    ['an EC key for HS256', { ...fanout.jwk, alg: 'HS256' }],
    ['an EC key for ES384', { ...fanout.jwk, alg: 'ES384' }],
    ['a secret for ES256', { ...hmacKey(SECRET), alg: 'ES256' }],
    ['a secret for HS512', { ...hmacKey(SECRET), alg: 'HS512' }],
    ['a secret without k', { kty: 'oct' }],
    ['an empty secret', hmacKey('')],
    ['a secret that is no base64url', { kty: 'oct', k: '!!!' }],
    ['a secret of one sign of base64url, which is no byte', { kty: 'oct', k: 'A' }],
    ['RSA', { kty: 'RSA' }],
    ['an Ed25519 key', { kty: 'OKP', crv: 'Ed25519', x }],
    ['an empty object', {} as GripKey],
    ['the kind in small letters', { ...fanout.jwk, kty: 'ec' }],
  ])('may not be %s', (_what, key) => {
    expect(() => new GripSignatureVerifier([key])).toThrow(ConfigurationError);
    expect(() => new GripSignatureVerifier([fanout.jwk, key])).toThrow(ConfigurationError);
  });

  it('may not be none', () => {
    expect(() => new GripSignatureVerifier([])).toThrow(ConfigurationError);
  });

  it('are not repeated when they are refused', () => {
    const secret = 'geheimgeheim';
    expect(() => new GripSignatureVerifier([{ kty: 'oct', k: secret, alg: 'none' }])).toThrow(
      /^(?!.*geheim)/s,
    );
    expect(() => new GripSignatureVerifier([{ kty: 'EC', crv: 'P-521', x: secret, y: secret }])).toThrow(
      /^(?!.*geheim)/s,
    );
  });

  it.each<[string, object]>([
    ['its algorithm', { alg: 'ES256' }],
    ['what else a JWK may say', { use: 'enc', key_ops: ['sign'], ext: false, kid: 'x' }],
    ['its private part, which is left out', { d: fanout.privateKey.export({ format: 'jwk' }).d }],
  ])('may be P-256 with %s', async (_what, more) => {
    const verifier = new GripSignatureVerifier([{ ...fanout.jwk, ...more }]);
    expect(await refusal(gripToken(ES256, CLAIMS, byFanout), verifier)).toBe('valid');
  });

  const broken: [string, GripKey][] = [
    ['a point that is not on the curve', { kty: 'EC', crv: 'P-256', x, y: x }],
    ['coordinates that are too short', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }],
    ['coordinates that are no base64', { kty: 'EC', crv: 'P-256', x: '!!!', y: '???' }],
    [
      'the point at zero',
      { kty: 'EC', crv: 'P-256', x: base64url(Buffer.alloc(32)), y: base64url(Buffer.alloc(32)) },
    ],
  ];

  it.each(broken)('that can not be imported refuse every token: %s', async (_what, key) => {
    const verifier = new GripSignatureVerifier([key]);
    await new Promise((resolve) => setTimeout(resolve, 10)); // an unhandled rejection would fail the run
    expect(await refusal(gripToken(ES256, CLAIMS, byFanout), verifier)).toBe(NO_KEY);
  });

  it.each(broken)('that can not be imported do not get in the way of another: %s', async (_what, key) => {
    const verifier = new GripSignatureVerifier([key, fanout.jwk]);
    expect(await refusal(gripToken(ES256, CLAIMS, byFanout), verifier)).toBe('valid');
  });
});

describe('hmacKey', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['text', 'secret', 'c2VjcmV0'],
    ['text beyond ASCII', 'é', 'w6k'],
    ['bytes that need the URL alphabet', new Uint8Array([0xfb, 0xff, 0xfe]), '-__-'],
    ['bytes that would be padded', new Uint8Array([0]), 'AA'],
  ])('makes a JWK of %s', (_what, secret, k) => {
    expect(hmacKey(secret)).toEqual({ kty: 'oct', alg: 'HS256', k });
  });

  it('verifies what any secret signs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), async (secret) => {
        const token = gripToken(HS256, CLAIMS, hmacSigner(secret));
        expect(await refusal(token, new GripSignatureVerifier([hmacKey(secret)]))).toBe('valid');
      }),
    );
  });
});
