import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { keep, readCorpus, replaceCorpus, TARGETS } from './fuzz/corpus.js';
import { type Finding, Fuzzer } from './fuzz/fuzzer.js';
import { findGrowth } from './fuzz/growth.js';
import { loadTarget } from './fuzz/load-target.js';
import { Random } from './fuzz/random.js';

// npm run fuzz: inputs that nobody thought of, for the parsers that read what strangers send.

const USAGE = `Usage: npm run fuzz -- [--seconds 60] [--target ${Object.keys(TARGETS).join('|')}] [--seed NUMBER] [--unreached]

Changes the inputs in test/fuzz/corpus and keeps there those that reach what none reached before, for so many seconds a
target. An input that breaks something is kept as well, so that npm test fails until it is mended.
--unreached names the places that no input reached.`;

/** Inputs between two looks at the clock. */
const ROUND = 200;

/** How much longer than for the search, it is looked for inputs that take too long. */
const GROWTH_SHARE = 0.25;

/** Whether nothing was found. */
async function fuzz(name: string, seconds: number, seed: number): Promise<boolean> {
  const loaded = await loadTarget(TARGETS[name] as URL);
  const kept = await readCorpus(name);
  const seeds = loaded.target.seeds.map((text) => Buffer.from(text, 'latin1'));
  const fuzzer = new Fuzzer(loaded, [...seeds, ...kept.map(({ input }) => input)], new Random(seed));

  const end = performance.now() + seconds * 1000;
  let finding = fuzzer.begin();
  while (!finding && performance.now() < end) {
    for (let left = ROUND; left > 0 && !finding; left -= 1) finding = fuzzer.step();
  }
  const [all, unreached] = [loaded.places.length, fuzzer.unreached()];
  const inputs = fuzzer.smallest();
  const share = Math.round((100 * fuzzer.accepted) / fuzzer.executions);
  console.log(
    `${name}: ${fuzzer.executions} inputs, ${share}% accepted; ${all - unreached.length} of ${all} places reached; ` +
      `${kept.length} inputs kept before, ${inputs.length} now; seed ${seed}`,
  );
  if (values.unreached) console.log(`${name}: not reached: ${unreached.join(', ')}`);
  if (finding) return await report(name, finding);
  await replaceCorpus(name, inputs);
  const { finding: slow, slowest } = findGrowth(
    loaded.target,
    inputs,
    new Random(seed),
    seconds * GROWTH_SHARE,
  );
  console.log(`${name}: 128 kB of repetition took ${Math.round(slowest)} ms at most`);
  return slow === undefined || (await report(name, slow));
}

async function report(target: string, { input, error }: Finding): Promise<false> {
  const kept = await keep(target, input);
  console.log(`${target}: found something, kept as test/fuzz/corpus/${target}/${kept}`);
  console.log(JSON.stringify(input.toString('latin1')));
  console.log(error);
  return false;
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    unreached: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) console.log(USAGE);
else {
  const names = values.target === undefined ? Object.keys(TARGETS) : [values.target];
  for (const name of names) {
    if (!Object.hasOwn(TARGETS, name))
      throw new Error(`Expected a target of ${Object.keys(TARGETS)}, found ${name}.`);
    if (!(await fuzz(name, Number(values.seconds), Number(values.seed)))) process.exitCode = 1;
  }
}
