import assert from 'node:assert/strict';
import { assertNoGripHeaders } from '../../src/testing/exchange.js';
import { refusalCases as refusalCasesOf } from '../../src/testing/refusal-cases.js';
import { unique } from './clients.js';
import { type ContractCase, contractCase } from './contract-case.js';

/** What is refused before any signature counts. */
export const refusalCases: readonly ContractCase[] = [
  ...refusalCasesOf('/ws', true),
  ...['/sse', '/stream', '/response'].flatMap((path) => refusalCasesOf(path, false)),

  contractCase('an unknown path is answered with 404, whatever the method', async (clients) => {
    for (const path of ['/', `/${unique('unknown')}`, '/ws/x', '/sse/']) {
      for (const method of ['GET', 'POST']) {
        const { status, headers } = await clients.direct(path, { method });
        assert.equal(status, 404, `${method} ${path}`);
        assertNoGripHeaders(headers);
      }
    }
  }),
];
