import { createApp } from './app.js';
import { serve } from './fastly/index.js';

serve(createApp());
