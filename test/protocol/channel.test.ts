import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { type Channel, checkChannelName, checkChannels, MAX_CHANNELS } from '../../src/protocol/channel.js';
import { gripHoldHeaders } from '../../src/protocol/grip-hold.js';
import { readChannels } from '../support/grip-headers.js';

const printable = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));
const allowed = printable.filter((char) => !',;"'.includes(char));
const goodName = fc
  .string({ unit: fc.constantFrom(...allowed), minLength: 1, maxLength: 40 })
  .filter((name) => name.trim() === name && name !== '');
const anyName = fc.oneof(
  goodName,
  fc.string({ unit: fc.constantFrom(...printable), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const anyFilter = fc.oneof(fc.constantFrom('skip-self', 'build-id'), fc.string({ maxLength: 8 }));

function errorOf(check: () => unknown): unknown {
  try {
    check();
  } catch (error) {
    return error;
  }
  return undefined;
}

function sent(channels: readonly (string | Channel)[]): string {
  return new Headers(gripHoldHeaders({ mode: 'stream', channels })).get('Grip-Channel') ?? '';
}

describe('checkChannels', () => {
  it('makes channels of names', () => {
    expect(checkChannels(['news', { name: 'chat', filters: ['skip-self'] }])).toEqual([
      { name: 'news' },
      { name: 'chat', filters: ['skip-self'] },
    ]);
  });

  it.each(['a', 'room-1', 'a b', 'user:42/e', 'a=b', "it's", '<x>', '\\', '{}', '~!@#$%^&*()'])(
    'accepts the name %j',
    (name) => expect(checkChannels([name])).toEqual([{ name }]),
  );

  it.each([
    ['', 'an empty one'],
    [' ', 'a space at an end'],
    [' a', 'a space at an end'],
    ['a ', 'a space at an end'],
    ['a,b', 'U+002C'],
    ['a;b', 'U+003B'],
    ['a"b', 'U+0022'],
    ['a\tb', 'U+0009'],
    ['a\r\nGrip-Hold: response', 'U+000D'],
    ['a\n', 'U+000A'],
    ['\0', 'U+0000'],
    ['a\x7f', 'U+007F'],
    ['caf\xe9', 'U+00E9'],
    ['a\u2028b', 'U+2028'],
    ['😀', 'U+1F600'],
    ['\ud800', 'U+D800'],
  ])('refuses the name %j: found %s', (name, found) => {
    const error = errorOf(() => checkChannels([name]));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toHaveProperty('message', expect.stringContaining(`found ${found}.`));
    expect(errorOf(() => checkChannelName(name))).toEqual(error);
  });

  it.each([
    ['a string, not a list of them', 'is,not'],
    ['a channel without name', {}],
    ['a channel whose name is undefined', { name: undefined }],
    ['a channel whose name is null', { name: null }],
    ['a channel whose name is a number', { name: 7 }],
    ['undefined', undefined],
    ['null', null],
  ])('refuses what plain JavaScript may pass: %s', (_what, channel) => {
    expect(errorOf(() => checkChannels([channel as unknown as Channel]))).toBeInstanceOf(ProtocolError);
  });

  it.each(['', 'a b', 'a;b', 'a,b', 'a=b', '"a"', 'a\r\nb', 'é', undefined])(
    'refuses the filter %j',
    (filter) => {
      const channel = { name: 'news', filters: [filter as string] };
      expect(errorOf(() => checkChannels([channel]))).toBeInstanceOf(ProtocolError);
    },
  );

  it('refuses none', () => {
    expect(() => checkChannels([])).toThrow(new ProtocolError('Expected at least one channel, found none.'));
  });

  it(`accepts ${MAX_CHANNELS}, the number that Fanout keeps`, () => {
    const names = Array.from({ length: 20 }, (_, index) => `channel-${index}`);
    expect(checkChannels(names)).toHaveLength(20);
  });

  it('refuses one more', () => {
    const names = Array.from({ length: 21 }, (_, index) => `channel-${index}`);
    expect(() => checkChannels(names)).toThrow(new ProtocolError('Expected at most 20 channels, found 21.'));
  });

  it('accepts every name of the allowed characters', () => {
    fc.assert(
      fc.property(goodName, (name) => {
        expect(checkChannels([name])).toEqual([{ name }]);
      }),
    );
  });

  it('accepts nothing with a character that is not allowed', () => {
    const bad = fc.oneof(
      fc.constantFrom(',', ';', '"'),
      fc.integer({ min: 0, max: 0x1f }).map((code) => String.fromCharCode(code)),
      fc.integer({ min: 0x7f, max: 0xffff }).map((code) => String.fromCharCode(code)),
    );
    const around = fc.string({ unit: fc.constantFrom(...allowed), maxLength: 5 });
    fc.assert(
      fc.property(around, bad, around, (before, wrong, after) => {
        expect(errorOf(() => checkChannels([before + wrong + after]))).toBeInstanceOf(ProtocolError);
      }),
    );
  });

  it('never repeats a name that it refuses', () => {
    const secret = fc.string({ unit: fc.constantFrom(...printable), minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(secret, (text) => {
        const message = String(errorOf(() => checkChannels([`${text};`])));
        // What the message says for every name can be no part of this one.
        fc.pre(!String(errorOf(() => checkChannels([';']))).includes(text));
        expect(message).not.toContain(text);
      }),
    );
  });

  it('checks a long name in one go: a million steps for each character would never end', () => {
    expect(errorOf(() => checkChannels([`${'a '.repeat(500_000)}"`]))).toBeInstanceOf(ProtocolError);
  });
});

describe('accepted channels', () => {
  const anyChannel = fc.record({ name: anyName, filters: fc.array(anyFilter, { maxLength: 3 }) });

  it('are read back from Grip-Channel as they are', () => {
    fc.assert(
      fc.property(fc.array(anyChannel, { maxLength: 22 }), (candidates) => {
        const channels = candidates.filter(
          (channel) => errorOf(() => checkChannels([channel])) === undefined,
        );
        fc.pre(channels.length > 0 && channels.length <= MAX_CHANNELS);
        expect(readChannels(sent(channels))).toEqual(channels);
      }),
      { numRuns: 300 },
    );
  });

  it('are refused together if they are more than Fanout keeps', () => {
    fc.assert(
      fc.property(fc.array(goodName, { minLength: 21, maxLength: 30 }), (names) => {
        expect(errorOf(() => sent(names))).toBeInstanceOf(ProtocolError);
      }),
    );
  });
});
