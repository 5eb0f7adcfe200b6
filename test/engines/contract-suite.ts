import { afterAll, beforeAll, describe, it, onTestFailed } from 'vitest';
import type { ReferenceTarget } from '../contract/contract.js';
import { transportContract } from '../contract/contract.js';

/** Something that serves the contract's app. */
export interface StartedEngine extends ReferenceTarget {
  stop(): Promise<void>;
  /** What its parts have printed; shown when a case fails. */
  log(): string;
}

/** The whole contract as tests, one after the other, on an engine that is started for them. */
export function contractSuite(title: string, start: () => Promise<StartedEngine>): void {
  describe(title, () => {
    let engine: StartedEngine;
    beforeAll(async () => {
      engine = await start();
    }, 180_000);
    afterAll(() => engine?.stop(), 30_000);

    for (const { name, run } of transportContract) {
      it(name, { timeout: 120_000 }, async () => {
        onTestFailed(() => console.log(engine.log()));
        await run({ ...engine, commands: '/commands' });
      });
    }
  });
}
