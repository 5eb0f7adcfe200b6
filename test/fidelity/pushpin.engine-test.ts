import assert from 'node:assert/strict';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { fidelityCases } from './cases.js';
import { differenceTable, type Row } from './difference-table.js';
import { startEmbedded } from './embedded-place.js';
import { expected, keepMeasured } from './measured.js';
import { startOnPushpin } from './pushpin-place.js';
import { differences, type Outcome, runCases } from './run-cases.js';
import type { StartedPlace } from './scene.js';

// MEASURE=1: what Pushpin does is written down, in place of being compared with what is.
const measuring = process.env['MEASURE'] === '1';

describe('Pushpin, and the embedded Fanout beside it', () => {
  const places: StartedPlace[] = [];
  const rows: Row[] = [];
  let onPushpin = new Map<string, Promise<Outcome>>();
  let embedded = new Map<string, Promise<Outcome>>();

  beforeAll(async () => {
    const pushpin = await startOnPushpin();
    places.push(pushpin);
    const local = await startEmbedded();
    places.push(local);
    onPushpin = runCases(pushpin, fidelityCases);
    // One after the other: both at once would be slow enough to disturb each other.
    await Promise.allSettled(onPushpin.values());
    embedded = runCases(local, fidelityCases);
  }, 300_000);

  afterAll(async () => {
    console.log(differenceTable(rows));
    if (measuring) {
      keepMeasured(
        Object.fromEntries(rows.flatMap(({ name, real }) => ('seen' in real ? [[name, real.seen]] : []))),
      );
    }
    await Promise.all(places.map((place) => place.stop()));
  }, 60_000);

  for (const { name, kept } of fidelityCases) {
    it(name, { timeout: 180_000 }, async () => {
      const real = await outcome(onPushpin, name);
      const ours = await outcome(embedded, name);
      rows.push({ name, real, ours, kept });
      if (!measuring)
        assert.deepEqual(real, { seen: expected(name) }, 'Pushpin does not do what is written down');
      if (kept === undefined) assert.deepEqual(differences(name, real, ours), []);
    });
  }
});

async function outcome(outcomes: Map<string, Promise<Outcome>>, name: string): Promise<Outcome> {
  return (await outcomes.get(name)) ?? { failed: 'not run' };
}
