import { type Attack, GENUINE, HOST, TRUNCATED } from './attack.js';
import { HANDSHAKE } from './attack-headers.js';

/** A signature of Fanout's own, in ways that Fanout does not send it. Those that it never made are among the forgeries. */
const ALTERED: Readonly<Record<string, readonly string[]>> = {
  'without its last letter': [TRUNCATED],
  'with a letter more': [`${GENUINE}A`],
  'with a letter before it': [`e${GENUINE}`],
  'with padding': [`${GENUINE}=`],
  'with an empty part more': [`${GENUINE}.`],
  'with a part more': [`${GENUINE}.e30`],
  'in quotation marks': [`"${GENUINE}"`],
  'behind Bearer': [`Bearer ${GENUINE}`],
  'twice in one header': [`${GENUINE}, ${GENUINE}`],
  'twice in two headers': [GENUINE, GENUINE],
  'before a forged one in two headers': [GENUINE, 'forged'],
  'behind a forged one in two headers': ['forged', GENUINE],
  'before an empty header': [GENUINE, ''],
  'behind an empty header': ['', GENUINE],
  'before 60 kB': [`${GENUINE}${'A'.repeat(60_000)}`],
  'behind a space that HTTP does not know': [`\u00a0${GENUINE}`],
};

export const signatures: readonly Attack[] = Object.entries(ALTERED).flatMap(([name, values]) =>
  (['GET /sse', 'POST /ws'] as const).map((request) => ({
    name: `${name}, on ${request}`,
    sent: {
      method: request.split(' ')[0] ?? '',
      target: request.split(' ')[1] ?? '',
      headers: [
        ...values.map((value) => ['Grip-Sig', value] as const),
        ...(request === 'POST /ws' ? [['Content-Type', 'application/websocket-events'] as const] : []),
      ],
      ...(request === 'POST /ws' && { body: 'OPEN\r\n' }),
    },
    outcome: 403,
    why: 'Fanout sends one, and nothing beside it',
  })),
);

type Origins = readonly (readonly [origin: readonly string[], isAllowed: boolean])[];

const ORIGINS: Origins = [
  [[], true],
  [[`http://${HOST}`], true],
  [[`https://${HOST}`], true],
  [['http://evil.example'], false],
  [['https://evil.example'], false],
  [['null'], false],
  [[''], false],
  [['file://'], false],
  [['http://localhost:1'], false],
  [['http://127.0.0.1'], false],
  [[`http://${HOST}.evil.example`], false],
  [[`http://evil-${HOST}`], false],
  [[`http://sub.${HOST}`], false],
  [[`http://evil.example/${HOST}`], false],
  [[`http://evil.example?${HOST}`], false],
  [[`http://evil.example#${HOST}`], false],
  [[`http://${HOST}@evil.example`], false],
  [[`http://${HOST}:80@evil.example`], false],
  [[`http://${HOST}0`], false],
  [[HOST], false],
  [[`//${HOST}`], false],
  [['*'], false],
  [[`http://${HOST} http://evil.example`], false],
  [[`http://${HOST}`, 'http://evil.example'], false],
  [['http://evil.example', `http://${HOST}`], false],
];

function signedOpen(...headers: readonly (readonly [string, string])[]): Attack['sent'] {
  const own = [
    ['Grip-Sig', GENUINE],
    ['Content-Type', 'application/websocket-events'],
  ] as const;
  return { method: 'POST', target: '/ws', headers: [...own, ...headers], body: 'OPEN\r\n' };
}

/** A page of another site opens a WebSocket with the cookies of whoever looks at it. */
export const origins: readonly Attack[] = [
  ...ORIGINS.map(([values, isAllowed]) => ({
    name: `a WebSocket from a page of ${values.map((value) => JSON.stringify(value)).join(' and ') || 'no origin'}`,
    sent: {
      target: '/ws',
      headers: [...HANDSHAKE, ...values.map((value) => ['Origin', value] as const)],
    },
    outcome: isAllowed ? 101 : 403,
    why: 'pages of the service’s own host may, and programs that are no browsers',
  })),
  {
    name: 'an OPEN from a page of another site, with a signature',
    sent: signedOpen(['Connection-Id', 'attack'], ['Origin', 'https://evil.example']),
    outcome: 200,
    why: 'the first pass has refused such: here the host may be another than the one that the client knows',
  },
  {
    name: 'an OPEN without a Connection-Id, with a signature',
    sent: signedOpen(),
    outcome: 400,
    why: 'a socket without a name would share its own channel with others',
  },
  {
    name: 'server-sent events for a page of another site',
    sent: { target: '/sse', headers: [['Origin', 'https://evil.example']] },
    outcome: 'held',
    why: 'the browser keeps them from the page, unless a header says otherwise',
    check: ({ head }) => {
      if (/^access-control-/im.test(head))
        throw new Error(`expected no leave for other sites, found ${head}`);
    },
  },
];
