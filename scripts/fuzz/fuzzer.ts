import type { LoadedTarget } from './load-target.js';
import { type Material, mutate } from './mutate.js';
import type { Random } from './random.js';
import { shrink } from './shrink.js';

/** An input that something does not hold for. */
export interface Finding {
  readonly input: Buffer;
  readonly error: unknown;
}

interface Entry {
  readonly input: Buffer;
  readonly features: readonly number[];
}

/** Places passed for each byte of the input: what is above it grows faster than the input. */
const MAX_WORK = 150;
/** Bytes that count as input even where there are fewer. */
const FREE_WORK = 100;

/** Looks for inputs that reach what none reached before: a place, or a place so many times. */
export class Fuzzer {
  readonly #loaded: LoadedTarget;
  readonly #random: Random;
  readonly #tokens: readonly Buffer[];
  readonly #guided: boolean;
  readonly #reached = new Set<number>();
  readonly #entries: Entry[] = [];
  #corpus: Buffer[] = [];
  executions = 0;
  accepted = 0;

  /** @param guided whether what is reached decides what is kept; otherwise only `start` is changed. */
  constructor(loaded: LoadedTarget, start: readonly Buffer[], random: Random, guided = true) {
    this.#loaded = loaded;
    this.#random = random;
    this.#guided = guided;
    this.#tokens = [...loaded.target.tokens, ...loaded.words]
      .filter(Boolean)
      .map((token) => Buffer.from(token, 'latin1'));
    this.#corpus = [...start];
  }

  /** Runs what it starts from. */
  begin(): Finding | undefined {
    const start = this.#corpus;
    if (this.#guided) this.#corpus = [];
    for (const input of start) {
      const found = this.#try(input);
      if (found) return found;
    }
    if (this.#corpus.length === 0) this.#corpus = [...start];
    return undefined;
  }

  /** Runs one more input. */
  step(): Finding | undefined {
    const material: Material = { tokens: this.#tokens, corpus: this.#corpus };
    return this.#try(mutate(this.#random.pick(this.#corpus), this.#random, material));
  }

  /** The places that no input reached. */
  unreached(): string[] {
    const reached = new Set([...this.#reached].map((feature) => feature >> 3));
    return this.#loaded.places.filter((_, place) => !reached.has(place));
  }

  /** The fewest and smallest inputs, more or less, that together reach all that was reached. */
  smallest(): Buffer[] {
    const covered = new Set<number>();
    return [...this.#entries]
      .sort((a, b) => a.input.length - b.input.length || Buffer.compare(a.input, b.input))
      .filter(({ features }) => {
        const before = covered.size;
        for (const feature of features) covered.add(feature);
        return covered.size > before;
      })
      .map(({ input }) => input);
  }

  #try(input: Buffer): Finding | undefined {
    const error = this.#run(input);
    if (error !== undefined) {
      const message = String(error);
      return { input: shrink(input, (smaller) => String(this.#run(smaller)) === message), error };
    }
    if (!this.#guided) return undefined;
    const fresh = this.#features().filter((feature) => !this.#reached.has(feature));
    if (fresh.length === 0) return undefined;
    const small = shrink(input, (smaller) => {
      if (this.#run(smaller) !== undefined) return false;
      const features = new Set(this.#features());
      return fresh.every((feature) => features.has(feature));
    });
    this.#run(small);
    const features = this.#features();
    for (const feature of features) this.#reached.add(feature);
    this.#entries.push({ input: small, features });
    this.#corpus.push(small);
    return undefined;
  }

  /** What went wrong, if anything. */
  #run(input: Buffer): unknown {
    const { target, hits } = this.#loaded;
    hits.fill(0);
    this.executions += 1;
    try {
      if (target.run(input)) this.accepted += 1;
      const work = hits.reduce((sum, count) => sum + count, 0);
      const most = MAX_WORK * (input.length + FREE_WORK);
      if (work > most) throw new Error(`Passed more than ${MAX_WORK} places a byte.`);
    } catch (error) {
      return error;
    }
    return undefined;
  }

  /** Each place that was passed, with how often in steps that double. */
  #features(): number[] {
    const features: number[] = [];
    for (const [place, count] of this.#loaded.hits.entries()) {
      if (count > 0) features.push(place * 8 + Math.min(Math.floor(Math.log2(count)), 7));
    }
    return features;
  }
}
