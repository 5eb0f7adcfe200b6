import assert from 'node:assert/strict';
import type { ContractTarget } from './contract-target.js';
import { type Answer, assertNoGripHeaders } from './exchange.js';
import { FORGERIES, type Forgery } from './forgeries.js';
import { type TargetCase, targetCase } from './target-case.js';

/** A header that long may be refused before the service sees it. */
const TOO_LONG = [403, 431];

function assertRefused({ status, headers, body }: Answer, forgery: Forgery, what: string): void {
  if (forgery.huge) assert.ok(TOO_LONG.includes(status), `${what}: ${status}`);
  else assert.equal(status, 403, what);
  assertNoGripHeaders(headers);
  for (const token of forgery.values.filter((value) => value !== '')) {
    const said = `${JSON.stringify(headers)} ${body}`;
    assert.ok(!said.includes(token.slice(-20)), `${what}: the answer repeats the token`);
  }
}

/** A forged signature proves nothing, and is never handed off again: that would loop. */
export function signatureCases<T extends ContractTarget>(
  pathsOf: (target: T) => readonly string[],
): TargetCase<T>[] {
  return FORGERIES.map((forgery) =>
    targetCase(`Grip-Sig ${forgery.name}: refused with 403`, async (clients) => {
      const signed = { 'Grip-Sig': forgery.values };
      for (const path of pathsOf(clients.target)) {
        assertRefused(await clients.direct(path, { headers: signed }), forgery, `GET ${path}`);
        for (const body of ['OPEN\r\n', 'TEXT 5\r\nhello\r\n']) {
          const headers = {
            ...signed,
            'Content-Type': 'application/websocket-events',
            'Connection-Id': 'forged',
          };
          const answer = await clients.direct(path, { method: 'POST', headers, body });
          assertRefused(answer, forgery, `POST ${path}`);
        }
      }
    }),
  );
}
