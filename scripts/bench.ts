import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchOptions, FULL, PARTS, type Part, SHORT } from './bench/bench-options.js';
import { benchCodec } from './bench/codec.js';
import { benchFanout } from './bench/fanout.js';
import { benchPublishMany } from './bench/publish-many.js';
import { type Row, verdict } from './bench/row.js';
import { table } from './bench/table.js';
import { benchWasm } from './bench/wasm.js';

// npm run bench: what things cost, against their targets.

const USAGE = `Usage: npm run bench -- [--short] [--only ${PARTS.join(',')}] [--match TEXT] [--json bin/bench/results.json]

Measures, prints a table, and writes it as JSON. Fails when a figure is more than a quarter over its target, or, where
that can't be met for a reason that stands beside it, over what was reached.
--match: only the requests to the Wasm whose names hold the text.
--short takes less, and is less exact. Needs Viceroy for wasm, and Pushpin for fanout.`;

const BENCHES: Readonly<Record<Part, (options: BenchOptions) => Promise<Row[]>>> = {
  wasm: benchWasm,
  codec: benchCodec,
  fanout: benchFanout,
  publish: benchPublishMany,
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string', default: PARTS.join(',') },
      match: { type: 'string', default: '' },
      json: { type: 'string', default: 'bin/bench/results.json' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const parts = values.only.split(',').map(partOf);
  const { match } = values;
  const options = {
    ...(values.short ? SHORT : FULL),
    match,
    log: (what: string) => console.error(`… ${what}`),
  };
  const rows: Row[] = [];
  for (const part of parts) rows.push(...(await BENCHES[part](options)));

  console.log(table(rows));
  const file = resolve(values.json);
  await mkdir(dirname(file), { recursive: true });
  const results = rows.map((row) => ({ ...row, verdict: verdict(row) }));
  await writeFile(file, `${JSON.stringify({ short: values.short, rows: results }, null, 2)}\n`);
  const worse = rows.filter((row) => verdict(row) === 'worse');
  for (const { what, part } of worse)
    console.error(`Worse than it should be by more than a quarter: ${what} (${part})`);
  if (worse.length > 0) process.exitCode = 1;
}

function partOf(name: string): Part {
  const part = PARTS.find((each) => each === name);
  if (part === undefined)
    throw new Error(`Expected parts of ${PARTS.join(', ')}, found ${JSON.stringify(name)}.`);
  return part;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
