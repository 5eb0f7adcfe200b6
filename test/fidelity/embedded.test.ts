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

  // What is kept otherwise, and why, is in the table that the comparison with a Pushpin prints.
  for (const { name } of fidelityCases.filter(({ kept }) => kept === undefined)) {
    it(name, { timeout: 180_000 }, async () => {
      assert.deepEqual(await outcomes.get(name), { seen: expected(name) });
    });
  }
});
