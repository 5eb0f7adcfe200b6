import { setReusableSandboxOptions } from 'fastly:experimental';
import { serveVerifying } from './bare-verifier.js';

serveVerifying('ES256');
setReusableSandboxOptions({ maxRequests: 1000 });
