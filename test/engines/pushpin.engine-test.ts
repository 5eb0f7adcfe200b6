import { startPushpinEngine } from '../../scripts/engines/pushpin-engine.js';
import { createContractApp } from '../contract/app.js';
import { contractSuite } from './contract-suite.js';

// The app on Node, handed off to a real Pushpin, which signs by ES256 as Fastly's Fanout does.

contractSuite('the transport contract on a real Pushpin', () =>
  startPushpinEngine(createContractApp({ logger: () => undefined })),
);
