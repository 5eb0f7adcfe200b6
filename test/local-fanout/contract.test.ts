import { startLocalFanout } from '../../src/local-fanout/index.js';
import { createContractApp } from '../contract/app.js';
import { contractSuite } from '../engines/contract-suite.js';

contractSuite('the transport contract on the embedded Fanout', async () => {
  const lines: string[] = [];
  const logger = (record: object) => lines.push(JSON.stringify(record));
  const fanout = await startLocalFanout(createContractApp({ logger }), { logger });
  return {
    engine: 'embedded',
    client: fanout.clientUrl,
    service: fanout.clientUrl,
    publish: fanout.publishUrl,
    stop: () => fanout.close(),
    log: () => lines.slice(-500).join('\n'),
  };
});
