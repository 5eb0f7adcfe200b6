import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import {
  decodeClose,
  decodeWebSocketEvents,
  encodeClose,
  encodeWebSocketEvents,
  type OutgoingWebSocketEvent,
  type WebSocketEvent,
} from '../../src/protocol/websocket-events.js';

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const utf8 = (text: string) => new TextEncoder().encode(text);

const anyType = fc.stringMatching(/^[A-Z]{1,63}$/);
const anyContent = fc.oneof(
  fc.constant(undefined),
  fc.constant(new Uint8Array()),
  fc.uint8Array({ maxLength: 300 }),
);
const anyEvent = fc.record({ type: anyType, content: anyContent });
const anyEvents = fc.array(anyEvent, { maxLength: 12 });

/** Plain values, in which no content, an empty one and bytes differ for `toEqual`. */
function plain(events: readonly WebSocketEvent[]) {
  return events.map(({ type, content }) => [type, content === undefined ? 'none' : [...content]]);
}

function decodeOrError(body: Uint8Array): WebSocketEvent[] | ProtocolError {
  try {
    return decodeWebSocketEvents(body);
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

describe('the bytes of events', () => {
  const examples: [wire: string, events: OutgoingWebSocketEvent[]][] = [
    ['', []],
    ['OPEN\r\n', [{ type: 'OPEN' }]],
    ['TEXT 5\r\nhello\r\n', [{ type: 'TEXT', content: utf8('hello') }]],
    ['TEXT 0\r\n\r\n', [{ type: 'TEXT', content: utf8('') }]],
    ['TEXT 5\r\n\xc3\xa9\xe2\x82\xac\r\n', [{ type: 'TEXT', content: utf8('é€') }]],
    ['BINARY 4\r\n\x00\xff\r\n\r\n', [{ type: 'BINARY', content: latin1('\x00\xff\r\n') }]],
    [
      'TEXT 1b\r\nabcdefghijklmnopqrstuvwxyz!\r\n',
      [{ type: 'TEXT', content: utf8('abcdefghijklmnopqrstuvwxyz!') }],
    ],
    ['PING\r\n', [{ type: 'PING' }]],
    ['CLOSE\r\n', [{ type: 'CLOSE' }]],
    ['CLOSE 2\r\n\x03\xe8\r\n', [{ type: 'CLOSE', content: encodeClose(1000) }]],
    ['CLOSE 6\r\n\x0f\xa1gone\r\n', [{ type: 'CLOSE', content: encodeClose(4001, 'gone') }]],
    ['DISCONNECT\r\n', [{ type: 'DISCONNECT' }]],
    [
      'OPEN\r\nTEXT 5\r\nhello\r\nTEXT 0\r\n\r\nCLOSE 2\r\n\x03\xe8\r\n',
      [
        { type: 'OPEN' },
        { type: 'TEXT', content: utf8('hello') },
        { type: 'TEXT', content: utf8('') },
        { type: 'CLOSE', content: encodeClose(1000) },
      ],
    ],
  ];

  it.each(examples)('writes %j', (wire, events) => {
    expect(encodeWebSocketEvents(events)).toEqual(latin1(wire));
  });

  it.each(examples)('reads %j', (wire, events) => {
    expect(plain(decodeWebSocketEvents(latin1(wire)))).toEqual(plain(events as WebSocketEvent[]));
  });

  it('writes text as UTF-8', () => {
    const asText = encodeWebSocketEvents([{ type: 'TEXT', content: 'é€😀' }]);
    expect(asText).toEqual(encodeWebSocketEvents([{ type: 'TEXT', content: utf8('é€😀') }]));
  });

  it.each([
    ['capital digits', 'TEXT 1B\r\nabcdefghijklmnopqrstuvwxyz!\r\n', 27],
    ['leading zeros', 'TEXT 00000005\r\nhello\r\n', 5],
  ])('reads a length in %s', (_what, wire, length) => {
    expect(decodeWebSocketEvents(latin1(wire))[0]?.content).toHaveLength(length);
  });

  it('reads types that it does not know', () => {
    expect(plain(decodeWebSocketEvents(latin1('LATER 1\r\nx\r\n')))).toEqual([['LATER', [0x78]]]);
  });

  it('reads content without copying it', () => {
    const body = latin1('TEXT 5\r\nhello\r\n');
    const [event] = decodeWebSocketEvents(body);
    expect(event?.content?.buffer).toBe(body.buffer);
    expect(event?.content?.byteOffset).toBe(8);
  });

  it('reads a body that is a view of something larger', () => {
    const buffer = latin1('xxxxTEXT 2\r\nhi\r\nxxxx');
    expect(plain(decodeWebSocketEvents(buffer.subarray(4, -4)))).toEqual([['TEXT', [0x68, 0x69]]]);
  });
});

describe('what is not a sequence of events', () => {
  it.each([
    ['a type in small letters', 'open\r\n', 0],
    ['a type with a small letter', 'OPEn\r\n', 3],
    ['a type with a digit', 'TEXT2 5\r\nhello\r\n', 4],
    ['no type', ' 5\r\nhello\r\n', 0],
    ['an empty line', '\r\n', 0],
    ['an empty line between events', 'OPEN\r\n\r\nOPEN\r\n', 6],
    ['a type without end', 'OPEN', 4],
    ['a type of 64 letters', `${'A'.repeat(64)}\r\n`, 0],
    ['a type of 100,000 letters', 'A'.repeat(100_000), 0],
    ['LF alone', 'OPEN\n', 4],
    ['CR alone', 'OPEN\r', 4],
    ['CR CR LF', 'OPEN\r\r\n', 4],
    ['a space and no length', 'TEXT \r\n\r\n', 5],
    ['two spaces', 'TEXT  5\r\nhello\r\n', 5],
    ['a tab', 'TEXT\t5\r\nhello\r\n', 4],
    ['a length that is not hexadecimal', 'TEXT g\r\nhello\r\n', 5],
    ['a length with 0x', 'TEXT 0x5\r\nhello\r\n', 6],
    ['a negative length', 'TEXT -5\r\nhello\r\n', 5],
    ['a length with a plus', 'TEXT +5\r\nhello\r\n', 5],
    ['a fraction', 'TEXT 5.0\r\nhello\r\n', 6],
    ['a space behind the length', 'TEXT 5 \r\nhello\r\n', 6],
    ['a length of nine digits', 'TEXT 000000005\r\nhello\r\n', 13],
    ['a length past 2^53', 'TEXT ffffffffffffffff\r\nhello\r\n', 13],
    ['a length line without end', 'TEXT 5', 6],
    ['a length that is one too long', 'TEXT 6\r\nhello\r\n', 14],
    ['a length past the end', 'TEXT 8\r\nhello\r\n', 8],
    ['a length of 4 GB', 'TEXT ffffffff\r\nhello\r\n', 15],
    ['a length that is one too short', 'TEXT 4\r\nhello\r\n', 12],
    ['content without end', 'TEXT 5\r\nhello', 13],
    ['content that ends with LF alone', 'TEXT 5\r\nhello\n', 13],
    ['a second event that is cut', 'OPEN\r\nTEXT 5\r\nhel', 14],
    ['NUL', '\0', 0],
    ['a byte order mark', '\xef\xbb\xbfOPEN\r\n', 0],
  ])('is refused: %s', (_what, wire, offset) => {
    const error = decodeOrError(latin1(wire));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toHaveProperty('message', expect.stringMatching(new RegExp(` at byte ${offset}\\.$`)));
  });
});

describe('any events', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        expect(plain(decodeWebSocketEvents(encodeWebSocketEvents(events)))).toEqual(plain(events));
      }),
    );
  });

  it('are refused, cut anywhere but between two events', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 5 }), fc.nat(), (events, at) => {
        const body = encodeWebSocketEvents(events);
        const cut = at % body.length;
        const ends = events.map((_, index) => encodeWebSocketEvents(events.slice(0, index)).length);
        const whole = ends.indexOf(cut);
        const result = decodeOrError(body.subarray(0, cut));
        if (whole < 0) expect(result).toBeInstanceOf(ProtocolError);
        else expect(plain(result as WebSocketEvent[])).toEqual(plain(events.slice(0, whole)));
      }),
    );
  });

  it('cause nothing but a ProtocolError, changed anyhow', () => {
    const change = fc.record({
      at: fc.nat(),
      remove: fc.nat(3),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 4 }),
        fc.constantFrom('\r\n', '0', 'f', ' ', 'ffffffff', 'OPEN\r\n').map(latin1),
      ),
    });
    fc.assert(
      fc.property(anyEvents, fc.array(change, { minLength: 1, maxLength: 4 }), (events, changes) => {
        const body = [...encodeWebSocketEvents(events)];
        for (const { at, remove, insert } of changes) body.splice(at % (body.length + 1), remove, ...insert);
        decodeOrError(new Uint8Array(body));
      }),
      { numRuns: 500 },
    );
  });
});

describe('any bytes', () => {
  const almostEvents = fc
    .array(fc.constantFrom('TEXT', 'OPEN', 'A', ' ', '5', 'ff', '0', '\r', '\n', '\r\n', 'x', '\xff'), {
      maxLength: 30,
    })
    .map((parts) => latin1(parts.join('')));
  const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), almostEvents);

  it('cause nothing but a ProtocolError, which repeats none of them', () => {
    fc.assert(
      fc.property(anyBytes, (body) => {
        const result = decodeOrError(body);
        if (!(result instanceof ProtocolError)) return;
        expect(result.message).toMatch(
          /^WebSocket events: expected (?:CR LF|an event type in capitals|a length in hexadecimal digits|\d+ bytes of content and found -?\d+) at byte \d+\.$/,
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('that are read are written again as they were, but for the form of a length', () => {
    fc.assert(
      fc.property(anyBytes, (body) => {
        const result = decodeOrError(body);
        if (result instanceof ProtocolError) return;
        expect(plain(decodeWebSocketEvents(encodeWebSocketEvents(result)))).toEqual(plain(result));
      }),
    );
  });
});

describe('the work of decoding', () => {
  /** Counts the bytes that are looked at: one for an index, all of them for a method that scans or copies. */
  function counting(bytes: Uint8Array, count: { reads: number }): Uint8Array {
    return new Proxy(bytes, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) count.reads += 1;
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        if (key === 'subarray') {
          return (begin?: number, end?: number) => counting(target.subarray(begin, end), count);
        }
        count.reads += target.length;
        return value.bind(target);
      },
    });
  }

  function readsFor(events: OutgoingWebSocketEvent[]): { reads: number; size: number } {
    const count = { reads: 0 };
    const body = encodeWebSocketEvents(events);
    expect(decodeWebSocketEvents(counting(body, count))).toHaveLength(events.length);
    return { reads: count.reads, size: body.length };
  }

  it.each<[string, OutgoingWebSocketEvent]>([
    ['without content', { type: 'PING' }],
    ['with content', { type: 'TEXT', content: 'hello' }],
  ])('grows by ten for ten times as many events %s', (_what, event) => {
    const thousand = readsFor(Array(1_000).fill(event));
    const tenThousand = readsFor(Array(10_000).fill(event));
    expect(thousand.reads).toBeGreaterThanOrEqual(4_000);
    expect(tenThousand.reads).toBeLessThanOrEqual(thousand.reads * 10.1);
    expect(tenThousand.reads).toBeLessThanOrEqual(tenThousand.size * 3);
  });

  it('ends at more events than Fanout ever has', () => {
    const most = encodeWebSocketEvents(Array(100_000).fill({ type: 'PING' }));
    expect(decodeWebSocketEvents(most)).toHaveLength(100_000);
    expect(() => decodeWebSocketEvents(Buffer.concat([most, most]))).toThrow(/no more than 100000 events/);
  });

  it('does not look at content', () => {
    const small = readsFor([{ type: 'BINARY', content: new Uint8Array(0x1000) }]);
    const large = readsFor([{ type: 'BINARY', content: new Uint8Array(0xf000) }]);
    expect(large.reads).toBe(small.reads);
  });
});

describe('the content of CLOSE', () => {
  it.each([
    ['nothing', undefined, 1005, ''],
    ['an empty content', '', 1005, ''],
    ['half a code', '\x03', 1005, ''],
    ['a code', '\x03\xe8', 1000, ''],
    ['a code and a reason', '\x0f\xa1gone', 4001, 'gone'],
    ['the highest code', '\xff\xff', 65535, ''],
    ['a reason beyond ASCII', '\x03\xe8\xe2\x82\xac', 1000, '€'],
    ['a reason that is not UTF-8', '\x03\xe8a\xff', 1000, 'a\ufffd'],
  ])('reads %s', (_what, content, code, reason) => {
    expect(decodeClose(content === undefined ? undefined : latin1(content))).toEqual({ code, reason });
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65535 }),
        fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith('\ufeff')),
        (code, reason) => {
          expect(decodeClose(encodeClose(code, reason))).toEqual({ code, reason });
        },
      ),
    );
  });
});
