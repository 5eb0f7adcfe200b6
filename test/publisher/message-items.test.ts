import { describe, expect, expectTypeOf, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { type Message, messageItems } from '../../src/publisher/message-items.js';

const items = (message: string | Uint8Array | Message, options = {}) =>
  messageItems('test', message, { id: '1', ...options });

describe('a message', () => {
  it('goes to each transport in its own framing, with one id', () => {
    expect(items('hello\nworld', { prevId: '0', noSeq: true, meta: { sender: 'ada' } })).toEqual(
      [
        {
          channel: 'test',
          formats: { 'ws-message': { content: 'hello\nworld' }, 'http-response': { body: 'hello\nworld' } },
        },
        { channel: 'test~sse', formats: { 'http-stream': { content: 'data: hello\ndata: world\n\n' } } },
        { channel: 'test~stream', formats: { 'http-stream': { content: 'hello\nworld\n' } } },
      ].map((item) => ({ ...item, id: '1', prevId: '0', noSeq: true, meta: { sender: 'ada' } })),
    );
  });

  it('names its sender in its meta', () => {
    for (const item of items('hi', { sender: '7', meta: { other: 'x', sender: 'ada' } })) {
      expect(item).toMatchObject({ meta: { other: 'x', sender: '7' } });
      expect(item).not.toHaveProperty('sender');
    }
    expect(items('hi')[0]).not.toHaveProperty('meta');
  });

  it('is an event for server-sent events, and its data for the others', () => {
    const [plain, sse, stream] = items({ event: 'joined', data: { who: 'ada' }, id: '42', retry: 500 });
    const json = '{"who":"ada"}';
    expect(sse?.formats).toEqual({
      'http-stream': { content: `event: joined\nid: 42\nretry: 500\ndata: ${json}\n\n` },
    });
    expect(plain?.formats).toEqual({ 'ws-message': { content: json }, 'http-response': { body: json } });
    expect(stream?.formats).toEqual({ 'http-stream': { content: `${json}\n` } });
  });

  it('of bytes is Base64 for server-sent events, and bytes for the others', () => {
    const bytes = Uint8Array.of(0xff, 0, 10);
    const [plain, sse, stream] = items(bytes);
    expect(plain?.formats).toEqual({ 'ws-message': { content: bytes }, 'http-response': { body: bytes } });
    expect(sse?.formats).toEqual({ 'http-stream': { content: 'data: /wAK\n\n' } });
    expect(stream?.formats).toEqual({ 'http-stream': { content: bytes } });
  });

  it('has one line feed at the end of a line', () => {
    expect(items('line\n').at(-1)?.formats).toEqual({ 'http-stream': { content: 'line\n' } });
  });

  it.each([
    [['websocket'], [['test', ['ws-message']]]],
    [['long-poll'], [['test', ['http-response']]]],
    [['sse'], [['test~sse', ['http-stream']]]],
    [
      ['stream', 'websocket'],
      [
        ['test', ['ws-message']],
        ['test~stream', ['http-stream']],
      ],
    ],
  ])('goes to %o only', (to, expected) => {
    expect(items('x', { to }).map(({ channel, formats }) => [channel, Object.keys(formats)])).toEqual(
      expected,
    );
  });

  it.each<[string, () => unknown, RegExp]>([
    ['for a derived channel', () => messageItems('a~sse', 'x', { id: '1' }), /reserved/],
    ['for nobody', () => items('x', { to: [] }), /Expected one of websocket/],
    ['with an event name of two lines', () => items({ data: '', event: 'a\nb' }), /event .* one line/],
    ['without data', () => items({ event: 'x' } as unknown as Message), /found an object without/],
    ['of undefined', () => items(undefined as unknown as string), /found undefined/],
    ['with data that is no JSON', () => items({ data: (() => 1) as unknown as object }), /JSON/],
    ['with data in a circle', () => items({ data: circle() }), /JSON/],
  ])('%s is refused', (_, make, message) => {
    expect(make).toThrow(ProtocolError);
    expect(make).toThrow(message);
  });

  it('has types that guide', () => {
    expectTypeOf<{ data: { who: string }; event: string }>().toExtend<Message>();
    expectTypeOf<{ event: string }>().not.toExtend<Message>();
    expectTypeOf<{ data: undefined }>().not.toExtend<Message>();
  });
});

function circle(): object {
  const object: Record<string, unknown> = {};
  object['self'] = object;
  return object;
}
