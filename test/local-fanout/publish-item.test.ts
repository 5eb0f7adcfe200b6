import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { decodePublishRequest } from '../../src/local-fanout/publish-item.js';

const read = (body: string) => decodePublishRequest(Buffer.from(body));
const decode = (...items: unknown[]) => read(JSON.stringify({ items }));
const decodeOne = (formats: object) => decode({ channel: 'a', formats })[0];

describe('a publish request', () => {
  it('is read in full', () => {
    expect(
      decode({
        channel: 'a',
        id: '1',
        formats: {
          'http-stream': { content: 'é' },
          'http-response': { code: 201, reason: 'Made', headers: { A: 'b' }, body: 'text' },
          'ws-message': { content: 'text' },
        },
      }),
    ).toMatchObject([
      {
        channel: 'a',
        id: '1',
        prevId: undefined,
        noSeq: false,
        meta: {},
        stream: { action: 'send', content: Buffer.from('é') },
        response: { status: 201, reason: 'Made', headers: [['A', 'b']], body: Buffer.from('text') },
        webSocket: { action: 'send', type: 'text', content: Buffer.from('text') },
      },
    ]);
  });

  it('may have its formats in the item, as the older form has', () => {
    expect(decode({ channel: 'a', 'http-stream': { content: 'x' } })[0]?.stream).toBeDefined();
  });

  it.each([
    [{ content: '' }, { type: 'text', content: Buffer.alloc(0) }],
    [{ 'content-bin': 'AP8=' }, { type: 'binary', content: Buffer.from([0, 255]) }],
    [
      { 'content-bin': 'YQ==', type: 'text' },
      { type: 'text', content: Buffer.from('a') },
    ],
    [
      { content: 'a', type: 'binary' },
      { type: 'binary', content: Buffer.from('a') },
    ],
    [{ type: 'ping' }, { type: 'ping', content: undefined }],
    [
      { type: 'ping', content: '' },
      { type: 'ping', content: Buffer.alloc(0) },
    ],
    [
      { type: 'pong', content: 'a' },
      { type: 'pong', content: Buffer.from('a') },
    ],
  ])('reads the WebSocket message %o', (message, expected) => {
    expect(decodeOne({ 'ws-message': message })?.webSocket).toMatchObject({ action: 'send', ...expected });
  });

  it.each([
    [{}, { code: undefined, reason: '' }],
    [
      { code: 4000, reason: 'x' },
      { code: 4000, reason: 'x' },
    ],
  ])('reads the WebSocket close %o', (close, expected) => {
    const { webSocket } = decodeOne({ 'ws-message': { action: 'close', ...close } }) ?? {};
    expect(webSocket).toMatchObject({ action: 'close', ...expected });
  });

  it('reads the actions of the other formats', () => {
    for (const action of ['close', 'hint']) {
      const item = decodeOne({
        'http-stream': { action },
        'http-response': { action },
        'ws-message': { action },
      });
      expect([item?.stream?.action, item?.response?.action, item?.webSocket?.action]).toEqual([
        action,
        action,
        action,
      ]);
    }
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /Body is not valid JSON/],
    ['a list', '[]', /Invalid format/],
    ['no items', '{}', /does not contain 'items'/],
    ['items of wrong type', '{"items":1}', /'items' with wrong type/],
    ['an item that is no object', [1], /items\[0\]: publish item object is not an object/],
    ['no channel', [{ formats: {} }], /items\[0\]: publish item object does not contain 'channel'/],
    ['a channel of wrong type', [{ channel: 1 }], /'channel' with wrong type/],
    ['no formats', [{ channel: 'a' }], /no formats specified/],
    ['empty formats', [{ channel: 'a', formats: {} }], /no formats specified/],
    [
      'formats of wrong type',
      [{ channel: 'a', formats: [] }],
      /items\[0\]: publish item object contains 'formats' with wrong type/,
    ],
    [
      'an id of wrong type',
      [{ channel: 'a', id: 1, formats: { 'http-stream': { content: '' } } }],
      /'id' with wrong type/,
    ],
    ['no content', [{ channel: 'a', formats: { 'http-stream': {} } }], /'content' or 'content-bin'/],
    ['no body', [{ channel: 'a', formats: { 'http-response': {} } }], /'body', 'body-bin', or 'body-patch'/],
    [
      'an unknown action',
      [{ channel: 'a', formats: { 'http-stream': { action: 'shout' } } }],
      /'action' with unknown value/,
    ],
    [
      'an unknown type',
      [{ channel: 'a', formats: { 'ws-message': { type: 'x' } } }],
      /'type' with unknown value/,
    ],
    [
      'a bad code',
      [{ channel: 'a', formats: { 'http-response': { code: 1000, body: '' } } }],
      /'code' with invalid value/,
    ],
    [
      'bad headers',
      [{ channel: 'a', formats: { 'http-response': { headers: [['a']], body: '' } } }],
      /headers contains list with wrong number of elements/,
    ],
    [
      'a later bad item',
      [{ channel: 'a', formats: { 'http-stream': { content: '' } } }, 1],
      /items\[1\]: publish item object is not an object/,
    ],
    [
      'a prev-id of wrong type',
      [{ channel: 'a', 'prev-id': 1, formats: { 'http-stream': { content: '' } } }],
      /'prev-id' with wrong type/,
    ],
    [
      'meta of wrong type',
      [{ channel: 'a', meta: { a: 1 }, formats: { 'http-stream': { content: '' } } }],
      /contains 'a' with wrong type/,
    ],
    [
      'content filters of wrong type',
      [{ channel: 'a', formats: { 'http-stream': { content: '', 'content-filters': [1] } } }],
      /content-filters contains element with wrong type/,
    ],
  ])('is refused with a reason when it has %s', (_, given, reason) => {
    const body = typeof given === 'string' ? given : JSON.stringify({ items: given });
    expect(() => read(body)).toThrow(reason);
    expect(() => read(body)).toThrow(ProtocolError);
  });

  it.each([
    ['of control characters', 'a\n\u001b[31m\u0000\ud800', `'a??[31m??'`],
    ['too long', 'x'.repeat(50_000), `'${'x'.repeat(64)}...'`],
    ['of other letters', 'größe 😀', `'größe 😀'`],
  ])('is refused without repeating a name %s', (_, name, shown) => {
    const stream = { 'http-stream': { content: '' } };
    const message = `contains ${shown} with wrong type`;
    expect(() => decode({ channel: 'a', meta: { [name]: 1 }, formats: stream })).toThrow(message);
    const response = { 'http-response': { body: '', headers: { [name]: 1 } } };
    expect(() => decode({ channel: 'a', formats: response })).toThrow(message);
  });

  it('never throws anything but a ProtocolError, whatever the JSON', () => {
    const key = fc.constantFrom(
      'channel',
      'id',
      'formats',
      'http-stream',
      'http-response',
      'ws-message',
      'content',
      'content-bin',
      'body',
      'body-bin',
      'action',
      'code',
      'headers',
      'reason',
      'type',
      '__proto__',
      'toString',
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('send', 'close', 'ping', 'text', 'a', '', null, true, 0, 200, 1e300, -1, 1.5),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs)),
      ),
    }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), (items) => {
        try {
          decode(...items);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
