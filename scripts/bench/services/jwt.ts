import { serve } from '../../../src/fastly/index.js';
import { createJwtApp } from './jwt-app.js';

serve(createJwtApp());
