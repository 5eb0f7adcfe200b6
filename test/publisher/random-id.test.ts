import { afterEach, expect, it, vi } from 'vitest';
import { randomId } from '../../src/publisher/random-id.js';

afterEach(() => vi.unstubAllGlobals());

it('makes ids without randomUUID as well', () => {
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  const ids = Array.from({ length: 100 }, randomId);
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});
