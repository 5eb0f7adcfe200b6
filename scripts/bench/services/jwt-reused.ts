import { setReusableSandboxOptions } from 'fastly:experimental';
import { serve } from '../../../src/fastly/index.js';
import { createJwtApp } from './jwt-app.js';

serve(createJwtApp());
setReusableSandboxOptions({ maxRequests: 1000 });
