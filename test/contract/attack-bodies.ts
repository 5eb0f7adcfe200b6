import assert from 'node:assert/strict';
import { type Attack, each, GENUINE, type RawRequest, SECRET } from './attack.js';

const TYPE = 'application/websocket-events';
const SIZES = { '0 B': 0, '100 kB': 100_000, '10 MB': 10_000_000 };

/** A connection that is to be closed is reset where bytes are left unread, and the answer may be lost with it. */
const KEEP_ALIVE = ['Connection', 'keep-alive'] as const;

/** As Fanout sends events: with a signature, which a client does not have. */
function signedEvents(body: string | Buffer, more: RawRequest['headers'] = []): RawRequest {
  return {
    method: 'POST',
    target: '/ws',
    headers: [
      KEEP_ALIVE,
      ['Grip-Sig', GENUINE],
      ['Content-Type', TYPE],
      ['Connection-Id', 'of-an-attack'],
      ...more,
    ],
    body,
  };
}

const chunked = (size: number) =>
  `${size === 0 ? '' : `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`}0\r\n\r\n`;

/** Bodies of all sizes where there is to be none, or another. */
export const bodies: readonly Attack[] = Object.entries(SIZES).flatMap(([name, size]): Attack[] => [
  {
    name: `a GET with a body of ${name}, handed off`,
    sent: { target: '/sse', headers: [KEEP_ALIVE], body: 'x'.repeat(size) },
    outcome: size <= 100_000 ? 'held' : each(400, [400, 502], [400, 502]),
    why: 'a hold takes a request of up to 100,000 bytes; who hands it off may still write when Pushpin answers',
  },
  {
    name: `a GET with a body of ${name} in one chunk, handed off`,
    sent: { target: '/sse', headers: [KEEP_ALIVE, ['Transfer-Encoding', 'chunked']], body: chunked(size) },
    outcome: size <= 100_000 ? 'held' : each(400, [400, 502], [400, 502]),
    why: 'a hold takes a request of up to 100,000 bytes; who hands it off may still write when Pushpin answers',
  },
  {
    name: `a GET with a body of ${name} for a WebSocket without an upgrade`,
    sent: { target: '/ws', headers: [KEEP_ALIVE], body: 'x'.repeat(size) },
    outcome: 426,
    why: 'it is refused by its headers',
  },
  {
    name: `a POST of ${name} straight to the service`,
    sent: {
      method: 'POST',
      target: '/ws',
      headers: [KEEP_ALIVE, ['Content-Type', TYPE]],
      body: 'x'.repeat(size),
    },
    outcome: 405,
    why: 'it is refused by its headers',
  },
  {
    name: `a POST of ${name} through Fanout`,
    sent: {
      method: 'POST',
      target: '/unguarded/ws',
      headers: [KEEP_ALIVE, ['Content-Type', 'Application/WebSocket-Events']],
      body: 'x'.repeat(size),
    },
    outcome: size <= 100_000 ? 400 : each(413, [413, 502], [413, 502]),
    why: 'it is refused by its headers; who hands it off may still write when Pushpin answers',
  },
  {
    name: `a POST of ${name} with a forged signature`,
    sent: {
      method: 'POST',
      target: '/ws',
      headers: [KEEP_ALIVE, ['Content-Type', TYPE], ['Grip-Sig', 'forged']],
      body: 'x'.repeat(size),
    },
    outcome: 403,
    why: 'it is refused by its headers',
  },
  {
    name: `events of ${name} with a signature`,
    sent: signedEvents('PONG\r\n'.repeat(size / 6)),
    outcome: size <= 100_000 ? 200 : 413,
    why: 'Fanout never has so much of a connection, and each event takes many times its bytes in memory',
  },
  {
    name: `one event of ${name} with a signature`,
    sent: signedEvents(`PONG ${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`),
    outcome: size <= 100_000 ? 200 : 413,
    why: 'Fanout never has so much of a connection',
  },
]);

const MALFORMED: Readonly<Record<string, string>> = {
  'a length too long': `TEXT ff\r\n${SECRET}\r\n`,
  'a length too short': `TEXT 1\r\n${SECRET}\r\n`,
  'a negative length': `TEXT -1\r\n${SECRET}\r\n`,
  'a length of 0 before content': `TEXT 0\r\n${SECRET}\r\n`,
  'a length over all bounds': `TEXT ffffffffffffffff\r\n${SECRET}\r\n`,
  'a length of 2^32 + 5': 'TEXT 100000005\r\nhello\r\n',
  'a length of eight digits that is not there': 'TEXT ffffffff\r\nhello\r\n',
  'a length in words': `TEXT five\r\n${SECRET}\r\n`,
  'a length with 0x': 'TEXT 0x5\r\nhello\r\n',
  'a length with a sign': 'TEXT +5\r\nhello\r\n',
  'a length with a space behind': 'TEXT 5 \r\nhello\r\n',
  'two spaces before the length': 'TEXT  5\r\nhello\r\n',
  'a length that is missing': 'TEXT \r\nhello\r\n',
  'no CR': 'TEXT 5\nhello\n',
  'no LF': 'TEXT 5\rhello\r',
  'no line end behind the content': 'TEXT 5\r\nhello',
  'half a line end behind the content': 'TEXT 5\r\nhello\r',
  'no type': ' 5\r\nhello\r\n',
  'a type in small letters': 'text 5\r\nhello\r\n',
  'a type of 100 kB': `${'A'.repeat(100_000)}\r\n`,
  'a type that is no word': `T\u0000XT 5\r\nhello\r\n`,
  'an empty line': '\r\n',
  'half an event behind a whole one': 'TEXT 5\r\nhello\r\nTEX',
  'digits without an end': `TEXT ${'0'.repeat(100_000)}5\r\nhello\r\n`,
  'no events at all': '{"type":"OPEN"}',
};

/** Events that Fanout would never send. Whoever has its signature must still not bring the service down. */
export const lyingEvents: readonly Attack[] = [
  ...Object.entries(MALFORMED).map(([name, body]) => ({
    name: `${name}, with a signature`,
    sent: signedEvents(body),
    outcome: 400,
    why: 'events are read strictly, and none of a body that is malformed counts',
  })),
  ...Object.entries({
    'a body of no bytes': '',
    'an unknown type': 'HELLO 5\r\nworld\r\n',
    'a DISCONNECT with content': 'DISCONNECT 3\r\nabc\r\n',
    'a CLOSE of one byte': 'CLOSE 1\r\nx\r\n',
    'a CLOSE of a code that is none': 'CLOSE 2\r\n\u0000\u0000\r\n',
    'events behind a DISCONNECT': 'DISCONNECT\r\nTEXT 5\r\nhello\r\n',
    'a second OPEN': 'OPEN\r\nOPEN\r\n',
    'an OPEN behind a message': 'TEXT 5\r\nhello\r\nOPEN\r\n',
  }).map(([name, body]) => ({
    name: `${name}, with a signature`,
    sent: signedEvents(body),
    outcome: 200,
    why: 'it is well-formed, and does no harm',
  })),
  {
    name: 'text that Fanout would obey, with a signature',
    sent: signedEvents('TEXT 11\r\nc:{"type":"detach"}\r\n'.replace('11', '13')),
    outcome: 200,
    why: 'it is never sent back as it came',
    check: ({ body }) => assert.match(body, /^CLOSE 2\r\n/),
  },
  {
    name: 'text that is not UTF-8, with a signature',
    sent: signedEvents(Buffer.from('TEXT 2\r\n\xff\xfe\r\n', 'latin1')),
    outcome: 200,
    why: 'the socket is closed with a code',
    check: ({ body }) => assert.match(body, /^CLOSE 2\r\n/),
  },
  {
    name: 'a meta that says when the right to listen ends, in no number, with a signature',
    sent: signedEvents('TEXT 5\r\nhello\r\n', [['Meta-Fanout-Expires', 'never']]),
    outcome: 200,
    why: 'what is no time has passed',
    check: ({ body }) => assert.match(body, /^CLOSE /),
  },
];

/** A response that is held keeps its body where Fanout has room for it. */
export const longResponses: readonly Attack[] = [
  {
    name: 'a held response of 100,000 bytes',
    sent: { target: '/longest' },
    outcome: 200,
    why: 'Fanout takes so much, and sends it at the timeout',
    check: ({ body }) => assert.equal(body.length, 100_000),
  },
  {
    name: 'a held response of 100,001 bytes',
    sent: { target: '/too-long' },
    outcome: 502,
    why: 'Fanout takes 100,000 bytes, and says so without a word of the body',
    fails: 'all',
    check: ({ body }) => assert.ok(body.length < 1000),
  },
];
