import { describe, expect, it } from 'vitest';
import { Fuzzer } from '../../scripts/fuzz/fuzzer.js';
import { findGrowth } from '../../scripts/fuzz/growth.js';
import { loadTarget } from '../../scripts/fuzz/load-target.js';
import { mutate } from '../../scripts/fuzz/mutate.js';
import { Random } from '../../scripts/fuzz/random.js';
import { shrink } from '../../scripts/fuzz/shrink.js';
import planted from './planted.js';

const SEEDS = [1, 2, 3, 4, 5];
/** Inputs that may be tried for each seed. */
const MOST = 10_000;
/** In milliseconds; thousands of inputs take a busy machine its time. */
const TIMEOUT = 120_000;

/** For each seed, how many inputs it took to find the planted bug, in order. */
async function efforts(guided: boolean): Promise<number[]> {
  const loaded = await loadTarget(new URL('planted.ts', import.meta.url), /planted-parser\.ts$/);
  const efforts = SEEDS.map((seed) => {
    const start = planted.seeds.map((text) => Buffer.from(text));
    const fuzzer = new Fuzzer(loaded, start, new Random(seed), guided);
    let finding = fuzzer.begin();
    while (!finding && fuzzer.executions < MOST) finding = fuzzer.step();
    if (finding) expect(String(finding.error)).toBe('TypeError: planted');
    return finding ? fuzzer.executions : Number.POSITIVE_INFINITY;
  });
  return efforts.sort((a, b) => a - b);
}

describe('the fuzzer', { timeout: TIMEOUT }, () => {
  it('finds a planted bug, and what the code passes through is what leads it there', async () => {
    const [guided, blind] = [await efforts(true), await efforts(false)];
    expect(guided.at(-1)).toBeLessThan(MOST);
    const median = Math.floor(SEEDS.length / 2);
    expect(blind[median]).toBeGreaterThan(5 * (guided[median] as number));
  });

  it('finds the same with the same seed', async () => {
    expect(await efforts(true)).toEqual(await efforts(true));
  });

  it('keeps the few inputs that reach all that was reached', async () => {
    const loaded = await loadTarget(new URL('planted.ts', import.meta.url), /planted-parser\.ts$/);
    const start = ['x', 'xx', 'grip z', 'grip 1', 'grip 1 abcd'].map((text) => Buffer.from(text));
    const fuzzer = new Fuzzer(loaded, start, new Random(1));
    expect(fuzzer.begin()).toBeUndefined();
    const kept = fuzzer.smallest();
    expect(kept.length).toBeLessThan(start.length);
    const again = new Fuzzer(loaded, kept, new Random(1));
    again.begin();
    expect(again.unreached()).toEqual(fuzzer.unreached());
  });

  it('leaves of an input what matters', () => {
    const input = Buffer.from('some words, one of them WRONG, and some more');
    expect(shrink(input, (smaller) => smaller.includes('WRONG')).toString()).toBe('WRONG');
  });

  it('makes documents of documents, more often than not', () => {
    const input = Buffer.from('{"items":[{"channel":"test","id":5}]}');
    const random = new Random(1);
    const material = { corpus: [input], tokens: [Buffer.from('"id"')] };
    const mutants = Array.from({ length: 200 }, () => mutate(input, random, material).toString());
    const documents = mutants.filter((text) => {
      try {
        return typeof JSON.parse(text) === 'object';
      } catch {
        return false;
      }
    });
    expect(documents.length).toBeGreaterThan(60);
    expect(new Set(mutants).size).toBeGreaterThan(150);
  });

  it('finds work that grows by the square, and none in work that does not', () => {
    const input = Buffer.from('xab');
    // Sums up what was before, at every 128th byte.
    const slow = {
      ...planted,
      run: (bytes: Buffer) => {
        for (let end = 0; end < bytes.length; end += 128)
          bytes.subarray(0, end).reduce((sum, byte) => sum + byte, 0);
        return true;
      },
    };
    expect(findGrowth(slow, [input], new Random(1), 1).finding).toBeDefined();
    const fast = { ...planted, run: (input: Buffer) => input.includes('c') };
    expect(findGrowth(fast, [input], new Random(1), 0.2).finding).toBeUndefined();
  });
});
