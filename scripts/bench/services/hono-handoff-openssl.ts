import { serveHandoff } from './hono-handoff-app.js';
import { usedKey } from './used-keys.js';

// What it adds to every request that a key was used while the Wasm was made.
void usedKey('ES256');
serveHandoff();
