import { publisherCases } from '../../src/testing/publisher-cases.js';
import { attackCases } from './attack-cases.js';
import { commandCases } from './command-cases.js';
import { CHANNEL, type ContractCase } from './contract-case.js';
import { deliveryCases } from './delivery-cases.js';
import { httpCases } from './http-cases.js';
import { middlewareCases } from './middleware-cases.js';
import { proofCases } from './proof-cases.js';
import { refusalCases } from './refusal-cases.js';
import { sessionCases } from './session-cases.js';
import { signatureCases } from './signature-cases.js';
import { webSocketCases } from './websocket-cases.js';

export type { ContractCase, ReferenceTarget } from './contract-case.js';

/**
 * What every engine must do that serves the reference service: Fanout, Pushpin, the one of this package.
 *
 * Run the cases one after the other: they share a channel, and some end everything that listens to it.
 */
export const transportContract: readonly ContractCase[] = [
  ...httpCases,
  ...webSocketCases,
  ...commandCases,
  ...sessionCases,
  ...middlewareCases,
  ...deliveryCases,
  ...publisherCases({ path: '/ws', channel: CHANNEL }, 'websocket'),
  ...publisherCases({ path: '/sse', channel: CHANNEL }, 'stream'),
  ...publisherCases({ path: '/stream', channel: CHANNEL }, 'stream'),
  ...publisherCases({ path: '/response', channel: CHANNEL }, 'response'),
  ...proofCases,
  ...refusalCases,
  ...signatureCases,
  ...attackCases,
];
