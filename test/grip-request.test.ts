import { describe, expect, it } from 'vitest';
import { GripRequest } from '../src/grip-request.js';

const headers = new Headers({
  'Grip-Feature': 'status, link:next , filter:skip-self',
  'Grip-Last': 'news; last-id=41, room-1;last-id=a=b',
  'Connection-Id': 'connection-1',
});

describe('what is known of a request', () => {
  it('is all that Fanout says under its signature', () => {
    const grip = new GripRequest(headers, { issuer: 'fastly:1', expires: 7 });
    expect([grip.verified, grip.issuer, grip.expires, grip.connectionId]).toEqual([
      true,
      'fastly:1',
      7,
      'connection-1',
    ]);
    expect(grip.features).toEqual(['status', 'link:next', 'filter:skip-self']);
    expect([...grip.lastIds]).toEqual([
      ['news', '41'],
      ['room-1', 'a=b'],
    ]);
  });

  it('is nothing of what a client says', () => {
    const grip = new GripRequest(headers, undefined);
    expect([grip.verified, grip.issuer, grip.expires, grip.connectionId]).toEqual([false, ...Array(3)]);
    expect([grip.features, [...grip.lastIds]]).toEqual([[], []]);
  });

  it('is empty where Fanout says nothing', () => {
    const grip = new GripRequest(new Headers(), { issuer: 'x', expires: 1 });
    expect([grip.features, [...grip.lastIds], grip.connectionId]).toEqual([[], [], undefined]);
  });
});
