import { type Attack, each, HOST, type RawRequest } from './attack.js';
import { HANDSHAKE } from './attack-headers.js';

/** The runtime of Compute prints an exception where it makes no URL of what came. */
function fails(outcome: Attack['outcome']): Pick<Attack, 'fails'> {
  return typeof outcome === 'object' && outcome.compute === 500 ? { fails: 'compute' } : {};
}

type Rows = readonly (readonly [target: string, outcome: Attack['outcome'], why: string])[];

const NOT_A_PATH = 'no transport is there';
const DOTS =
  'what reads a URL by the standard takes them out, and the runtime of Compute leaves them; both are one path to both passes';
const ESCAPED = 'what no URL may have is escaped when it is handed off';
const THE_SAME = 'it is another way to write the path, and nothing is gained by it';

/** Ways to write `/sse`, or nearly. */
const TARGETS: Rows = [
  ['//sse', 404, NOT_A_PATH],
  ['///sse', 404, NOT_A_PATH],
  ['/sse/', 404, NOT_A_PATH],
  ['/sse//', 404, NOT_A_PATH],
  ['/SSE', 404, NOT_A_PATH],
  ['/Sse', 404, NOT_A_PATH],
  ['/%2Fsse', 404, NOT_A_PATH],
  ['/%2fsse', 404, NOT_A_PATH],
  ['%2Fsse', 400, 'it is no path'],
  ['/sse%2F', 404, NOT_A_PATH],
  ['/sse%00', 404, NOT_A_PATH],
  ['/sse%0a', 404, NOT_A_PATH],
  ['/sse%20', 404, NOT_A_PATH],
  ['/sse;a=b', 404, NOT_A_PATH],
  ['/sse%3Fa', 404, NOT_A_PATH],
  ['/sse%23', 404, NOT_A_PATH],
  ['/sse.', 404, NOT_A_PATH],
  ['/sse*', 404, NOT_A_PATH],
  ['/:room', 404, NOT_A_PATH],
  ['/*', 404, NOT_A_PATH],
  ['?', 400, 'it is no path'],
  ['?/sse', 400, 'it is no path'],
  ['/?/sse', 404, NOT_A_PATH],
  ['/?channel=test', 404, NOT_A_PATH],
  ['/unknown/../../etc/passwd', 404, NOT_A_PATH],
  ['/%e0%80%af', 404, NOT_A_PATH],
  ['/%', 404, NOT_A_PATH],
  ['/%zz', 404, NOT_A_PATH],
  ['*', each(400, 400, 500), 'it is no path; the runtime of Compute makes no URL of it'],
  ['sse', each(400, 400, 'cut'), 'it is no path'],
  ['/ßse', 400, 'it is no path'],
  ['\\sse', 400, 'it is no path'],
  ['/\\sse', each(400, 400, 404), NOT_A_PATH],
  ['/%5Csse', 404, NOT_A_PATH],
  [`/${'a'.repeat(8000)}`, 404, NOT_A_PATH],
  [`/sse?${'a'.repeat(60_000)}`, each('held', 502, 500), 'Pushpin takes 4,095 bytes of a URL, Compute 8,192'],
  [`/${'../'.repeat(2000)}sse`, each('held', 'held', 404), DOTS],
  ['/sse?', 'held', THE_SAME],
  ['/sse?x', 'held', THE_SAME],
  ['/sse??', 'held', THE_SAME],
  ['/sse?%', 'held', ESCAPED],
  ['/sse?a=%zz', 'held', ESCAPED],
  ['/sse?a={b}', 'held', ESCAPED],
  ['/sse?a|^`', 'held', ESCAPED],
  ['/sse?__proto__=a&constructor=b&toString=c', 'held', THE_SAME],
  ['/sse#fragment', 'held', THE_SAME],
  ['/./sse', each('held', 'held', 404), DOTS],
  ['/x/../sse', each('held', 'held', 404), DOTS],
  ['/x/%2e%2e/sse', each('held', 'held', 404), DOTS],
  ['/sse/.', 404, NOT_A_PATH],
  ['/%73se', 'held', THE_SAME],
  ['/%25%37%33se', 404, NOT_A_PATH],
  [`http://${HOST}/sse`, 'held', THE_SAME],
  ['http://evil.example/sse', 'held', 'whom the client takes it for does not matter for a stream'],
  ['http://evil.example', 404, NOT_A_PATH],
  ['http://', 400, 'it is no URL'],
  ['http://[/sse', 400, 'it is no URL'],
  ['http:sse', each(400, 400, 'cut'), 'it is no URL'],
  ['//evil.example/sse', 404, NOT_A_PATH],
  ['ftp://evil.example/sse', each(400, 400, 'held'), 'it is no URL of HTTP'],
  ['javascript:alert(1)', each(400, 400, 'cut'), 'it is no URL of HTTP'],
];

const HOSTS: Rows = [
  ['evil.example', 'held', 'nothing of a stream hangs on the host'],
  [
    'evil.example:99999',
    each(400, 400, 500),
    'there is no such port; the runtime of Compute makes no URL of it',
  ],
  ['user:password@localhost', each(400, 400, 'held'), 'who one is, is not said by the host'],
  ...[
    '',
    'a b',
    'localhost/ws?',
    'localhost/sse#',
    'localhost\\@evil.example',
    '[',
    '[::1',
    '%00',
    'a, b',
  ].map((host) => [host, each(400, 400, 'cut'), 'it is no host; Viceroy closes the connection'] as const),
];

const to = (target: string, more: Partial<RawRequest> = {}): RawRequest => ({ target, ...more });

const METHODS: Readonly<Record<string, Attack['outcome']>> = {
  CONNECT: each('cut', 'cut', 405),
  get: each(400, 400, 'held'),
  FOO: each(400, 400, 405),
  PRI: each(400, 400, 405),
};

/** Ways to a transport past what is in front of it. */
export const paths: readonly Attack[] = [
  ...TARGETS.map(([target, outcome, why]) => ({
    name: `GET ${target.length > 60 ? `${target.slice(0, 30)}… of ${target.length} bytes` : target}`,
    sent: to(target),
    outcome,
    why,
    ...fails(outcome),
  })),
  ...['//ws', '/WS', '/ws/', '/%2Fws', '/ws%00', '/ws;x', '/?/ws'].map((target) => ({
    name: `a WebSocket to ${target}`,
    sent: to(target, { headers: HANDSHAKE }),
    outcome: 404,
    why: NOT_A_PATH,
  })),
  ...['/ws?x', '/./ws', '/x/../ws', '/%77s', `http://${HOST}/ws`].map((target) => ({
    name: `a WebSocket to ${target}`,
    sent: to(target, { headers: HANDSHAKE }),
    outcome: target.includes('./') ? each(101, 101, 404) : 101,
    why: target.includes('./') ? DOTS : THE_SAME,
  })),
  ...['//ws', '/WS', '/ws/', '/%77s', `http://${HOST}/ws`].map((target) => ({
    name: `events to ${target}`,
    sent: to(target, {
      method: 'POST',
      headers: [['Content-Type', 'application/websocket-events']],
      body: 'OPEN\r\n',
    }),
    outcome: /%77|http/.test(target) ? 405 : 404,
    why: 'only Fanout may send them',
  })),
  ...HOSTS.map(([host, outcome, why]) => ({
    name: `the host ${JSON.stringify(host)}`,
    sent: to('/sse', { headers: [['Host', host]] }),
    outcome,
    why,
    ...fails(outcome),
  })),
  ...HOSTS.map(([host, outcome, why]) => ({
    name: `a WebSocket to the host ${JSON.stringify(host)}`,
    sent: to('/ws', { headers: [['Host', host], ...HANDSHAKE] }),
    outcome: JSON.parse(JSON.stringify(outcome).replaceAll('"held"', '101')) as Attack['outcome'],
    why,
    ...fails(outcome),
  })),
  {
    name: 'two hosts',
    sent: to('/sse', {
      headers: [
        ['Host', HOST],
        ['Host', 'evil.example'],
      ],
    }),
    outcome: 'held',
    why: 'the first is taken, and nothing of a stream hangs on it',
  },
  ...['HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PUT', 'PROPFIND', 'get', 'FOO', 'PRI'].map((method) => ({
    name: `${method} /sse`,
    sent: to('/sse', { method }),
    outcome: METHODS[method] ?? 405,
    why: 'only a GET is handed off; Node knows the methods that it lets through',
  })),
  ...['TRACE', 'POST', 'OPTIONS'].map((method) => ({
    name: `${method} /ws that asks for a WebSocket`,
    sent: to('/ws', { method, headers: HANDSHAKE }),
    outcome: 405,
    why: 'RFC 6455, 4.1: it is asked for by GET',
  })),
];
