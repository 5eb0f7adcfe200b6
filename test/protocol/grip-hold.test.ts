import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import {
  gripHoldHeaders,
  type KeepAlive,
  type ResponseHold,
  type StreamHold,
} from '../../src/protocol/grip-hold.js';
import { readKeepAlive, readMeta } from '../support/grip-headers.js';

const stream = (hold: Partial<StreamHold> = {}) =>
  gripHoldHeaders({ mode: 'stream', channels: ['test'], ...hold });
const response = (hold: Partial<ResponseHold> = {}) =>
  gripHoldHeaders({ mode: 'response', channels: ['test'], ...hold });

function headerOf(headers: [string, string][], name: string): string {
  return new Headers(headers).get(name) ?? '';
}

describe('gripHoldHeaders', () => {
  it.each<[string, StreamHold | ResponseHold, [string, string][]]>([
    [
      'a stream',
      { mode: 'stream', channels: ['test'] },
      [
        ['Grip-Hold', 'stream'],
        ['Grip-Channel', 'test'],
      ],
    ],
    [
      'a response',
      { mode: 'response', channels: ['test'] },
      [
        ['Grip-Hold', 'response'],
        ['Grip-Channel', 'test'],
      ],
    ],
    [
      'several channels with filters',
      {
        mode: 'stream',
        channels: [
          'news',
          { name: 'chat', filters: ['skip-self', 'build-id'] },
          { name: 'all', filters: [] },
        ],
      },
      [
        ['Grip-Hold', 'stream'],
        ['Grip-Channel', 'news, chat; filter=skip-self; filter=build-id, all'],
      ],
    ],
    [
      'a timeout',
      { mode: 'response', channels: ['test'], timeout: 30 },
      [
        ['Grip-Hold', 'response'],
        ['Grip-Channel', 'test'],
        ['Grip-Timeout', '30'],
      ],
    ],
    [
      'a keep-alive',
      { mode: 'stream', channels: ['test'], keepAlive: { content: ': keep-alive\n\n', timeout: 20 } },
      [
        ['Grip-Hold', 'stream'],
        ['Grip-Channel', 'test'],
        ['Grip-Keep-Alive', ':\\x20keep-alive\\n\\n; format=cstring; mode=idle; timeout=20'],
      ],
    ],
    [
      'a keep-alive of bytes at an interval',
      {
        mode: 'stream',
        channels: ['test'],
        keepAlive: { content: new Uint8Array([0, 0xff, 0x0d, 0x3b, 0x5c]), timeout: 1, mode: 'interval' },
      },
      [
        ['Grip-Hold', 'stream'],
        ['Grip-Channel', 'test'],
        ['Grip-Keep-Alive', '\\x00\\xff\\r\\x3b\\x5c; format=cstring; mode=interval; timeout=1'],
      ],
    ],
    [
      'meta',
      { mode: 'stream', channels: ['test'], meta: { user: 'ada', quote: 'a "b" \\ c' } },
      [
        ['Grip-Hold', 'stream'],
        ['Grip-Channel', 'test'],
        ['Grip-Set-Meta', 'user="ada", quote="a \\"b\\" \\\\ c"'],
      ],
    ],
    [
      'no meta',
      { mode: 'stream', channels: ['test'], meta: {} },
      [
        ['Grip-Hold', 'stream'],
        ['Grip-Channel', 'test'],
      ],
    ],
  ])('writes %s', (_what, hold, headers) => {
    expect(gripHoldHeaders(hold)).toEqual(headers);
  });

  it.each<[string, string[]]>([
    ['none', []],
    ['a bad name', ['a,b']],
    ['21', Array(21).fill('test')],
  ])('refuses channels: %s', (_what, channels) => {
    expect(() => stream({ channels })).toThrow(ProtocolError);
  });
});

describe('the keep-alive', () => {
  const read = (keepAlive: KeepAlive) => readKeepAlive(headerOf(stream({ keepAlive }), 'Grip-Keep-Alive'));

  it('carries any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (content) => {
        expect([...read({ content, timeout: 20 }).content]).toEqual([...content]);
      }),
    );
  });

  it('carries every single byte', () => {
    const content = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(read({ content, timeout: 20 }).content).toEqual(content);
  });

  it('carries any text as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (content) => {
        expect(
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(read({ content, timeout: 20 }).content),
        ).toBe(content);
      }),
    );
  });

  it('is not ended, and no parameter is added, by what it carries', () => {
    const content = 'x; format=raw; timeout=1\r\nGrip-Hold: response, y';
    expect(read({ content, timeout: 20 }).parameters).toEqual({
      format: 'cstring',
      mode: 'idle',
      timeout: '20',
    });
  });

  it.each([[''], [new Uint8Array()]])('is refused when it is empty', (content) => {
    expect(() => read({ content, timeout: 20 })).toThrow(ProtocolError);
  });

  it.each([1, 20, 86_400])('may come every %d s', (timeout) => {
    expect(read({ content: 'x', timeout }).parameters['timeout']).toBe(String(timeout));
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '20' as unknown as number])(
    'may not come every %s s',
    (timeout) => expect(() => read({ content: 'x', timeout })).toThrow(ProtocolError),
  );
});

describe('the timeout of a response', () => {
  it.each([5, 55, 86_400])('may be %d s', (timeout) => {
    expect(headerOf(response({ timeout }), 'Grip-Timeout')).toBe(String(timeout));
  });

  it.each([4, 0, -5, 5.5, Number.NaN, Number.POSITIVE_INFINITY, '55' as unknown as number])(
    'may not be %s s',
    (timeout) => expect(() => response({ timeout })).toThrow(ProtocolError),
  );
});

describe('meta', () => {
  const read = (meta: Record<string, string>) => readMeta(headerOf(stream({ meta }), 'Grip-Set-Meta'));
  const printable = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));

  it('carries any printable values', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/);
    const meta = fc.dictionary(name, fc.string({ unit: printable }), {
      minKeys: 1,
      maxKeys: 4,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(meta, (values) => {
        expect(read(values)).toEqual(values);
      }),
    );
  });

  it.each(['', '"', '\\', '\\"', '", user="eve', 'a, b=c; d', ' '])('carries the value %j', (value) => {
    expect(read({ user: value, role: 'guest' })).toEqual({ user: value, role: 'guest' });
  });

  it.each(['a\r\nGrip-Hold: response', 'a\nb', '\0', '\x7f', 'é', '€'])('refuses the value %j', (value) => {
    expect(() => read({ user: value })).toThrow(ProtocolError);
  });

  it.each(['', 'a b', 'a=b', 'a"', 'a,b', 'a;b', 'a\r\nb', 'é'])('refuses the name %j', (name) => {
    expect(() => read({ [name]: 'x' })).toThrow(ProtocolError);
  });

  it('never repeats a value that it refuses', () => {
    expect(() => read({ user: 'geheim\n' })).toThrow(/^(?!.*geheim)/s);
  });
});

describe('whatever is accepted', () => {
  it('makes headers that can be sent', () => {
    const hold = fc.record({
      mode: fc.constant('stream' as const),
      channels: fc.array(fc.string({ unit: 'binary', maxLength: 5 }), { minLength: 1, maxLength: 2 }),
      meta: fc.dictionary(fc.string({ maxLength: 4 }), fc.string({ unit: 'binary', maxLength: 5 }), {
        maxKeys: 2,
      }),
      keepAlive: fc.record({ content: fc.string({ unit: 'binary' }), timeout: fc.integer() }),
    });
    fc.assert(
      fc.property(hold, (candidate) => {
        let headers: [string, string][];
        try {
          headers = gripHoldHeaders(candidate);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          return;
        }
        for (const [name, value] of headers) expect(new Headers([[name, value]]).get(name)).toBe(value);
      }),
      { numRuns: 500 },
    );
  });
});
