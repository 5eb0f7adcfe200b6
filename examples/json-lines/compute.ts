import { serve } from 'hono-fanout/fastly';
import app from './app.js';

serve(app);
