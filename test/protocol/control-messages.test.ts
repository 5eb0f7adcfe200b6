import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ControlMessage, controlMessage } from '../../src/protocol/control-messages.js';
import { decodeWebSocketEvents, encodeWebSocketEvents } from '../../src/protocol/websocket-events.js';

describe('controlMessage', () => {
  it.each<[string, ControlMessage]>([
    ['c:{"type":"subscribe","channel":"test"}', { type: 'subscribe', channel: 'test' }],
    [
      'c:{"type":"subscribe","channel":"test","filters":["skip-self"]}',
      { type: 'subscribe', channel: 'test', filters: ['skip-self'] },
    ],
    ['c:{"type":"unsubscribe","channel":"test"}', { type: 'unsubscribe', channel: 'test' }],
    ['c:{"type":"detach"}', { type: 'detach' }],
    ['c:{"type":"set-meta","name":"user","value":"ada"}', { type: 'set-meta', name: 'user', value: 'ada' }],
    ['c:{"type":"set-meta","name":"user"}', { type: 'set-meta', name: 'user' }],
    [
      'c:{"type":"keep-alive","message-type":"ping","content":"","timeout":20,"mode":"interval"}',
      { type: 'keep-alive', 'message-type': 'ping', content: '', timeout: 20, mode: 'interval' },
    ],
    ['c:{"type":"keep-alive","content-bin":"AAE="}', { type: 'keep-alive', 'content-bin': 'AAE=' }],
    ['c:{"type":"keep-alive"}', { type: 'keep-alive' }],
  ])('writes %s', (content, message) => {
    expect(controlMessage(message)).toEqual({ type: 'TEXT', content });
  });

  it('carries any value, in an event of its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const body = encodeWebSocketEvents([
          controlMessage({ type: 'set-meta', name: 'x', value }),
          { type: 'PING' },
        ]);
        const [event, ping] = decodeWebSocketEvents(body);
        const text = new TextDecoder().decode(event?.content);
        expect(text.slice(0, 2)).toBe('c:');
        expect(JSON.parse(text.slice(2))).toEqual({ type: 'set-meta', name: 'x', value });
        expect(ping).toEqual({ type: 'PING' });
      }),
    );
  });
});
