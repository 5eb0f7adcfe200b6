import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import { startLocalFanout } from '../../src/local-fanout/index.js';
import { createContractApp } from '../contract/app.js';
import { type Attack, attackCase } from '../contract/attack.js';
import { bodies, lyingEvents } from '../contract/attack-bodies.js';
import { clientHeaders } from '../contract/attack-headers.js';
import { published } from '../contract/attack-json.js';

/** An attack of more bytes than this is one of the heavy ones. */
const HEAVY = 50_000;
const ROUNDS = 6;
/** Bytes that one heavy attack may leave behind: far less than the smallest of them has. */
const MOST_LEFT = HEAVY / 10;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are still in use, after what is under way has ended. */
async function used(): Promise<number> {
  for (let times = 0; times < 5; times += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

it('heavy attacks leave nothing behind, however often they come', { timeout: 300_000 }, async () => {
  const logger = () => undefined;
  const fanout = await startLocalFanout(createContractApp({ logger }), { logger });
  onTestFinished(() => fanout.close());
  const target = {
    engine: 'embedded' as const,
    client: fanout.clientUrl,
    service: fanout.clientUrl,
    publish: fanout.publishUrl,
  };
  const heavy = [...bodies, ...lyingEvents, ...clientHeaders, ...published].filter(isHeavy);
  expect(heavy.length).toBeGreaterThan(20);
  const round = async () => {
    for (const attack of heavy) await attackCase('memory', attack).run(target);
  };

  await round(); // what is made once is made by now
  await round();
  const before = await used();
  for (let count = 0; count < ROUNDS; count += 1) await round();
  const left = (await used()) - before;
  expect(left / (ROUNDS * heavy.length)).toBeLessThan(MOST_LEFT);
  expect(fanout.subscribers('test')).toBe(0);
});

function isHeavy({ sent: { target, headers = [], body = '' } }: Attack): boolean {
  const inHeaders = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return target.length + inHeaders + body.length > HEAVY;
}
