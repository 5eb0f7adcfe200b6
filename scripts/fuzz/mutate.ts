import { mutateJson } from './mutate-json.js';
import type { Random } from './random.js';

/** Inputs grow up to this many bytes. */
const MAX_INPUT = 4096;

const NUMBERS = [
  '0',
  '1',
  '-1',
  '4',
  '5',
  '9',
  '20',
  '21',
  '64',
  '99',
  '100',
  '125',
  '126',
  '255',
  '256',
  '999',
  '1000',
];
const LARGE_NUMBERS = [
  '65535',
  '65536',
  '2147483',
  '2147484',
  '2147483647',
  '2147483648',
  '4294967295',
  '99999999999',
];
const INTERESTING: readonly string[] = [
  ...NUMBERS,
  ...LARGE_NUMBERS,
  '1.5',
  '1e3',
  '7fffffff',
  'ffffffff',
  '+5',
  ' 5 ',
];

type Mutation = (input: Buffer, random: Random, material: Material) => Buffer;

/** What mutations are made of. */
export interface Material {
  readonly tokens: readonly Buffer[];
  readonly corpus: readonly Buffer[];
}

const MUTATIONS: readonly Mutation[] = [
  (input, random) => changed(input, random, (byte) => byte ^ (1 << random.below(8))),
  (input, random) => changed(input, random, () => random.below(256)),
  (input, random) => changed(input, random, (byte) => byte + random.below(9) - 4),
  (input, random) => put(input, random, Buffer.from([random.below(256)]), 0),
  (input, random, { tokens }) => put(input, random, random.pick(tokens), 0),
  (input, random, { tokens }) => {
    const token = random.pick(tokens);
    return put(input, random, token, token.length);
  },
  // Removes a part, says it again, or many times.
  (input, random) => put(input, random, Buffer.alloc(0), 1 + random.below(random.pick([4, 16, 64]))),
  (input, random) => put(input, random, piece(input, random), 0),
  (input, random) =>
    put(input, random, Buffer.concat(Array(1 + random.below(30)).fill(piece(input, random, 20))), 0),
  // Crosses two inputs.
  (input, random, { corpus }) => put(input, random, piece(random.pick(corpus), random), random.below(8)),
  (input, random, { corpus }) => {
    const other = random.pick(corpus);
    return Buffer.concat([
      input.subarray(0, random.below(input.length + 1)),
      other.subarray(random.below(other.length)),
    ]);
  },
  (input, random) => changeNumber(input, random),
  (input, random) => changeNumber(input, random),
];

/** The input, changed in one to some places. */
export function mutate(input: Buffer, random: Random, material: Material): Buffer {
  let result = input;
  // Bytes that change seldom leave a document one.
  const asJson = random.below(2) === 0;
  for (let rounds = 1 << random.below(3); rounds > 0; rounds -= 1) {
    const changed = asJson ? mutateJson(result, random, material) : undefined;
    result = (changed ?? random.pick(MUTATIONS)(result, random, material)).subarray(0, MAX_INPUT);
  }
  return result;
}

/** One of the input's bytes, changed. */
function changed(input: Buffer, random: Random, change: (byte: number) => number): Buffer {
  const result = Buffer.from(input);
  if (result.length === 0) return result;
  const index = random.below(result.length);
  result[index] = change(result[index] as number) & 0xff;
  return result;
}

/** Puts bytes somewhere into the input, in place of some of its own. */
function put(input: Buffer, random: Random, bytes: Buffer, instead: number): Buffer {
  const at = random.below(input.length + 1);
  return Buffer.concat([input.subarray(0, at), bytes, input.subarray(at + instead)]);
}

function piece(input: Buffer, random: Random, longest = 100): Buffer {
  const from = random.below(input.length + 1);
  return input.subarray(from, from + 1 + random.below(longest));
}

/** Another number in place of one of the input's; also the one that it should be, more or less. */
function changeNumber(input: Buffer, random: Random): Buffer {
  const numbers = [...input.toString('latin1').matchAll(/[\da-f]+/gi)];
  if (numbers.length === 0) return input;
  const { 0: found, index } = random.pick(numbers);
  const near = Number.parseInt(found, 16) + random.below(5) - 2;
  const other = random.below(2) === 0 ? Math.max(near, 0).toString(16) : random.pick(INTERESTING);
  return Buffer.concat([input.subarray(0, index), Buffer.from(other), input.subarray(index + found.length)]);
}
