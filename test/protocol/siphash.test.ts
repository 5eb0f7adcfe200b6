import { describe, expect, it } from 'vitest';
import { sipHash128 } from '../../src/protocol/siphash.js';

const counted = (length: number) => Uint8Array.from({ length }, (_, index) => index);

describe('SipHash-2-4 of 128 bits', () => {
  // openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:16 SIPHASH, of the bytes 0, 1, 2, …
  it.each([
    [0, 'a3817f04ba25a8e66df67214c7550293'],
    [1, 'da87c1d86b99af44347659119b22fc45'],
    [7, 'a1f1ebbed8dbc153c0b84aa61ff08239'],
    [8, '3b62a9ba6258f5610f83e264f31497b4'],
    [15, '5493e99933b0a8117e08ec0f97cfc3d9'],
    [16, '6ee2a4ca67b054bbfd3315bf85230577'],
    [63, '5150d1772f50834a503e069a973fbd7c'],
    [100, '39732dd009be17338297c6358fe5e6d9'],
  ])('of %d bytes is that of OpenSSL', (length, expected) => {
    const words = sipHash128(counted(16), counted(length));
    expect(Buffer.from(words.buffer).toString('hex')).toBe(expected);
  });
});
