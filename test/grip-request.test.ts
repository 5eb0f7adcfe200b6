import { describe, expect, it } from 'vitest';
import { GripRequest } from '../src/grip-request.js';

const headers = new Headers({
  'Grip-Feature': 'status, link:next , filter:skip-self',
  'Grip-Last': 'news; last-id=41, room-1;last-id=a=b',
  'Connection-Id': 'connection-1',
  'Content-Type': 'application/websocket-events',
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

  it.each([undefined, 'text/plain', 'Application/WebSocket-Events', 'application/websocket-events; x'])(
    'is no connection where the type is %s: Fanout passes on what the client says',
    (type) => {
      const said = new Headers({ 'Connection-Id': 'forged', ...(type && { 'Content-Type': type }) });
      expect(new GripRequest(said, { issuer: 'x', expires: 1 }).connectionId).toBeUndefined();
    },
  );

  it('is empty where Fanout says nothing', () => {
    const grip = new GripRequest(new Headers(), { issuer: 'x', expires: 1 });
    expect([grip.features, [...grip.lastIds], grip.connectionId]).toEqual([[], [], undefined]);
  });

  it('is read in about the time that its length takes, whatever it holds', () => {
    const cost = (value: string) => {
      const grip = new GripRequest(new Headers({ 'Grip-Last': value }), { issuer: 'x', expires: 1 });
      const before = process.cpuUsage().user;
      for (let times = 0; times < 10; times += 1) grip.lastIds;
      return process.cpuUsage().user - before;
    };
    const usual = 'news; last-id=41, '.repeat(12);
    const spaces = `a${' '.repeat(usual.length)}b`;
    cost(usual);
    expect(cost(spaces) / Math.max(cost(usual), 1000)).toBeLessThan(20);
  });
});
