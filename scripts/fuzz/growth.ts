import type { Finding } from './fuzzer.js';
import type { Random } from './random.js';
import type { FuzzTarget } from './target.js';

/** Bytes of the larger input; a quarter of it is the smaller one. */
const SIZE = 131_072;
/** Milliseconds of processor time below which no parser is slow, however it grows. */
const FAST = 300;
/** Four times as much input may take so many times as long; work that grows by the square takes sixteen times. */
const MOST = 9;

/**
 * Finds an input whose repetition takes more time than it has more bytes: a part of one, said over and over. What a
 * regular expression or `JSON.parse` does inside counts nowhere, so that this is measured, by processor time.
 *
 * @param seconds how long it looks for one.
 */
export function findGrowth(
  target: FuzzTarget,
  inputs: readonly Buffer[],
  random: Random,
  seconds: number,
): { readonly finding: Finding | undefined; readonly slowest: number } {
  const end = performance.now() + seconds * 1000;
  let slowest = 0;
  while (performance.now() < end) {
    const input = random.pick(inputs);
    const from = random.below(input.length + 1);
    const to = Math.min(from + 1 + random.below(random.pick([1, 4, 40])), input.length);
    const large = repeated(input, from, to, SIZE);
    let time: number;
    try {
      time = cpuTime(target, large);
    } catch (error) {
      return { finding: { input: large, error }, slowest };
    }
    slowest = Math.max(slowest, time);
    // The fastest of some: what else the machine does only ever adds.
    if (time > FAST && fastest(target, large) > MOST * fastest(target, repeated(input, from, to, SIZE / 4))) {
      const error = new Error('It takes more time than it has more bytes.');
      return { finding: { input: repeated(input, from, to, input.length + 500), error }, slowest };
    }
  }
  return { finding: undefined, slowest };
}

/** The input with a part of it so often that it has that many bytes. */
function repeated(input: Buffer, from: number, to: number, size: number): Buffer {
  const part = input.subarray(from, to);
  const times = Math.floor(Math.max(size - input.length, 0) / Math.max(part.length, 1));
  return Buffer.concat([input.subarray(0, to), Buffer.alloc(times * part.length, part), input.subarray(to)]);
}

function fastest(target: FuzzTarget, input: Buffer): number {
  return Math.min(...Array.from({ length: 3 }, () => cpuTime(target, input)));
}

/** In milliseconds. */
function cpuTime(target: FuzzTarget, input: Buffer): number {
  const before = process.cpuUsage();
  target.run(input);
  return process.cpuUsage(before).user / 1000;
}
