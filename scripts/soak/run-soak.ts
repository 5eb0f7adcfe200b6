import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Publisher, pushpinEndpoint } from '../../src/publisher/index.js';
import { Ledger } from './ledger.js';
import {
  type Fault,
  leftOver,
  type Measurement,
  memoryGrowth,
  type Sample,
  type ServerAddress,
} from './measurement.js';
import { Population } from './population.js';

export interface SoakOptions {
  readonly connections: number;
  /** In seconds. */
  readonly duration: number;
  /** Messages a second. */
  readonly rate: number;
  readonly fault?: Fault | undefined;
  /** Seconds after which the server must have let go of everything; 35 by default. */
  readonly settle?: number;
  readonly onSample?: (sample: Sample) => void;
}

export interface SoakResult {
  readonly samples: readonly Sample[];
  readonly start: Measurement;
  readonly end: Measurement;
  readonly published: number;
  readonly deliveries: number;
  readonly connected: number;
  /** What must not be; empty when all is well. */
  readonly problems: readonly string[];
}

const SAMPLES = 30;
/** Each message of this number is lost or repeated, where that is asked for. */
const FAULTY = 5;
/** The longest that the server waits for a client is half a minute. */
const SETTLE = 35;

/** Lets clients come, listen and go for a while, and judges what the server made of it. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { connections, duration, fault, settle = SETTLE, onSample } = options;
  const server = fork(fileURLToPath(new URL('server.ts', import.meta.url)), fault ? [fault] : [], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  try {
    const [address] = (await once(server, 'message')) as [ServerAddress];
    const start = await measure(server);
    const ledger = new Ledger();
    const population = new Population(address.clientUrl, ledger, connections, duration);
    const began = performance.now();
    const elapsed = () => (performance.now() - began) / 1000;
    const publishing = publish(address.publishUrl, ledger, options, () => elapsed() < duration);
    population.start();

    const samples: Sample[] = [];
    for (let index = 1; index <= SAMPLES; index += 1) {
      await sleep(Math.max((duration * index) / SAMPLES - elapsed(), 0) * 1000);
      const sample = { at: elapsed(), connections: population.present, ...(await measure(server)) };
      samples.push(sample);
      onSample?.(sample);
    }
    await publishing;
    await population.end();

    let end = await measure(server);
    for (let left = settle; left > 0 && leftOver(start, end).length > 0; left -= 1) {
      await sleep(1000);
      end = await measure(server);
    }
    const { before, after, allowed } = memoryGrowth(samples, duration);
    const grown = after - before > allowed ? [`memory grew from ${before} to ${after} bytes`] : [];
    const left = leftOver(start, end).map((what) => `left over: ${what}`);
    const logged = Object.entries(end.logged).map(([event, count]) => `logged: ${event}, ${count} times`);
    return {
      samples,
      start,
      end,
      published: ledger.last,
      deliveries: ledger.deliveries,
      connected: population.connected,
      problems: [...ledger.problems(), ...grown, ...left, ...logged],
    };
  } finally {
    const exited = server.exitCode === null ? once(server, 'exit') : undefined;
    server.kill();
    await exited;
  }
}

/** Publishes numbers, each when the one before is accepted. */
async function publish(
  url: string,
  ledger: Ledger,
  { rate, fault }: SoakOptions,
  goesOn: () => boolean,
): Promise<void> {
  const publisher = new Publisher(pushpinEndpoint({ url: new URL('/', url).href }));
  while (goesOn()) {
    const number = ledger.last + 1;
    ledger.last = number;
    const isFaulty = number % FAULTY === 0;
    if (!(fault === 'loss' && isFaulty)) await publisher.publish('test', String(number));
    if (fault === 'repeat' && isFaulty) await publisher.publish('test', String(number));
    await sleep(1000 / rate);
  }
}

async function measure(server: ChildProcess): Promise<Measurement> {
  const answer = once(server, 'message');
  server.send('measure');
  const [measurement] = (await answer) as [Measurement];
  return measurement;
}
