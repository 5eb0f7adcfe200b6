import { SecretStore } from 'fastly:secret-store';
import { createApp } from '../../../src/app.js';
import { serve } from '../../../src/fastly/index.js';

// The reference service with a handoffKey: the snapshot holds no key that Fanout signs with, nothing of OpenSSL.
const handoffKey = async () => (await new SecretStore('secrets').get('handoff-key'))?.plaintext() ?? '';

serve(createApp({ handoffKey }));
