import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { checkNotDerived, derivedChannel, withFramed } from '../../src/protocol/derived-channel.js';

describe('derived channels', () => {
  it('stand beside those that they are made from, with the same filters', () => {
    expect(withFramed([{ name: 'a', filters: ['skip-self'] }, { name: 'b' }], 'sse')).toEqual([
      { name: 'a', filters: ['skip-self'] },
      { name: 'a~sse', filters: ['skip-self'] },
      { name: 'b' },
      { name: 'b~sse' },
    ]);
    expect(derivedChannel('a', 'stream')).toBe('a~stream');
  });

  it('leave room for ten names, and say so', () => {
    const channels = Array.from({ length: 11 }, (_, index) => ({ name: `c${index}` }));
    expect(withFramed(channels.slice(1), 'sse')).toHaveLength(20);
    expect(() => withFramed(channels, 'sse')).toThrow(ProtocolError);
    expect(() => withFramed(channels, 'sse')).toThrow(/at most 10 channels.*found 11/);
  });

  it.each(['lobby~sse', 'lobby~stream', '~sse'])('are not to be named by an app: %s', (name) => {
    expect(() => checkNotDerived(name)).toThrow(/reserved/);
  });

  it.each(['lobby', 'lobby~ssex', 'sse', 'lobby-sse', 'lobby~sse~'])('are no other names: %s', (name) => {
    expect(() => checkNotDerived(name)).not.toThrow();
  });
});
