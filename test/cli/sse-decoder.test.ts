import { createParser, type EventSourceMessage } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReceivedEvent, SseDecoder } from '../../src/cli/sse-decoder.js';
import { encodeSseEvent } from '../../src/protocol/sse-event.js';

function decode(
  text: string,
  cuts: readonly number[] = [],
): { events: ReceivedEvent[]; decoder: SseDecoder } {
  const bytes = Buffer.from(text);
  const decoder = new SseDecoder();
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const events = at.slice(1).flatMap((end, index) => decoder.decode(bytes.subarray(at[index], end)));
  return { events, decoder };
}

/** What another parser makes of it. */
function parsed(text: string): ReceivedEvent[] {
  const events: ReceivedEvent[] = [];
  const onEvent = ({ event = 'message', data, id }: EventSourceMessage) => {
    events.push({ event, data, id });
  };
  createParser({ onEvent }).feed(text);
  return events;
}

describe('the decoder of server-sent events', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '',
      ':',
      ': note',
      'data',
      'data:',
      'data: a',
      'data:b',
      'data:  c: d',
      'event: e',
      'id: 1',
      'id',
    ),
    fc.constantFrom('event', 'retry: 5', 'retry: x', 'dat: a', 'id: 2', 'data: ✓'),
  );
  const ending = fc.constantFrom('\n', '\r\n');

  it('reads what another one reads, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(line, ending)), fc.array(fc.nat()), (lines, cuts) => {
        const text = `${lines.map((pair) => pair.join('')).join('')}\n\n`;
        expect(decode(text, cuts).events).toEqual(parsed(text));
      }),
    );
  });

  it('ends a line at a lone carriage return, at once', () => {
    expect(decode('data: a\r\r').events).toEqual([{ event: 'message', data: 'a', id: undefined }]);
    expect(decode('data: a\r\ndata: b\r\n\r\n', [8]).events).toMatchObject([{ data: 'a\nb' }]);
  });

  it('reads what the encoder writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat()), (data, cuts) => {
        const text = encodeSseEvent({ event: 'e', id: '1', retry: 7, data });
        const { events, decoder } = decode(text, cuts);
        expect(events).toEqual([{ event: 'e', id: '1', data: data.replace(/\r\n?/g, '\n') }]);
        expect([decoder.lastId, decoder.retry]).toEqual(['1', 7]);
      }),
    );
  });
});
