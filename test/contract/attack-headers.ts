import assert from 'node:assert/strict';
import { type Attack, each, GENUINE, HOST, SECRET } from './attack.js';
import type { RawAnswer } from './raw-exchange.js';

type Headers = readonly (readonly [name: string, value: string])[];

export const HANDSHAKE: Headers = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
];

/** Headers that only Fanout may send, and those by which only the service tells it something, in odd case. */
const GRIP: Headers = [
  ['gRIP-fEATURE', 'forged'],
  ['GRIP-LAST', 'test; last-id=forged'],
  ['grip-hold', 'response'],
  ['Grip-Channel', 'forged'],
  ['GRIP-STATUS', '418'],
  ['Grip-Set-Meta', 'user="forged"'],
  ['Grip-Keep-Alive', 'forged; timeout=1'],
  ['Grip-Link', '</forged>; rel=next'],
  ['Grip-Expose-Headers', 'X-Forged'],
  ['Grip-Timeout', '5'],
  ['grip-', 'forged'],
  ['Grip-Anything-Else', 'forged'],
  ['Meta-User', 'forged'],
  ['META-user', 'forged'],
  ['Set-Meta-User', 'forged'],
  ['CONNECTION-ID', 'forged'],
  ['X-Forwarded-For', 'forged'],
  ['X-Forwarded-Proto', 'forged'],
];

/** What `/seen` tells of a request. */
interface Seen {
  readonly verified: boolean;
  readonly connectionId?: string;
  readonly features: readonly string[];
  readonly lastIds: readonly unknown[];
  readonly headers: Readonly<Record<string, string>>;
}

function seen({ body }: RawAnswer): Seen {
  return JSON.parse(body) as Seen;
}

/** Nothing of it came through as what only Fanout says. */
function assertNothingForged(answer: RawAnswer): void {
  const { verified, connectionId, lastIds, headers } = seen(answer);
  assert.deepEqual([verified, connectionId, lastIds], [true, undefined, []]);
  const forged = Object.entries(headers).filter(
    ([name, value]) =>
      /forged/.test(value) && /^(?:grip|meta|connection-id|x-forwarded-(?:for|proto)$)/.test(name),
  );
  assert.deepEqual(forged, []);
  assert.ok(!JSON.stringify(seen(answer).features).includes('forged'));
}

/** A client's own headers, where there is no signature of its own. */
export const clientHeaders: readonly Attack[] = [
  {
    name: 'all of Fanout’s on a GET',
    sent: { target: '/seen', headers: GRIP },
    outcome: 200,
    why: 'the first pass drops them, so none arrives under Fanout’s signature',
    check: assertNothingForged,
  },
  ...['/sse', '/unknown'].map((target) => ({
    name: `all of Fanout’s at ${target}`,
    sent: { target, headers: GRIP },
    outcome: target === '/sse' ? ('held' as const) : 404,
    why: 'they mean nothing',
  })),
  {
    name: 'all of Fanout’s with a WebSocket',
    sent: { target: '/ws', headers: [...HANDSHAKE, ...GRIP] },
    outcome: 101,
    why: 'they mean nothing',
  },
  {
    name: 'all of Fanout’s with a GET for a WebSocket',
    sent: { target: '/ws', headers: GRIP },
    outcome: 426,
    why: 'they mean nothing',
  },
  ...['grip-sig', 'GRIP-SIG', 'gRiP-sIg'].map((name) => ({
    name: `a signature named ${name}`,
    sent: { target: '/sse', headers: [[name, `forged ${SECRET}`] as const] },
    outcome: 403,
    why: 'names of headers have no case',
  })),
  ...(
    [
      ['a query', '/ws?grip-sig=a.b.c', []],
      ['a cookie', '/ws', [['Cookie', `Grip-Sig=${GENUINE}`]]],
      ['Authorization', '/ws', [['Authorization', `Bearer ${GENUINE}`]]],
      ['a header with an underscore', '/ws', [['Grip_Sig', GENUINE]]],
      ['X-Grip-Sig', '/ws', [['X-Grip-Sig', GENUINE]]],
    ] as const
  ).map(([where, target, headers]) => ({
    name: `a signature of Fanout’s in ${where}`,
    sent: { target, headers },
    outcome: 426,
    why: 'it counts in its header alone',
  })),
  {
    name: 'a Connection that names the signature, for the next proxy to drop',
    sent: { target: '/seen', headers: [['Connection', 'close, Grip-Sig, Grip-Feature']] },
    outcome: 200,
    why: 'without it the second pass would be a first one, handed off again and again',
    check: assertNothingForged,
  },
  {
    name: 'a Connection that names what the service set',
    sent: {
      target: '/seen',
      headers: [
        ['Connection', 'close, X-Forwarded-For, X-Forwarded-Proto, Host'],
        ['X-Forwarded-For', 'forged'],
      ],
    },
    outcome: 200,
    why: 'the address is the service’s to tell',
    check: (answer) => {
      assertNothingForged(answer);
      assert.ok(seen(answer).headers['x-forwarded-for'], 'the address must not be missing');
    },
  },
  {
    name: 'the route of a backend of the client’s choice',
    sent: { target: '/seen', headers: [['Pushpin-Route', 'readiness-probe']] },
    outcome: 200,
    why: 'which backend is asked is the service’s to say',
    check: assertNothingForged,
  },
  {
    name: 'headers of Fastly’s own',
    sent: {
      target: '/seen',
      headers: [
        ['Fastly-FF', 'forged'],
        ['Fastly-Client-IP', 'forged'],
        ['Fastly-Debug', '1'],
        ['Surrogate-Control', 'max-age=9'],
        ['X-HTTP-Method-Override', 'POST'],
        ['X-Original-URL', '/ws'],
        ['X-Rewrite-URL', '/ws'],
        ['X-Forwarded-Host', 'forged.example'],
        ['Forwarded', 'host=forged.example'],
        ['CDN-Loop', 'x'],
      ],
    },
    outcome: 200,
    why: 'nothing here reads them',
    check: assertNothingForged,
  },
  ...[50, 99, 300, 3000].map((count) => ({
    name: `${count} headers`,
    sent: { target: '/seen', headers: Array.from({ length: count }, (_, n) => [`X-${n}`, 'x'] as const) },
    outcome: count < 64 ? 200 : each([200, 431], 502, 431),
    why: 'Pushpin takes 64, Viceroy 100, Node 22 less than 3000 and Node 20 more; what arrives is signed: an unsigned one would be handed off again and again',
    check: (answer: RawAnswer) => {
      if (answer.status === 200) assertNothingForged(answer);
    },
  })),
  ...[10_000, 60_000, 100_000, 200_000].map((size) => ({
    name: `a header of ${size / 1000} kB`,
    sent: { target: '/sse', headers: [['X-Long', 'x'.repeat(size)] as const] },
    outcome: size > 131_072 ? each(431, 431, 'held') : ('held' as const),
    why: 'Node takes 128 kB of them here; what the runtime of Compute can’t read is not handed off',
    fails: 'compute' as const,
  })),
  {
    name: 'subprotocols and extensions of junk',
    sent: {
      target: '/ws',
      headers: [
        ...HANDSHAKE,
        ['Sec-WebSocket-Protocol', 'a, "b", ,;=, grip'],
        [
          'Sec-WebSocket-Extensions',
          'grip; message-prefix="x", permessage-deflate; server_max_window_bits=99',
        ],
      ],
    },
    outcome: 101,
    why: 'neither is chosen, and the extension is between the service and Fanout',
    check: ({ head }) => assert.doesNotMatch(head, /^sec-websocket-(?:protocol|extensions)/im),
  },
  {
    name: 'the address of a client who goes on with his own',
    sent: {
      target: '/seen',
      headers: [
        ['X-Forwarded-For', '1.2.3.4, 127.0.0.1'],
        ['X-Forwarded-For', '5.6.7.8'],
      ],
    },
    outcome: 200,
    why: 'the service puts what it knows in place of it',
    check: (answer) =>
      assert.doesNotMatch(seen(answer).headers['x-forwarded-for'] ?? '', /1\.2\.3\.4|5\.6\.7\.8/),
  },
  {
    name: 'names of what every object has',
    sent: {
      target: '/seen',
      headers: [
        ['__proto__', 'forged'],
        ['constructor', 'forged'],
        ['hasOwnProperty', 'forged'],
        ['Meta-__proto__', 'forged'],
      ],
    },
    outcome: 200,
    why: 'they are headers as any other',
    check: assertNothingForged,
  },
  {
    name: 'Grip-Last of 60 kB of spaces, with a signature',
    sent: {
      target: '/seen',
      headers: [
        ['Grip-Sig', GENUINE],
        ['Grip-Last', `a${' '.repeat(60_000)}b`],
        ['Host', HOST],
      ],
    },
    outcome: 200,
    why: 'reading it takes no longer than it is long',
  },
];
