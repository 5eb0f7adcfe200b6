import { env } from 'fastly:env';
import type { GripKey } from '../../../src/index.js';

/** Whose signatures count: set while the Wasm is made, so that the snapshot holds the key, as it does Fanout's own. */
export const trusted: { readonly keys: readonly GripKey[]; readonly issuers: readonly string[] } = {
  keys: [{ kty: 'EC', crv: 'P-256', x: env('BENCH_X') ?? '', y: env('BENCH_Y') ?? '' }],
  issuers: ['bench'],
};
