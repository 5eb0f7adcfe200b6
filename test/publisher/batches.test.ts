import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { batches, encodeBatch, encodeMessage } from '../../src/publisher/batches.js';
import { messageItems } from '../../src/publisher/message-items.js';

const encode = (id: string, message: string | Uint8Array, maxBytes: number) =>
  encodeMessage(id, 'test', messageItems('test', message, { id }), maxBytes);
const size = (body: string) => Buffer.byteLength(body);

describe('batches', () => {
  it('keep both limits and the order, lose nothing, and are as full as they can be', () => {
    const message = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.uint8Array({ maxLength: 60 }),
    );
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 60 }),
        fc.integer({ min: 2500, max: 6000 }),
        fc.integer({ min: 1, max: 12 }),
        (messages, bytes, count) => {
          const encoded = messages.map((each, index) => encode(String(index), each, bytes));
          const divided = batches(encoded, { bytes, messages: count });
          expect(divided.flat()).toEqual(encoded);
          for (const [index, batch] of divided.entries()) {
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(count);
            expect(size(encodeBatch(batch))).toBeLessThanOrEqual(bytes);
            const next = divided[index + 1]?.[0];
            if (next === undefined || batch.length === count) continue;
            expect(size(encodeBatch([...batch, next]))).toBeGreaterThan(bytes);
          }
        },
      ),
    );
  });

  it('take a message of exactly the limit, and not one byte more', () => {
    const { bytes } = encode('1', 'x'.repeat(1000), 65_536);
    const limit = bytes + size(encodeBatch([]));
    expect(size(encodeBatch([encode('1', 'x'.repeat(1000), limit)]))).toBe(limit);
    expect(() => encode('1', 'x'.repeat(1000), limit - 1)).toThrow(ProtocolError);
    expect(() => encode('1', 'x'.repeat(1000), limit - 1)).toThrow(
      `Expected a publish request of at most ${limit - 1} bytes, found one of ${limit}`,
    );
  });
});
