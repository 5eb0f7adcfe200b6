import assert from 'node:assert/strict';
import { type Attack, each, type RawRequest } from './attack.js';
import { HANDSHAKE } from './attack-headers.js';

const sentTo = (target: string, more: Partial<RawRequest> = {}): RawRequest => ({ target, ...more });

const INJECTIONS: readonly string[] = [
  '%0d%0aGrip-Hold:%20response',
  '%0aGrip-Channel:%20private',
  '%0d',
  '%00',
  '%E2%82%AC',
  '%C4%8A', // U+010A: its low byte is a line feed
  '%E5%98%8A%E5%98%8D', // U+560A, U+560D: the same, of both
  'a%2Cprivate',
  'a,private',
  'a%3Bprev-id=1',
  'a;prev-id=1',
  'a%22b',
  'a%20',
  'a~sse',
  'a~stream',
];

/** What a client puts into the name of a channel, or into meta. */
export const injections: readonly Attack[] = [
  ...INJECTIONS.flatMap((room) =>
    ['sse', 'response', 'meta'].map((transport) => ({
      name: `/rooms/${room}/${transport}`,
      sent: sentTo(`/rooms/${room}/${transport}${transport === 'meta' ? '?name=a&value=b' : ''}`),
      outcome: 400,
      why: 'such a channel can’t stand in a header',
      check: ({ head, body }: { head: string; body: string }) => {
        assert.doesNotMatch(head, /^grip|private/im);
        assert.ok(!body.includes('private'), 'the answer repeats what was sent');
      },
    })),
  ),
  ...INJECTIONS.map((room) => ({
    name: `a WebSocket to /rooms/${room}/ws`,
    sent: sentTo(`/rooms/${room}/ws`, { headers: HANDSHAKE }),
    outcome: 400,
    why: 'such a channel is refused for every transport',
  })),
  ...[
    '__proto__',
    'constructor',
    'a%2Fb',
    'undefined',
    '%2525',
    '%20a',
    'a'.repeat(4000),
    'a'.repeat(4100),
  ].map((room) => ({
    name: `/rooms/${room.slice(0, 20)}/sse, ${room.length} bytes of a room`,
    sent: sentTo(`/rooms/${room}/sse`),
    outcome: room.length > 4080 ? each('held', 502, 502) : ('held' as const),
    why: 'it is a channel as any other; Pushpin takes 4,095 bytes of a URL',
  })),
  ...['%20', '..', '.', ''].map((room) => ({
    name: `/rooms/${room}/sse`,
    sent: sentTo(`/rooms/${room}/sse`),
    outcome: room === '%20' ? 400 : room === '..' ? ('held' as const) : 404,
    why: 'there is no room of that name',
  })),
  ...(
    [
      ['name=a&value=b', 'held'],
      ['name=__proto__&value=b', 'held'],
      ['name=a&value=b%22,%20c=%22d', 'held'],
      ['name=a&value=b%5C', 'held'],
      ['name=a&value=b%0d%0aGrip-Hold:%20response', 400],
      ['name=a&value=%E2%82%AC', 400],
      ['name=a&value=%C4%8A', 400],
      ['name=a%3D%22b&value=c', 400],
      ['name=a%0d%0ab&value=c', 400],
      ['name=&value=c', 400],
      ['name=a,b&value=c', 400],
    ] as const
  ).map(([query, outcome]) => ({
    name: `/rooms/a/meta?${query}`,
    sent: sentTo(`/rooms/a/meta?${query}`),
    outcome,
    why: 'what can’t stand in a header is refused, what can is one value',
  })),
];
