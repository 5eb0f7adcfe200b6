import { serveVerifying } from './bare-verifier.js';

serveVerifying('ES256');
