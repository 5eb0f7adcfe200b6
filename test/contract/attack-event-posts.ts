import { type Attack, each, GENUINE, HOST, type Outcome, SECRET } from './attack.js';

const TYPE = 'application/websocket-events';

/** What would name another user, another connection, and what it has read, were it believed. */
const FORGED: readonly (readonly [string, string])[] = [
  ['Meta-User', `admin ${SECRET}`],
  ['META-Fanout-Expires', '9999999999'],
  ['Connection-Id', 'of-another'],
  ['Grip-Last', 'test; last-id=1'],
  ['Set-Meta-User', 'admin'],
  ['Accept', TYPE],
];

/** Ways to write the type of events. Fanout refuses those that it knows; the service takes one only. */
const TYPES: readonly (readonly [written: string, byFanout: Outcome])[] = [
  [TYPE, 403],
  [`${TYPE}; charset=utf-8`, 403],
  [`${TYPE};charset=UTF-8`, 403],
  [`${TYPE} ; charset=utf-8`, 400],
  [`${TYPE};`, 403],
  [`${TYPE} `, 403],
  [`\t${TYPE}\t`, 403],
  ['Application/WebSocket-Events', 400],
  ['APPLICATION/WEBSOCKET-EVENTS', 400],
  ['application/WebSocket-events', 400],
  ['Application/WebSocket-Events; charset=utf-8', 400],
  [`${TYPE}, text/plain`, 400],
  [`text/plain, ${TYPE}`, 400],
  [`"${TYPE}"`, 400],
  [`${TYPE}/x`, 400],
  ['application/websocket-event', 400],
  ['application/websocket-events2', 400],
  ['text/plain', 400],
  ['', 400],
];

const post = (
  target: string,
  type: string,
  body: string,
  more: readonly (readonly [string, string])[] = [],
) => ({
  method: 'POST',
  target,
  headers: [['Content-Type', type], ...FORGED, ...more] as const,
  body,
});

const BODIES = { OPEN: 'OPEN\r\n', TEXT: `TEXT ${SECRET.length.toString(16)}\r\n${SECRET}\r\n` };

/** Someone poses as Fanout, and tells what happened on a WebSocket that there isn't. */
export const eventPosts: readonly Attack[] = [
  ...TYPES.flatMap(([type]) =>
    Object.entries(BODIES).map(([event, body]) => ({
      name: `${event} of type ${JSON.stringify(type)} straight to the service`,
      sent: post('/ws', type, body),
      outcome: 405,
      why: 'only Fanout may send events, and it signs them',
    })),
  ),
  ...TYPES.flatMap(([type, byFanout]) =>
    Object.entries(BODIES).map(([event, body]) => ({
      name: `${event} of type ${JSON.stringify(type)} through Fanout, which signs it`,
      sent: post('/unguarded/ws', type, body),
      outcome: byFanout,
      why: '403 is by Fanout, which lets no client send events; what it does not take for them the service must not either',
    })),
  ),
  ...['/sse', '/response', '/stream'].flatMap((path) =>
    ['', '/unguarded'].map((before) => ({
      name: `OPEN to ${before}${path}`,
      sent: post(before + path, 'Application/WebSocket-Events', BODIES.OPEN),
      outcome: 405,
      why: 'there is no WebSocket here, signed or not',
    })),
  ),
  {
    name: 'two types, that of events last, through Fanout',
    sent: post('/unguarded/ws', 'text/plain', BODIES.OPEN, [['Content-Type', TYPE]]),
    outcome: 400,
    why: 'Fanout looks at one of them, and the service must not look at the other',
  },
  {
    name: 'two types, that of events first, through Fanout',
    sent: post('/unguarded/ws', TYPE, BODIES.OPEN, [['Content-Type', 'text/plain']]),
    outcome: each(400, 400, 403),
    why: 'Fanout looks at the first; where Node is in front, it makes one of the two',
  },
  ...['PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
    name: `events by ${method} through Fanout`,
    sent: { ...post('/unguarded/ws', 'Application/WebSocket-Events', BODIES.OPEN), method },
    outcome: 400,
    why: 'events come by POST',
  })),
  {
    name: 'events by a GET that asks for a WebSocket as well',
    sent: {
      ...post('/ws', TYPE, BODIES.OPEN, [
        ['Upgrade', 'websocket'],
        ['Connection', 'Upgrade'],
      ]),
      method: 'GET',
    },
    outcome: each(400, 502, 502),
    why: 'there is no handshake; Pushpin closes the connection',
  },
  {
    name: 'events with a signature that Fanout made for another request',
    sent: {
      ...post('/ws', TYPE, BODIES.OPEN, [['Grip-Sig', GENUINE]]),
    },
    outcome: 200,
    why: 'a signature is not bound to a request: who has one is Fanout for an hour, so none may leak',
  },
  {
    name: 'the same, with the type in capitals',
    sent: post('/ws', 'Application/WebSocket-Events', BODIES.OPEN, [
      ['Grip-Sig', GENUINE],
      ['Host', HOST],
    ]),
    outcome: 400,
    why: 'so it comes through Fanout from a client',
  },
];
