import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { holdResponse, holdStream } from '../../src/transports/held-response.js';

describe('holdStream', () => {
  it('makes a response with a hold, a body and what else the client gets', async () => {
    const response = holdStream({
      channels: ['news'],
      contentType: 'application/x-ndjson',
      headers: { 'X-Version': '1' },
      keepAlive: { content: '\n', timeout: 20 },
      meta: { user: 'ada' },
      body: '{}\n',
    });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'no-store',
      'content-type': 'application/x-ndjson',
      'grip-channel': 'news, news~stream',
      'grip-hold': 'stream',
      'grip-keep-alive': '\\n; format=cstring; mode=idle; timeout=20',
      'grip-set-meta': 'user="ada"',
      'x-version': '1',
    });
    expect(await response.text()).toBe('{}\n');
  });

  it.each([
    ['text/plain', undefined, 'news, news~stream'],
    ['text/event-stream', undefined, 'news, news~sse'],
    ['Text/Event-Stream; charset=utf-8', undefined, 'news, news~sse'],
    ['text/event-streams', undefined, 'news, news~stream'],
    ['text/event-stream', 'stream', 'news, news~stream'],
    ['text/plain', 'none', 'news'],
  ] as const)('listens to what a Publisher frames for it: %s, %s', (contentType, framing, expected) => {
    const response = holdStream({ channels: ['news'], contentType, ...(framing && { framing }) });
    expect(response.headers.get('Grip-Channel')).toBe(expected);
  });

  it('has ten channels, and twenty where a Publisher is not listened to', () => {
    const stream = {
      channels: Array.from({ length: 11 }, (_, index) => `c${index}`),
      contentType: 'text/plain',
    };
    expect(() => holdStream(stream)).toThrow(/at most 10 channels.*found 11/);
    expect(holdStream({ ...stream, framing: 'none' }).status).toBe(200);
  });

  it('has an empty body where none is given', async () => {
    expect(await holdStream({ channels: ['news'], contentType: 'text/plain' }).text()).toBe('');
  });
});

describe('holdResponse', () => {
  it('makes a response with a hold and a timeout', async () => {
    const response = holdResponse({
      channels: ['news'],
      contentType: 'text/plain',
      timeout: 30,
      body: 'nothing new\n',
    });
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'no-store',
      'content-type': 'text/plain',
      'grip-channel': 'news',
      'grip-hold': 'response',
      'grip-timeout': '30',
    });
    expect(await response.text()).toBe('nothing new\n');
  });
});

const both: [string, typeof holdStream | typeof holdResponse][] = [
  ['holdStream', holdStream],
  ['holdResponse', holdResponse],
];

describe('both', () => {
  it.each(both)('refuse channels that can not be sent: %s', (_name, hold) => {
    expect(() => hold({ channels: ['a,b'], contentType: 'text/plain' })).toThrow(ProtocolError);
    expect(() => hold({ channels: [], contentType: 'text/plain' })).toThrow(ProtocolError);
  });

  it.each(both)('let no header in through another: %s', (_name, hold) => {
    const forged = 'text/plain\r\nGrip-Channel: other';
    expect(() => hold({ channels: ['news'], contentType: forged })).toThrow();
    expect(() =>
      hold({ channels: ['news'], contentType: 'text/plain', headers: { 'X-Name': forged } }),
    ).toThrow();
  });

  it.each(both)('have one Content-Type, the one that is named as such: %s', (_name, hold) => {
    const response = hold({
      channels: ['news'],
      contentType: 'text/plain',
      headers: { 'content-type': 'text/html' },
    });
    expect(response.headers.get('Content-Type')).toBe('text/plain');
  });

  it.each(both)('hold as they say, whatever the further headers: %s', (_name, hold) => {
    const response = hold({
      channels: ['news'],
      contentType: 'text/plain',
      headers: { 'Grip-Hold': 'other', 'Grip-Channel': 'other' },
    });
    expect(response.headers.get('Grip-Channel')).toMatch(/^news(, news~stream)?$/);
    expect(response.headers.get('Grip-Hold')).not.toContain('other');
  });
});
