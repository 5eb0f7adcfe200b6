import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LOOPBACK } from '../engines/free-ports.js';
import { startPushpin } from '../engines/pushpin.js';
import { cpuTime, parentOf, residentBytes } from './cpu-time.js';

/** A Fanout in processes of its own. */
export interface MeasuredFanout {
  readonly name: string;
  /** Where a stream of events is to be had. */
  readonly client: string;
  readonly publish: string;
  /** In bytes. */
  memory(): number;
  /** In milliseconds. */
  cpu(): number;
  stop(): Promise<void>;
}

export async function startEmbedded(): Promise<MeasuredFanout> {
  const child = fork(fileURLToPath(new URL('embedded-fanout.ts', import.meta.url)));
  const pid = child.pid ?? 0;
  const [urls] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('The embedded Fanout ended.'))),
  ])) as [{ client: string; publish: string }];
  return {
    name: 'embedded',
    ...urls,
    memory: () => residentBytes(pid),
    cpu: () => cpuTime(pid),
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** With its rate limits raised: as it comes it delivers 2,500 messages a second, and drops what has to wait. */
const UNLIMITED = { handler: { message_rate: 10_000_000, message_hwm: 10_000_000 } };
const HELD = {
  'Content-Type': 'text/event-stream',
  'Grip-Hold': 'stream',
  'Grip-Channel': 'test, test~sse', // as many as the service's own
};

export async function startRealPushpin(): Promise<MeasuredFanout> {
  const origin = createServer((_request, response) => response.writeHead(200, HELD).end(': open\n\n'));
  await once(origin.listen(0, LOOPBACK), 'listening');
  const { port } = origin.address() as AddressInfo;
  const pushpin = await startPushpin({
    routes: [`* ${LOOPBACK}:${port}`],
    signing: { iss: 'bench', key: 'bench' },
    settings: UNLIMITED,
  });
  const sum = (measure: (pid: number) => number) =>
    processesOf(pushpin.pid).reduce((total, pid) => total + measure(pid), 0);
  return {
    name: 'Pushpin',
    client: pushpin.client,
    publish: pushpin.publish,
    memory: () => sum(residentBytes),
    cpu: () => sum(cpuTime),
    async stop() {
      await pushpin.stop();
      origin.close();
      origin.closeAllConnections();
    },
  };
}

/** A process and all that it has started. */
function processesOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
  }
  const found = [root];
  for (const pid of found) {
    for (const [child, parent] of parents) if (parent === pid) found.push(child);
  }
  return found;
}
