import { openSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from '../../src/app.js';
import { startLocalFanout } from '../../src/local-fanout/index.js';
import type { Logger } from '../../src/logger.js';
import type { FetchApp } from '../../src/platform.js';
import type { Fault, Measurement, ServerAddress } from './measurement.js';

// The reference service on the embedded Fanout, in a process of its own: what is measured of it is its alone.

const CHANNELS = ['test', 'test~sse', 'test~stream'];

const fault = process.argv[2] as Fault | undefined;
const leaked: string[][] = [];
let requests = 0;
const logged: Record<string, number> = {};
/** What went wrong; each handoff and signature is told as well. */
const logger: Logger = ({ level, event }) => {
  if (level !== 'warn' && level !== 'error') return;
  logged[event] = (logged[event] ?? 0) + 1;
};

const app = createApp({ logger });
const served: FetchApp = {
  fetch(request, ...rest) {
    requests += 1;
    if (fault === 'leak') leaked.push(new Array(5000).fill(''));
    if (fault === 'handle' && requests % 10 === 0) openSync('/dev/null', 'r');
    return app.fetch(request, ...rest);
  },
};
const fanout = await startLocalFanout(served, { logger });

async function measure(): Promise<Measurement> {
  // More than once for what finalizers let go of.
  for (let rounds = 3; rounds > 0; rounds -= 1) {
    globalThis.gc?.();
    await sleep(50);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const subscriptions = CHANNELS.reduce((sum, channel) => sum + fanout.subscribers(channel), 0);
  return {
    rss,
    heapUsed,
    external,
    resources,
    subscriptions,
    descriptors: descriptors(),
    logged: { ...logged },
  };
}

/** How many files and sockets are open; `undefined` where the system doesn't tell. */
function descriptors(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}

process.on('message', () => void measure().then((measurement) => process.send?.(measurement)));
process.on('disconnect', () => process.exit());
const address: ServerAddress = { clientUrl: fanout.clientUrl, publishUrl: fanout.publishUrl };
process.send?.(address);
