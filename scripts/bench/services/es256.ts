import { createApp } from '../../../src/app.js';
import { serve } from '../../../src/fastly/index.js';
import { trusted } from './trusted.js';

// The reference service, with a key of which the bench has the private half.
serve(createApp(trusted));
