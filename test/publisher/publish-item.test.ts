import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { decodePublishRequest } from '../../src/local-fanout/publish-item.js';
import {
  encodeBase64,
  encodePublishItem,
  encodePublishRequest,
  type PublishItem,
} from '../../src/protocol/publish-item.js';

/** What the embedded Fanout, which shares no code with the encoder, reads of an item. */
function decoded(item: PublishItem) {
  const [first] = decodePublishRequest(Buffer.from(encodePublishRequest([encodePublishItem(item)])));
  if (first === undefined) throw new Error('Expected an item, found none.');
  return first;
}

const text = fc.string({ unit: 'binary' }).filter((value) => !/\p{Surrogate}/u.test(value));
const content = fc.oneof(text, fc.uint8Array({ maxLength: 20_000 }));
const bytesOf = (value: string | Uint8Array) => Buffer.from(value);

describe('a publish item', () => {
  it('carries any text and any bytes in every format', () => {
    fc.assert(
      fc.property(content, content, content, (stream, body, message) => {
        const item = decoded({
          channel: 'test',
          formats: {
            'http-stream': { content: stream },
            'http-response': { body },
            'ws-message': { content: message },
          },
        });
        expect(item.stream).toMatchObject({ action: 'send', content: bytesOf(stream) });
        expect(item.response).toMatchObject({ action: 'send', status: 200, body: bytesOf(body) });
        const type = typeof message === 'string' ? 'text' : 'binary';
        expect(item.webSocket).toMatchObject({ action: 'send', type, content: bytesOf(message) });
      }),
    );
  });

  it('encodes Base64 as Node does, also what is long', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40_000 }), (bytes) => {
        expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      }),
    );
  });

  it('says what order it is in, and whom it is for', () => {
    const item = { channel: 'test', id: '2', prevId: '1', noSeq: true, meta: { sender: 'ada' } };
    expect(decoded({ ...item, formats: { 'ws-message': { content: '' } } })).toMatchObject(item);
  });

  it('has every action', () => {
    const item = decoded({
      channel: 'test',
      formats: {
        'http-stream': { action: 'close' },
        'http-response': { action: 'hint' },
        'ws-message': { action: 'close', code: 4401, reason: 'over' },
      },
    });
    expect(item.stream).toMatchObject({ action: 'close' });
    expect(item.response).toMatchObject({ action: 'hint' });
    expect(item.webSocket).toMatchObject({ action: 'close', code: 4401, reason: 'over' });
    const hints = decoded({
      channel: 'test',
      formats: { 'http-stream': { action: 'hint' }, 'ws-message': { action: 'hint' } },
    });
    expect([hints.stream?.action, hints.webSocket?.action]).toEqual(['hint', 'hint']);
    for (const type of ['text', 'binary', 'ping', 'pong'] as const) {
      const { webSocket } = decoded({ channel: 'test', formats: { 'ws-message': { type, content: 'x' } } });
      expect(webSocket).toMatchObject({ type, content: Buffer.from('x') });
    }
  });

  it('has all of a response', () => {
    const response = { code: 404, reason: 'Gone fishing', body: 'x', contentFilters: ['var-subst'] };
    const headers = [['Set-Cookie', 'a=1'] as const, ['Set-Cookie', 'b=2'] as const];
    expect(
      decoded({ channel: 'test', formats: { 'http-response': { ...response, headers } } }).response,
    ).toMatchObject({ status: 404, reason: 'Gone fishing', headers, contentFilters: ['var-subst'] });
    expect(
      decoded({ channel: 'test', formats: { 'http-response': { ...response, headers: { 'X-A': '1' } } } })
        .response,
    ).toMatchObject({ headers: [['X-A', '1']] });
    const bodyPatch = [{ op: 'replace', path: '/a', value: 1 }];
    expect(decoded({ channel: 'test', formats: { 'http-response': { bodyPatch } } }).response).toMatchObject({
      bodyPatch,
    });
  });

  const secret = 'a-secret-payload';
  it.each<[string, Partial<PublishItem>, RegExp]>([
    ['a channel name with a comma', { channel: 'a,b' }, /channel name/],
    ['no format', { formats: {} }, /found none/],
    ['an empty id', { id: '' }, /id of a message is not empty/],
    ['an id with a line break', { id: `${secret}\r\nX: y` }, /id of a message .* control/],
    ['a previous id with a NUL', { prevId: `${secret}\0` }, /control/],
    ['a code that is no status', { formats: { 'http-response': { code: 99, body: secret } } }, /found 99/],
    [
      'a reason of two lines',
      { formats: { 'http-response': { reason: `${secret}\n`, body: '' } } },
      /reason/,
    ],
    [
      'a header of two lines',
      { formats: { 'http-response': { headers: { 'X-A': `${secret}\r\nX: y` }, body: '' } } },
      /X-A/,
    ],
    [
      'a header without a name',
      { formats: { 'http-response': { headers: { '': secret }, body: '' } } },
      /token/,
    ],
    ['half a surrogate pair', { formats: { 'ws-message': { content: `${secret}\ud800` } } }, /surrogate/],
    [
      'content that is neither text nor bytes',
      { formats: { 'http-stream': { content: { secret } as unknown as string } } },
      /found object/,
    ],
    ['close code 1005', { formats: { 'ws-message': { action: 'close', code: 1005 } } }, /found 1005/],
    ['close code 5000', { formats: { 'ws-message': { action: 'close', code: 5000 } } }, /found 5000/],
    [
      'a close reason without a code',
      { formats: { 'ws-message': { action: 'close', reason: secret } } },
      /code/,
    ],
    [
      'a close reason of 124 bytes',
      { formats: { 'ws-message': { action: 'close', code: 4000, reason: 'é'.repeat(62) } } },
      /at most 123 bytes; found 124/,
    ],
  ])('refuses %s, and repeats nothing of it', (_, fields, message) => {
    const item = { channel: 'test', formats: { 'ws-message': { content: '' } }, ...fields };
    expect(() => encodePublishItem(item)).toThrow(ProtocolError);
    expect(() => encodePublishItem(item)).toThrow(message);
    expect(() => encodePublishItem(item)).not.toThrow(secret);
  });
});
