import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { startLocalFanout } from 'hono-fanout/local';
import { createShop } from './app.js';

// Tokens come from a login, which has the private key; here one is made that lasts an hour.
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { channels: ['offers', 'order-*'], exp: Math.floor(Date.now() / 1000) + 3600 };
const signed = `${part({ alg: 'ES256' })}.${part(claims)}`;
const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
const token = `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;

const port = Number(process.env['PORT'] ?? 7676);
const publishPort = Number(process.env['PUBLISH_PORT'] ?? 5561);
const { kty = '', crv = '', x = '', y = '' } = publicKey.export({ format: 'jwk' });
const secret = randomUUID();
const shop = createShop({ keys: [{ kty, crv, x, y }], secret: () => secret });
const { clientUrl, publishUrl } = await startLocalFanout(shop, { port, publishPort });
console.log(`curl -N -H 'Cookie: session=${token}' ${clientUrl}/live/sse
npx hono-fanout publish offers 'half price' --url ${publishUrl}`);
