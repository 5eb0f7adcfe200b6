import { serve } from '../../src/fastly/index.js';
import { createContractApp } from './app.js';

// The Compute entry of the suite: js-compute-runtime test/contract/service.ts main.wasm
serve(createContractApp());
