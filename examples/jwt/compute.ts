import { SecretStore } from 'fastly:secret-store';
import { serve } from 'hono-fanout/fastly';
import { createShop } from './app.js';

// The public key of whoever signs the tokens; this one is of RFC 7515, A.3.
const keys = [
  {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  },
];
// Asked for in a request: the Wasm holds no secret.
const secret = async () => (await new SecretStore('secrets').get('live-secret'))?.plaintext() ?? '';

serve(createShop({ keys, secret }));
