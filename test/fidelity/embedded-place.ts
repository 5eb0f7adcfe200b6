import { startLocalFanout } from '../../src/local-fanout/index.js';
import type { LogRecord } from '../../src/logger.js';
import type { StartedPlace } from './scene.js';
import { Site } from './site.js';

/** A site with the embedded Fanout in front. */
export async function startEmbedded(): Promise<StartedPlace> {
  const site = new Site();
  const records: LogRecord[] = [];
  const fanout = await startLocalFanout(site.app, { logger: (record) => records.push(record) });
  return {
    site,
    client: fanout.clientUrl,
    publish: fanout.publishUrl,
    stop: () => fanout.close(),
    log: () => records.map((record) => JSON.stringify(record)).join('\n'),
  };
}
