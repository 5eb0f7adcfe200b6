import { SecretStore } from 'fastly:secret-store';
import { serve } from 'hono-fanout/fastly';
import { fastlyEndpoint } from 'hono-fanout/publisher';
import { createChat } from './app.js';

// Read when something is published: the Wasm holds no token.
const token = async () => (await new SecretStore('secrets').get('fastly-token'))?.plaintext() ?? '';

serve(createChat(fastlyEndpoint({ serviceId: 'SERVICE_ID', token, backend: 'fastly-api' })));
