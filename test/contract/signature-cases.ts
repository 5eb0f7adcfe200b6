import assert from 'node:assert/strict';
import type { Clients } from './clients.js';
import { type ContractCase, contractCase } from './contract-case.js';
import { FORGERIES, type Forgery } from './forgeries.js';
import { type Answer, assertNoGripHeaders, type ExchangeOptions } from './http-clients.js';
import { paths } from './refusal-cases.js';

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

async function attempt(clients: Clients, path: string, forgery: Forgery, options: ExchangeOptions = {}) {
  const headers = { ...options.headers, 'Grip-Sig': forgery.values };
  const answer = await clients.direct(path, { ...options, headers });
  assertRefused(answer, forgery, `${options.method ?? 'GET'} ${path}`);
}

/** A forged signature proves nothing, and is never handed off again: that would loop. */
export const signatureCases: readonly ContractCase[] = FORGERIES.map((forgery) =>
  contractCase(`Grip-Sig ${forgery.name}: refused with 403`, async (clients) => {
    for (const path of paths(clients)) {
      await attempt(clients, path, forgery);
      for (const body of ['OPEN\r\n', 'TEXT 5\r\nhello\r\n']) {
        const headers = { 'Content-Type': 'application/websocket-events', 'Connection-Id': 'forged' };
        await attempt(clients, path, forgery, { method: 'POST', headers, body });
      }
    }
  }),
);
