import { type Attack, each, type RawRequest } from './attack.js';
import { HANDSHAKE } from './attack-headers.js';

/** In milliseconds. */
const MORE = 300;
/** A second request, for whoever takes the end of the first to be elsewhere. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';
const LENGTH = String(SMUGGLED.length);

type Rows = readonly (readonly [
  name: string,
  headers: NonNullable<RawRequest['headers']>,
  outcome: Attack['outcome'],
  throughFanout?: Attack['outcome'],
])[];

/** Node refuses what Viceroy makes one of; the Pushpin behind that may have no more patience. */
const ONE = each(400, 400, 405);
const CLOSED = each(400, 502, 502);
const NONE = each(400, 400, 502);

const KEEP_ALIVE = ['Connection', 'keep-alive'] as const;

/** Of a POST whose body is {@link SMUGGLED}. */
const FRAMINGS: Rows = [
  ['its length', [['Content-Length', LENGTH]], 405],
  [
    'its length twice',
    [
      ['Content-Length', LENGTH],
      ['Content-Length', LENGTH],
    ],
    ONE,
  ],
  [
    'two lengths',
    [
      ['Content-Length', '0'],
      ['Content-Length', LENGTH],
    ],
    400,
  ],
  ['a list of lengths', [['Content-Length', `${LENGTH}, ${LENGTH}`]], 400],
  ['a length with a sign', [['Content-Length', `+${LENGTH}`]], 400],
  ['a negative length', [['Content-Length', '-1']], 400],
  ['a length in hexadecimal', [['Content-Length', `0x${SMUGGLED.length.toString(16)}`]], 400],
  ['a length over all bounds', [['Content-Length', '99999999999999999999999']], 400],
  [
    'a length and chunks',
    [
      ['Content-Length', LENGTH],
      ['Transfer-Encoding', 'chunked'],
    ],
    ONE,
    NONE,
  ],
  [
    'chunks and a length',
    [
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', LENGTH],
    ],
    ONE,
    NONE,
  ],
  ['chunks that are none', [['Transfer-Encoding', 'chunked']], ONE, NONE],
  ['an unknown coding', [['Transfer-Encoding', 'xchunked']], 400],
  ['chunks that are not last', [['Transfer-Encoding', 'chunked, identity']], 400],
  [
    'chunks twice',
    [
      ['Transfer-Encoding', 'chunked'],
      ['Transfer-Encoding', 'chunked'],
    ],
    ONE,
    NONE,
  ],
  ['a space before the colon', [['Transfer-Encoding ', 'chunked']], 400],
  [
    'a tab before the coding',
    [
      ['Transfer-Encoding', '\tchunked'],
      ['Content-Length', LENGTH],
    ],
    ONE,
    NONE,
  ],
  [
    'a line break before the coding',
    [
      ['Transfer-Encoding', '\r\n chunked'],
      ['Content-Length', LENGTH],
    ],
    400,
  ],
  [
    'a line feed in a value',
    [
      ['X-Own', `a\nTransfer-Encoding: chunked`],
      ['Content-Length', LENGTH],
    ],
    ONE,
    NONE,
  ],
  [
    'a carriage return in a value',
    [
      ['X-Own', `a\rTransfer-Encoding: chunked`],
      ['Content-Length', LENGTH],
    ],
    400,
  ],
  [
    'a null byte in a value',
    [
      ['X-Own', 'a\u0000b'],
      ['Content-Length', LENGTH],
    ],
    400,
  ],
  [
    'a null byte in a name',
    [
      ['X-\u0000Own', 'a'],
      ['Content-Length', LENGTH],
    ],
    400,
  ],
  [
    'a name of no letters',
    [
      ['', 'a'],
      ['Content-Length', LENGTH],
    ],
    400,
  ],
  [
    'an expectation that is none',
    [
      ['Expect', '200-ok'],
      ['Content-Length', LENGTH],
    ],
    each(417, 417, 405),
  ],
  [
    'an expectation to go on',
    [
      ['Expect', '100-continue'],
      ['Content-Length', LENGTH],
    ],
    405,
  ],
];

/** What is a request, and where it ends. */
export const framing: readonly Attack[] = [
  ...FRAMINGS.map(([name, headers, outcome]) => ({
    name: `a POST with ${name}`,
    sent: { method: 'POST', target: '/sse', headers: [KEEP_ALIVE, ...headers], body: SMUGGLED },
    outcome,
    why: 'a request ends in one place, and nothing in its body is another',
    waitForMore: MORE,
  })),
  ...FRAMINGS.map(([name, headers, straight, outcome = straight]) => ({
    name: `a POST with ${name}, through Fanout`,
    sent: { method: 'POST', target: '/unguarded/sse', headers: [KEEP_ALIVE, ...headers], body: SMUGGLED },
    outcome,
    why: 'a request ends in one place for all who see it',
    waitForMore: MORE,
  })),
  {
    name: 'a GET with another in its body',
    sent: { target: '/longest', headers: [KEEP_ALIVE], body: SMUGGLED },
    outcome: 200,
    why: 'a body is a body',
    waitForMore: MORE,
  },
  {
    name: 'a WebSocket with a request behind it',
    sent: { target: '/ws', headers: [...HANDSHAKE, ['Content-Length', LENGTH]], body: SMUGGLED },
    outcome: each(101, 502, 502),
    why: 'what follows is no request; Pushpin closes the connection',
    waitForMore: MORE,
  },
  ...(
    [
      ['an upgrade in capitals', [['Upgrade', 'WEBSOCKET']], each(101, 400, 400)],
      ['two upgrades', [['Upgrade', 'websocket, h2c']], 426],
      ['two upgrades, the other way', [['Upgrade', 'h2c, websocket']], 426],
      ['an upgrade to h2c', [['Upgrade', 'h2c']], 426],
      ['no upgrade', [], 426],
    ] as const
  ).map(([name, headers, outcome]) => ({
    name: `a WebSocket with ${name}`,
    sent: { target: '/ws', headers: [...HANDSHAKE.filter(([each]) => each !== 'Upgrade'), ...headers] },
    outcome,
    why: 'one upgrade is known, in any case but to Pushpin, which asks the service as for any GET',
  })),
  ...(
    [
      ['no Connection', 'Connection', undefined, each(400, 101, 101)],
      ['no key', 'Sec-WebSocket-Key', undefined, CLOSED],
      ['a short key', 'Sec-WebSocket-Key', 'x', each(400, 101, 101)],
      ['a key of 60 kB', 'Sec-WebSocket-Key', 'x'.repeat(60_000), CLOSED],
      ['no version', 'Sec-WebSocket-Version', undefined, CLOSED],
      ['version 12', 'Sec-WebSocket-Version', '12', CLOSED],
      ['a version that is none', 'Sec-WebSocket-Version', 'x', CLOSED],
    ] as const
  ).map(([name, header, value, outcome]) => ({
    name: `a WebSocket with ${name}`,
    sent: {
      target: '/ws',
      headers: HANDSHAKE.flatMap(([each, usual]) =>
        each !== header ? [[each, usual] as const] : value === undefined ? [] : [[each, value] as const],
      ),
    },
    outcome,
    why: 'there is no handshake; Pushpin closes the connection, or is content with less',
  })),
  ...(
    [
      ['', each('held', 'held', 400)],
      [' HTTP/0.9', each('held', 'held', 400)],
      [' HTTP/1.0', 'held'],
      [' HTTP/1.2', 400],
      [' HTTP/2.0', each('held', 'held', 400)],
      [' HTTP/9.9', 400],
      [' http/1.1', 400],
      [' HTTP/1.1 HTTP/1.1', 400],
      [' ICY', 400],
    ] as const
  ).map(([version, outcome]) => ({
    name: `a request line that ends in ${JSON.stringify(version)}`,
    sent: { target: '/sse', version },
    outcome,
    why: 'it is HTTP/1, whatever it says; Node lets more of it through than Viceroy',
  })),
];
