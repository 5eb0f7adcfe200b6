import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.js';
import { checkHandoffProof, handoffProof } from '../../src/protocol/handoff-proof.js';

const KEY = 'AAECAwQFBgcICQoLDA0ODw==';
const NOW = 1_764_000_000;
const TARGET = '/live/a?since=7';
const proof = handoffProof(KEY, TARGET, NOW);
const check = (text: string, { key = KEY, target = TARGET, now = NOW } = {}) =>
  checkHandoffProof(text, key, target, now);

describe('the proof of a handoff', () => {
  it('counts for an hour, and ages after half of it', () => {
    expect([0, 1799].map((later) => check(proof, { now: NOW + later }))).toEqual(['fresh', 'fresh']);
    expect([1800, 3599].map((later) => check(proof, { now: NOW + later }))).toEqual(['aging', 'aging']);
    expect([3600, 10_000_000].map((later) => check(proof, { now: NOW + later }))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('may come from a clock that is a minute ahead, and no more', () => {
    expect([60, 61].map((ahead) => check(proof, { now: NOW - ahead }))).toEqual(['fresh', undefined]);
  });

  it('is bound to its target and its key', () => {
    for (const target of ['/live/a', '/live/a?since=8', '/live/b?since=7', '/live/a?since=7&x', ''])
      expect(check(proof, { target })).toBeUndefined();
    expect(check(proof, { key: 'AAECAwQFBgcICQoLDA0ODg==' })).toBeUndefined();
    expect(check(proof, { key: btoa('another key, yes') })).toBeUndefined();
  });

  it('proves nothing when any character of it is another', () => {
    for (let index = 0; index < proof.length; index += 1) {
      for (const other of ['0', '1', '-', '.', 'e', ' ']) {
        const changed = proof.slice(0, index) + other + proof.slice(index + 1);
        // A number may be written in more than one way.
        if (changed.split('.').map(Number).join('.') === proof) continue;
        expect(check(changed), changed).toBeUndefined();
      }
    }
  });

  it('proves nothing with a part too few or too many', () => {
    const parts = proof.split('.');
    for (const text of [
      parts.slice(0, 4).join('.'),
      `${proof}.0`,
      `${proof}.`,
      `.${proof}`,
      parts.slice(1).join('.'),
    ])
      expect(check(text)).toBeUndefined();
  });

  it('proves nothing when it is something else, of any length', () => {
    fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => check(text) === undefined));
    for (const time of ['', 'NaN', 'Infinity', '-Infinity', 'null', '0x69240000'])
      expect(check(`${time}.1.2.3.4`)).toBeUndefined();
    expect(check('1.'.repeat(35_000))).toBeUndefined();
  });

  it('holds any path and query', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const ofOne = handoffProof(KEY, one, NOW);
        expect(check(ofOne, { target: one })).toBe('fresh');
        expect(check(ofOne, { target: other })).toBe(one === other ? 'fresh' : undefined);
      }),
    );
  });

  it.each([
    ['', '0 bytes'],
    ['AAECAwQFBgcICQoLDA0O', '15 bytes'],
    ['AAECAwQFBgcICQoLDA0ODxA=', '17 bytes'],
    ['not base64!', 'what is not base64'],
  ])('takes no key but 16 bytes as base64: %j', (key, found) => {
    for (const use of [() => handoffProof(key, TARGET, NOW), () => check(proof, { key })]) {
      expect(use).toThrow(ConfigurationError);
      expect(use).toThrow(`found ${found}.`);
    }
  });

  it('takes a key as base64url too', () => {
    const key = '-_8CAwQFBgcICQoLDA0ODw';
    expect(handoffProof(key, TARGET, NOW)).toBe(handoffProof('+/8CAwQFBgcICQoLDA0ODw==', TARGET, NOW));
  });

  it('never puts the key into a message', () => {
    const secret = 'AAECAwQFBgcICQoLDA0O';
    expect(() => handoffProof(secret, TARGET, NOW)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(secret) }),
    );
  });
});
