import { createParser, type EventSourceMessage } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { encodeSseEvent, type SseEvent } from '../../src/protocol/sse-event.js';

interface Parsed {
  readonly events: EventSourceMessage[];
  readonly comments: string[];
  readonly retries: number[];
}

function parse(stream: string): Parsed {
  const parsed: Parsed = { events: [], comments: [], retries: [] };
  const parser = createParser({
    onEvent: (event) => parsed.events.push(event),
    onComment: (comment) => parsed.comments.push(comment),
    onRetry: (retry) => parsed.retries.push(retry),
    onError: (error) => {
      throw error;
    },
  });
  parser.feed(stream);
  return parsed;
}

const normalised = (text: string) => text.replace(/\r\n|\r/g, '\n');

const line = fc.string({ unit: 'binary' }).filter((text) => !/[\r\n\0]/.test(text));
const lines = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('\r', '\n', '\r\n', ' ', ':', 'data: x', 'a'), { maxLength: 10 })
    .map((parts) => parts.join('')),
);

describe('encodeSseEvent', () => {
  it.each<[string, SseEvent]>([
    ['data: hello\n\n', { data: 'hello' }],
    ['data: \n\n', { data: '' }],
    ['data: a\ndata: b\ndata: \ndata: c\n\n', { data: 'a\nb\r\n\rc' }],
    [': open\nretry: 3000\n\n', { comment: 'open', retry: 3000 }],
    [': a\n: b\n\n', { comment: 'a\nb' }],
    ['event: joined\nid: 42\ndata: {"who":"ada"}\n\n', { data: '{"who":"ada"}', id: '42', event: 'joined' }],
    ['retry: 0\n\n', { retry: 0 }],
    ['id: \n\n', { id: '' }],
    ['\n', {}],
  ])('writes %j', (text, event) => {
    expect(encodeSseEvent(event)).toBe(text);
  });

  it('is read back by a client, whatever the data', () => {
    fc.assert(
      fc.property(lines, (data) => {
        expect(parse(encodeSseEvent({ data })).events).toEqual([
          { data: normalised(data), event: undefined, id: undefined },
        ]);
      }),
      { numRuns: 500 },
    );
  });

  it('is read back by a client, whatever the fields', () => {
    const event = fc.record(
      { event: line, id: line, retry: fc.nat(), comment: lines, data: lines },
      { requiredKeys: ['data'] },
    );
    fc.assert(
      fc.property(event, (sent) => {
        expect(parse(encodeSseEvent(sent))).toEqual({
          // An empty event name is none.
          events: [{ data: normalised(sent.data), event: sent.event || undefined, id: sent.id }],
          comments: sent.comment === undefined ? [] : normalised(sent.comment).split('\n'),
          retries: sent.retry === undefined ? [] : [sent.retry],
        });
      }),
      { numRuns: 500 },
    );
  });

  it('keeps events apart', () => {
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 5 }), (all) => {
        const stream = all.map((data) => encodeSseEvent({ data })).join('');
        expect(parse(stream).events.map((event) => event.data)).toEqual(all.map(normalised));
      }),
    );
  });

  it.each(['a\nb', 'a\rb', 'a\r\nb', '\n', 'x\n\ndata: forged'])('refuses %j as event and as id', (value) => {
    expect(() => encodeSseEvent({ event: value })).toThrow(ProtocolError);
    expect(() => encodeSseEvent({ id: value })).toThrow(ProtocolError);
  });

  it('refuses NUL in an id, which a browser would ignore', () => {
    expect(() => encodeSseEvent({ id: 'a\0' })).toThrow(ProtocolError);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5' as unknown as number])(
    'refuses a retry of %s',
    (retry) => expect(() => encodeSseEvent({ retry })).toThrow(ProtocolError),
  );

  it('never repeats a value that it refuses', () => {
    expect(() => encodeSseEvent({ event: 'geheim\n' })).toThrow(/^(?!.*geheim)/s);
  });
});
