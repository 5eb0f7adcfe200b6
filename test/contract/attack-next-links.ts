import assert from 'node:assert/strict';
import type { Attack } from './attack.js';
import { HANDSHAKE } from './attack-headers.js';
import type { RawAnswer } from './raw-exchange.js';

/** Where Fanout asks how a stream goes on is between it and the service. */
export const nextLinks: readonly Attack[] = [
  {
    name: 'a next link of the client’s own',
    sent: { target: '/sse?fanout-proof=forged' },
    outcome: 403,
    why: 'such links are for Fanout alone',
  },
  ...['fanout%2Dproof=x', 'a=b&fanout-proof', '%66anout-proof=', 'fanout-proof=a&fanout-proof=b'].map(
    (query) => ({
      name: `a next link of the client’s own, as ?${query}`,
      sent: { target: `/sse?${query}` },
      outcome: 403,
      why: 'such links are for Fanout alone',
    }),
  ),
  ...(['/sse', '/response'] as const).map((path) => ({
    name: `a next link of the client’s own at ${path}, through Fanout, which signs it`,
    sent: { target: `/unguarded${path}?fanout-proof=forged.forged` },
    outcome: 200,
    why: 'it proves nothing, and nothing is held',
    check: ({ body }: RawAnswer) => assert.equal(body, ''),
  })),
  {
    name: 'a WebSocket at a next link of the client’s own, through Fanout',
    sent: { target: '/unguarded/ws?fanout-proof=forged.forged', headers: HANDSHAKE },
    outcome: 101,
    why: 'WebSockets have no such links: it means nothing',
  },
];
