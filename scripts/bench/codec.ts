import * as grip from '@fanoutio/grip';
import { decodeWebSocketEvents, encodeWebSocketEvents } from '../../src/protocol/websocket-events.js';
import type { BenchOptions } from './bench-options.js';
import { median, type Row } from './row.js';
import { figure } from './table.js';

const PART = 'Codec of WebSocket events, over @fanoutio/grip 4.3.0';
const SIZES = [1, 100, 4000];
const CONTENT = 'hello world';
const ROUNDS = 3;

/** How fast events are read and written, beside the other package, on the same bytes, here on Node. */
export function benchCodec({ codecTime, log }: BenchOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of SIZES) {
    log(`codec, ${size} events`);
    const body = new TextEncoder().encode(
      `TEXT ${CONTENT.length.toString(16)}\r\n${CONTENT}\r\n`.repeat(size),
    );
    const events = Array.from({ length: size }, () => ({ type: 'TEXT', content: CONTENT }));
    const others = events.map(({ type, content }) => new grip.WebSocketEvent(type, content));
    same(encodeWebSocketEvents(events), body, 'encoded');
    same(grip.encodeWebSocketEvents(others), body, 'encoded');
    for (const decode of [decodeWebSocketEvents, grip.decodeWebSocketEvents]) {
      if (decode(body).length !== size) throw new Error(`Expected ${size} events.`);
    }

    const compare = (own: () => unknown, other: () => unknown) => {
      const rounds = Array.from(
        { length: ROUNDS },
        () => [rate(own, codecTime), rate(other, codecTime)] as const,
      );
      const ratio = median(rounds.map(([ours, theirs]) => ours / theirs));
      const eventsPerSecond = ([0, 1] as const).map((side) =>
        figure(median(rounds.map((round) => round[side])) * size),
      );
      return { part: PART, value: ratio, unit: 'x', detail: `${eventsPerSecond.join(' and ')} events/s` };
    };
    rows.push({
      what: `decode ${size}`,
      ...compare(
        () => decodeWebSocketEvents(body),
        () => grip.decodeWebSocketEvents(body),
      ),
      target: size === 4000 ? { atLeast: 50 } : undefined,
    });
    rows.push({
      what: `encode ${size}`,
      ...compare(
        () => encodeWebSocketEvents(events),
        () => grip.encodeWebSocketEvents(others),
      ),
    });
  }
  return Promise.resolve(rows);
}

/** Calls for each second of CPU time. */
function rate(call: () => unknown, milliseconds: number): number {
  const began = process.cpuUsage();
  for (let calls = 1, step = 1; ; calls += step) {
    for (let index = 0; index < step; index += 1) call();
    const { user, system } = process.cpuUsage(began);
    const spent = (user + system) / 1000;
    if (spent >= milliseconds) return (calls + step - 1) / (spent / 1000);
    // Asking what time it is must not be what is measured.
    if (spent < milliseconds / 20) step *= 2;
  }
}

function same(found: Uint8Array, expected: Uint8Array, what: string): void {
  if (Buffer.compare(found, expected) !== 0) throw new Error(`What was ${what} is not the same.`);
}
