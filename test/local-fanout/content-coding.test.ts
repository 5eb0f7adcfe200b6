import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decoded } from '../../src/local-fanout/content-coding.js';

function encoded(coding: string, body: Uint8Array<ArrayBuffer>): Response {
  return new Response(body, {
    status: 201,
    headers: { 'Content-Encoding': coding, 'Content-Length': String(body.length), 'X-Own': '1' },
  });
}

describe('the content coding of a response', () => {
  it.each<[string, (text: string) => Buffer]>([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (text) => Buffer.from(text)],
  ])('%s is taken off', async (coding, encode) => {
    const response = decoded(encoded(coding, new Uint8Array(encode('hello'))), false);
    expect(await response.text()).toBe('hello');
    expect([response.status, ...response.headers]).toEqual([201, ['x-own', '1']]);
  });

  it('is taken off the headers only where fetch has decoded the body', async () => {
    expect(await decoded(encoded('gzip', new Uint8Array([0x61])), true).text()).toBe('a');
  });

  it('leaves a response without one alone', () => {
    const response = new Response('x');
    expect(decoded(response, false)).toBe(response);
  });

  it('is refused when it is not known', () => {
    expect(() => decoded(encoded('x-own', new Uint8Array(1)), false)).toThrow(/found "x-own"/);
  });

  it('makes the body fail that is not encoded so', async () => {
    await expect(decoded(encoded('gzip', new Uint8Array([1, 2, 3])), false).text()).rejects.toThrow();
  });
});
