import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from './bench-options.js';
import { type MeasuredFanout, startEmbedded, startRealPushpin } from './fanouts.js';
import { median, type Row } from './row.js';
import { MESSAGE, Subscribers } from './subscribers.js';
import { figure } from './table.js';

/** What a Fanout was found to do; one of each for every round. */
interface Figures {
  /** In kB, of a held connection. */
  readonly memory: number;
  /** From publishing one message to its last subscriber, in milliseconds. */
  readonly latencies: number[];
  /** Messages delivered a second. */
  readonly rates: number[];
  /** CPU time of all rounds, in milliseconds: that of one is not many steps of the clock. */
  cpu: number;
}

const SETTLED = 500;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** The embedded Fanout beside a real Pushpin, in turns, with the same clients. */
export async function benchFanout(options: BenchOptions): Promise<Row[]> {
  const { subscribers: count, messages, rounds, log } = options;
  log('starting the embedded Fanout and Pushpin');
  const fanouts: MeasuredFanout[] = [];
  const all: { fanout: MeasuredFanout; subscribers: Subscribers; figures: Figures }[] = [];
  try {
    for (const start of [startEmbedded, startRealPushpin]) fanouts.push(await start());
    for (const fanout of fanouts) {
      const subscribers = new Subscribers();
      const before = fanout.memory();
      await subscribers.open(fanout.client, count);
      await sleep(SETTLED);
      const memory = (fanout.memory() - before) / count / 1000;
      all.push({ fanout, subscribers, figures: { memory, latencies: [], rates: [], cpu: 0 } });
    }
    // The first publication is a trial: it also finds what is not subscribed yet.
    for (let round = 0; round <= rounds; round += 1) {
      log(`Fanout, round ${round} of ${rounds}`);
      for (const { fanout, subscribers, figures } of all) {
        const latency = await timed(subscribers.expect(count), () => publish(fanout, 1));
        const cpu = fanout.cpu();
        const time = await timed(subscribers.expect(count * messages), () => publish(fanout, messages));
        if (round === 0) continue;
        figures.latencies.push(latency);
        figures.rates.push((count * messages) / (time / 1000));
        figures.cpu += fanout.cpu() - cpu;
      }
    }
  } finally {
    for (const { subscribers } of all) subscribers.close();
    for (const fanout of fanouts) await fanout.stop();
    agent.destroy();
  }
  const [own, pushpin] = all.map(({ figures }) => figures);
  return own && pushpin ? rowsOf(own, pushpin, `${figure(count)} SSE subscribers, ${messages} messages`) : [];
}

function rowsOf(own: Figures, pushpin: Figures, scene: string): Row[] {
  const part = `The embedded Fanout, over Pushpin with its rate limits raised (${scene})`;
  const row = (
    what: string,
    unit: string,
    a: readonly number[],
    b: readonly number[],
    target?: Row['target'],
  ) => ({
    part,
    what,
    value: median(a.map((value, round) => value / (b[round] ?? Number.NaN))),
    unit: 'x',
    target,
    detail: `${figure(median(a))} and ${figure(median(b))} ${unit}`,
  });
  return [
    row('delivered', 'a second', own.rates, pushpin.rates, { atLeast: 0.5 }),
    row('publish to last subscriber', 'ms', own.latencies, pushpin.latencies),
    row('CPU time of it', 'ms', [own.cpu], [pushpin.cpu]),
    row('memory of a held connection', 'kB', [own.memory], [pushpin.memory]),
  ];
}

async function timed(arrived: Promise<void>, start: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await Promise.all([start(), arrived]);
  return performance.now() - began;
}

/** As many requests as it takes to keep to the size that Fanout allows. */
const ITEMS = 20;

async function publish({ publish: url }: MeasuredFanout, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += ITEMS) {
    const item = { channel: 'test', formats: { 'http-stream': { content: MESSAGE } } };
    await post(url, JSON.stringify({ items: Array(Math.min(ITEMS, count - sent)).fill(item) }));
  }
}

function post(url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', agent }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`Expected that it is published, found status ${response.statusCode}.`));
      });
    });
    sending.on('error', reject).end(body);
  });
}
