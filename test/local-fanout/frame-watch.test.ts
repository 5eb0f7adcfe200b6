import { describe, expect, it } from 'vitest';
import { FrameWatch } from '../../src/local-fanout/frame-watch.js';

/** A masked frame, as clients send them. */
function frame(opcode: number, length: number, isLast = true): Buffer {
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const header = Buffer.alloc(2 + extra + 4, 0x55);
  header[0] = (isLast ? 0x80 : 0) | opcode;
  header[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) header.writeUInt16BE(length, 2);
  if (extra === 8) header.writeBigUInt64BE(BigInt(length), 2);
  // What looks like a control frame.
  return Buffer.concat([header, Buffer.alloc(length, 0x89)]);
}
const [CONTINUATION, TEXT, CLOSE, PING] = [0x0, 0x1, 0x8, 0x9];

describe('FrameWatch', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536])('accepts whole messages and pings of %i bytes', (length) => {
    const bytes = Buffer.concat([frame(TEXT, length), frame(PING, 3), frame(TEXT, length), frame(CLOSE, 2)]);
    expect(new FrameWatch().accepts(bytes)).toBe(true);
  });

  it('accepts a ping behind the last fragment', () => {
    const fragments = [frame(TEXT, 5, false), frame(CONTINUATION, 5, false), frame(CONTINUATION, 5)];
    expect(new FrameWatch().accepts(Buffer.concat([...fragments, frame(PING, 0)]))).toBe(true);
  });

  it.each([
    ['a ping', PING],
    ['a close', CLOSE],
  ])('finds %s among fragments, however the bytes are cut', (_, opcode) => {
    const bytes = Buffer.concat([frame(TEXT, 130), frame(TEXT, 300, false), frame(opcode, 4)]);
    for (const size of [1, 2, 3, 7, 100, bytes.length]) {
      const watch = new FrameWatch();
      const accepted: boolean[] = [];
      for (let from = 0; from < bytes.length; from += size) {
        accepted.push(watch.accepts(bytes.subarray(from, from + size)));
      }
      expect(accepted).toContain(false);
    }
  });
});
