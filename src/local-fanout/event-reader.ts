import { ProtocolError } from '../errors.js';
import type { WebSocketEvent } from '../protocol/websocket-events.js';

/** The largest length that Pushpin reads. */
const MAX_LENGTH = 2 ** 31 - 1;

/**
 * Reads the events of a service as Pushpin does, which is more than the protocol allows: types of any letters, a length
 * with `0x` or beyond the end of the body, and content that no line end follows. The service's own side is strict.
 *
 * @throws ProtocolError for a line without an end, and for a length that is no number.
 */
export function readServiceEvents(body: Buffer): WebSocketEvent[] {
  const events: WebSocketEvent[] = [];
  for (let position = 0; position < body.length; ) {
    const end = body.indexOf('\r\n', position);
    if (end < 0) throw malformed('CR LF at the end of an event', position);
    const line = body.toString('latin1', position, end);
    const from = end + 2;
    const space = line.indexOf(' ');
    if (space < 0) {
      events.push({ type: line });
      position = from;
      continue;
    }
    const digits = /^\s*(?:0x)?([\da-f]+)\s*$/i.exec(line.slice(space + 1))?.[1];
    const length = digits === undefined ? Number.NaN : Number.parseInt(digits, 16);
    if (!(length <= MAX_LENGTH)) throw malformed('a length in hexadecimal digits', position);
    events.push({ type: line.slice(0, space), content: body.subarray(from, from + length) });
    position = from + length + 2;
  }
  return events;
}

function malformed(expected: string, position: number): ProtocolError {
  return new ProtocolError(`WebSocket events of the service: expected ${expected}, from byte ${position}.`);
}
