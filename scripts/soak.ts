import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Fault, Sample } from './soak/measurement.js';
import { memoryGrowth } from './soak/measurement.js';
import { runSoak } from './soak/run-soak.js';

// npm run soak: does the embedded Fanout lose messages, memory or sockets when it is used for a while?

const FAULTS: readonly Fault[] = ['leak', 'handle', 'loss', 'repeat'];

const USAGE = `Usage: npm run soak -- [--connections 2000] [--minutes 10] [--rate 1] [--fault ${FAULTS.join('|')}]

Clients of all transports come, listen and go, while numbered messages are published, so many a second. Ends with 1 when
a message was lost or repeated, when memory grew after the warm-up, or when anything is left once all have gone.
--fault puts one of these in, which must then be found.`;

const MEGABYTE = 1_000_000;
const megabytes = (bytes: number) => (bytes / MEGABYTE).toFixed(1);

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function sampleRow({ at, connections, heapUsed, external, rss, descriptors, subscriptions }: Sample): string {
  const memory = [heapUsed, external, rss].map(megabytes);
  return row([Math.round(at), connections, ...memory, descriptors ?? '?', subscriptions]);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      connections: { type: 'string', default: '2000' },
      minutes: { type: 'string', default: '10' },
      rate: { type: 'string', default: '1' },
      fault: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const fault = FAULTS.find((each) => each === values.fault);
  if (values.fault !== undefined && !fault)
    throw new Error(`Expected a fault of ${FAULTS}, found ${values.fault}.`);
  const [connections, minutes, rate] = [values.connections, values.minutes, values.rate].map(Number);
  if (!connections || !minutes || !rate) throw new Error(`Expected numbers above 0.\n\n${USAGE}`);

  console.log(`Node ${process.version}, ${cpus().length} cores; sizes in MB, after a garbage collection.\n`);
  console.log(row(['second', 'connections', 'heap', 'buffers', 'resident', 'descriptors', 'subscriptions']));
  console.log(row(Array(7).fill('---:')));
  const duration = minutes * 60;
  const onSample = (sample: Sample) => console.log(sampleRow(sample));
  const result = await runSoak({ connections, duration, rate, fault, onSample });

  const { before, after, allowed } = memoryGrowth(result.samples, duration);
  console.log(`
${result.connected} connections came and went, ${result.published} messages were published, ${result.deliveries} delivered.
Memory after the warm-up: ${megabytes(before)} MB at least in the first third, ${megabytes(after)} MB in the last; ${megabytes(allowed)} MB more would be allowed.
When all had gone: ${result.end.subscriptions} subscriptions, ${result.end.descriptors ?? '?'} descriptors, at the start ${result.start.descriptors ?? '?'}; heap ${megabytes(result.end.heapUsed)} MB, at the start ${megabytes(result.start.heapUsed)} MB.`);
  for (const problem of result.problems) console.log(`FAILED ${problem}`);
  if (result.problems.length === 0) console.log('Nothing was lost, repeated or left over.');
  process.exitCode = result.problems.length === 0 ? 0 : 1;
}

await main();
