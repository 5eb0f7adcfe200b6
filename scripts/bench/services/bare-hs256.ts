import { serveVerifying } from './bare-verifier.js';

serveVerifying('HS256');
