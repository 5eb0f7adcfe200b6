import assert from 'node:assert/strict';
import { ProtocolError } from '../../../src/errors.js';
import { readServiceEvents } from '../../../src/local-fanout/event-reader.js';
import {
  decodeClose,
  decodeWebSocketEvents,
  encodeClose,
  encodeWebSocketEvents,
  type WebSocketEvent,
} from '../../../src/protocol/websocket-events.js';
import { type FuzzTarget, resultOf } from '../target.js';

/** No event is shorter: a letter and its line end. */
const SHORTEST_EVENT = 3;

/** The events of a request, which are the bytes that a stranger may send to the service. */
const target: FuzzTarget = {
  name: 'events',
  tokens: [
    'OPEN',
    'TEXT',
    'BINARY',
    'PING',
    'PONG',
    'CLOSE',
    'DISCONNECT',
    ' ',
    '\r\n',
    '0',
    '5',
    'a',
    'F',
    '0x',
  ],
  seeds: ['OPEN\r\nTEXT 5\r\nhello\r\nCLOSE 2\r\n\x03\xe8\r\n'],
  run(input) {
    const before = Buffer.from(input);
    const lenient = resultOf(
      () => readServiceEvents(input),
      () => [],
    );
    const events = resultOf(
      () => decodeWebSocketEvents(input),
      () => [],
    );
    assert.ok(input.equals(before), 'reading changes nothing');
    if (events instanceof ProtocolError) return false;

    assert.ok(events.length * SHORTEST_EVENT <= input.length, 'no event comes of nothing');
    // What the strict reader takes, the one that reads as Pushpin does takes for the same.
    assert.ok(!(lenient instanceof ProtocolError), 'the lenient reader takes what the strict one takes');
    checkSame(lenient, events);
    const written = encodeWebSocketEvents(events);
    assert.ok(written.length <= input.length, 'nothing is written that was not there');
    const again = decodeWebSocketEvents(written);
    checkSame(again, events);
    assert.ok(Buffer.from(encodeWebSocketEvents(again)).equals(written), 'what was written is written again');
    for (const { type, content } of events) if (type === 'CLOSE') checkClose(content);
    return true;
  },
};

export default target;

function checkSame(found: readonly WebSocketEvent[], expected: readonly WebSocketEvent[]): void {
  assert.equal(found.length, expected.length);
  for (const [index, { type, content }] of expected.entries()) {
    assert.equal(found[index]?.type, type);
    const other = found[index]?.content;
    if (content === undefined || other === undefined) assert.equal(other, content);
    else assert.ok(Buffer.from(other).equals(content), 'an event has other content');
  }
}

function checkClose(content: Uint8Array | undefined): void {
  const { code, reason } = decodeClose(content);
  assert.ok(Number.isInteger(code) && code >= 0 && code <= 0xffff);
  if (content !== undefined && content.length >= 2) {
    assert.deepEqual(decodeClose(encodeClose(code, reason)), { code, reason });
  }
}
