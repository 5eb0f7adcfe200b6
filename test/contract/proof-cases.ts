import assert from 'node:assert/strict';
import { HANDOFF_PROOF, handoffProof } from '../../src/protocol/handoff-proof.js';
import { item, unique } from './clients.js';
import { type ContractCase, contractCase } from './contract-case.js';
import { HANDOFF_KEY } from './proof-app.js';

const PATH = '/proven/sse?since=7';

/** What a service proves to itself by a `handoffKey`. */
export const proofCases: readonly ContractCase[] = [
  contractCase(
    '/proven: a proof of the handoff is enough, whatever the query, and comes with every event of a WebSocket',
    async (clients) => {
      const forged = { [HANDOFF_PROOF]: 'forged' }; // by a client: another takes its place
      const query = '?q=%2F%c3%a9~%7e%41&[]&empty=&q=a%20b+c&json={%22a%22:1}&or=a|b&zz=%zz';
      const sse = clients.sse(`/proven/sse${query}`, forged);
      assert.equal((await sse.response()).status, 200);
      const socket = await clients.webSocket(`/proven/ws${query}`, forged);
      await socket.ask('one');
      await socket.ask('two');
      await clients.subscribed([sse, socket]);
      const body = unique('polled');
      const poll = clients.poll(`/proven/response${query}`);
      const answer = await clients.untilReceived(poll, () => item({ 'http-response': { body } }));
      assert.deepEqual([answer.status, answer.body.toString()], [200, body]);
      socket.socket.close(4000);
      assert.equal((await socket.closed()).code, 4000);
    },
    'commands',
  ),

  contractCase(
    '/proven: a proof that does not prove this handoff lets nothing through',
    async (clients) => {
      const now = Math.floor(Date.now() / 1000);
      const valid = handoffProof(HANDOFF_KEY, PATH, now);
      const proofs = {
        valid,
        'of another query': handoffProof(HANDOFF_KEY, '/proven/sse?since=8', now),
        'of the path without the query': handoffProof(HANDOFF_KEY, '/proven/sse', now),
        'of another key': handoffProof(btoa('0123456789abcdef'), PATH, now),
        expired: handoffProof(HANDOFF_KEY, PATH, now - 3601),
        'of the future': handoffProof(HANDOFF_KEY, PATH, now + 100),
        'with another time': valid.replace(/^\d+/, String(now - 1)),
        'cut short': valid.slice(0, valid.lastIndexOf('.')),
        empty: '',
        'of 70 kB': '1.'.repeat(35_000),
      };
      for (const [what, proof] of Object.entries(proofs)) {
        const headers = { 'Grip-Sig': 'forged', [HANDOFF_PROOF]: proof };
        const { status, headers: found } = await clients.direct(PATH, { headers });
        const expected = what === 'valid' ? [200, 'stream'] : [403, undefined];
        assert.deepEqual([status, found['grip-hold']], expected, `a proof that is ${what}`);
      }
      // Without Grip-Sig it is a client's own request, which gets no GRIP headers, but Fanout.
      const handedOff = clients.sse(PATH, { [HANDOFF_PROOF]: valid });
      const response = await handedOff.response();
      assert.deepEqual([response.status, response.headers.get('Grip-Hold')], [200, null]);
    },
    'commands',
  ),

  contractCase(
    '/renewed: a WebSocket without a proof is verified by its signature, and gets one with its first message',
    async (clients) => {
      const socket = await clients.webSocket('/renewed/ws');
      const found: unknown[] = [];
      for (let sent = 0; sent < 3; sent += 1) {
        socket.socket.send('x');
        found.push(await socket.next('how it was verified'));
      }
      assert.deepEqual(found, ['signature', 'proof', 'proof']);
    },
    'commands',
  ),
];
