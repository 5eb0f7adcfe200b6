import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCorpus, TARGETS } from '../../scripts/fuzz/corpus.js';
import { mutate } from '../../scripts/fuzz/mutate.js';
import { Random } from '../../scripts/fuzz/random.js';
import type { FuzzTarget } from '../../scripts/fuzz/target.js';

/** Inputs of each target that no run had before. */
const FRESH = 3000;

/** Another one comes with each run; `FUZZ_SEED` repeats one. */
const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
console.info(`Fresh inputs come from FUZZ_SEED=${seed}.`);

/** In milliseconds; thousands of inputs take a busy machine its time. */
const TIMEOUT = 120_000;

describe.each(Object.entries(TARGETS))('the parser of %s', { timeout: TIMEOUT }, (name, module) => {
  /** Runs an input; an error says which it was. */
  function run(target: FuzzTarget, input: Buffer, what: string): boolean {
    try {
      return target.run(input);
    } catch (cause) {
      throw new Error(`${what}, ${JSON.stringify(input.toString('latin1'))}: ${cause}`, { cause });
    }
  }

  it('holds what it promises for each input that was kept', async () => {
    const { default: target } = (await import(module.href)) as { default: FuzzTarget };
    const inputs = await readCorpus(name);
    const accepted = inputs.filter((kept) => run(target, kept.input, kept.name));
    // A corpus that is all good or all bad would test one half of a parser.
    expect(accepted.length).toBeGreaterThan(inputs.length / 10);
    expect(accepted.length).toBeLessThan(inputs.length);
  });

  it('holds it for inputs that are new', async () => {
    const { default: target } = (await import(module.href)) as { default: FuzzTarget };
    const seeds = target.seeds.map((text) => Buffer.from(text, 'latin1'));
    const corpus = [...seeds, ...(await readCorpus(name)).map(({ input }) => input)];
    const material = { corpus, tokens: target.tokens.map((token) => Buffer.from(token, 'latin1')) };
    const random = new Random(seed);
    for (let left = FRESH; left > 0; left -= 1) {
      run(target, mutate(random.pick(corpus), random, material), `FUZZ_SEED=${seed}`);
    }
  });
});
