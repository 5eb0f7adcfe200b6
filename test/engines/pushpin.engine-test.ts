import { startPushpinEngine } from '../../scripts/engines/pushpin-engine.js';
import { createContractApp } from '../contract/app.js';
import { contractSuite } from './contract-suite.js';

// The app on Node, handed off to a real Pushpin, which signs by ES256 as Fastly's Fanout does.

contractSuite('the transport contract on a real Pushpin', async () => {
  const lines: string[] = [];
  const logger = (record: object) => lines.push(JSON.stringify(record));
  const engine = await startPushpinEngine(createContractApp({ logger }));
  return { ...engine, engine: 'pushpin', log: () => `${lines.slice(-500).join('\n')}\n${engine.log()}` };
});
