import { describe, expect, it } from 'vitest';
import { readServiceEvents } from '../../src/local-fanout/event-reader.js';

/** The events, one text each. */
function read(body: string): string[] {
  return readServiceEvents(Buffer.from(body)).map(({ type, content }) =>
    content === undefined ? type : `${type}=${Buffer.from(content)}`,
  );
}

describe('the events of a service', () => {
  it.each([
    ['', []],
    ['OPEN\r\nTEXT 3\r\na\r\n\r\n', ['OPEN', 'TEXT=a\r\n']],
    ['TEXT 0\r\n\r\nCLOSE\r\n', ['TEXT=', 'CLOSE']],
    ['TEXT 0xA\r\n0123456789\r\nPING\r\n', ['TEXT=0123456789', 'PING']],
    ['TEXT 9\r\nabc\r\n', ['TEXT=abc\r\n']],
    ['TEXT 1\r\na', ['TEXT=a']],
    ['text 1\r\na\r\nX-1\r\n', ['text=a', 'X-1']],
  ])('%j', (body, events) => {
    expect(read(body)).toEqual(events);
  });

  it.each([
    'OPEN',
    'OPEN\n',
    'OPEN\r\nTEX',
    'OPEN \r\n',
    'TEXT x\r\n',
    'TEXT -1\r\na\r\n',
    'TEXT 80000000\r\n',
  ])('are refused: %j', (body) => {
    expect(() => read(body)).toThrow(/WebSocket events of the service/);
  });
});
