import { describe, expect, it } from 'vitest';
import { escapedUrl } from '../../src/protocol/escaped-url.js';

const ORIGIN = 'https://edge.example';

describe('escapedUrl', () => {
  it.each([
    ['/sse?filter={%22a%22:[1]}', '/sse?filter=%7B%22a%22:[1]%7D'],
    ['/a|b?c|d', '/a%7Cb?c%7Cd'],
    ['/sse?^`\\', '/sse?%5E%60%5C'],
    ['/sse?done=100%', '/sse?done=100%25'],
    ['/sse?%zz%2%%41', '/sse?%25zz%252%25%41'],
  ])('escapes %s', (raw, escaped) => {
    expect(escapedUrl(ORIGIN + raw)).toBe(ORIGIN + escaped);
    expect(escapedUrl(ORIGIN + escaped)).toBe(ORIGIN + escaped);
  });

  it.each(['/sse', '/%7Euser/%c3%A9?q=a+b%20c', `/-._~!$&'()*+,;=:@/?-._~!$&'()*+,;=:@/?[]`])(
    'leaves %s as it is',
    (path) => {
      expect(escapedUrl(ORIGIN + path)).toBe(ORIGIN + path);
    },
  );

  it('leaves in a URL nothing that RFC 3986 has no place for, whatever a URL can have', () => {
    for (let code = 0x20; code < 0x7f; code += 1) {
      const { href } = new URL(`${ORIGIN}/?${String.fromCharCode(code)}`);
      expect(escapedUrl(href)).toMatch(/^(?:[\w.~!$&'()*+,;=:@/?#[\]-]|%[\dA-F]{2})*$/);
    }
  });
});
