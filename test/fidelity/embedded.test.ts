import assert from 'node:assert/strict';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { fidelityCases } from './cases.js';
import { startEmbedded } from './embedded-place.js';
import { expected } from './measured.js';
import { type Outcome, runCases } from './run-cases.js';
import type { StartedPlace } from './scene.js';

describe('the embedded Fanout does as Pushpin does', () => {
  let place: StartedPlace;
  let outcomes: Map<string, Promise<Outcome>>;
  beforeAll(async () => {
    place = await startEmbedded();
    outcomes = runCases(place, fidelityCases);
  });
  afterAll(() => place.stop());

  for (const { name, kept } of fidelityCases) {
    it.skipIf(kept)(name, { timeout: 180_000 }, async () => {
      assert.deepEqual(await outcomes.get(name), { seen: expected(name) });
    });
  }
});
