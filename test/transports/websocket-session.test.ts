import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, ProtocolError } from '../../src/errors.js';
import { fanout } from '../../src/fanout.js';
import type { Channel } from '../../src/protocol/channel.js';
import { encodeClose } from '../../src/protocol/websocket-events.js';
import { OutgoingEvents, WebSocketSession } from '../../src/transports/websocket-session.js';
import { WebSocketTransport } from '../../src/transports/websocket-transport.js';
import { answer, bytes, signedEvents } from '../support/fake-platform.js';

/** What is sent by what `use` does with a session. */
async function sentBy(
  use: (session: WebSocketSession) => void,
  options: { prefix?: string; headers?: Record<string, string> } = {},
): Promise<string> {
  const outgoing = new OutgoingEvents();
  const channels: readonly Channel[] = [];
  const app = new Hono().post('/ws', (c) => {
    use(new WebSocketSession(c, channels, outgoing, options.prefix ?? ''));
    return c.body(null);
  });
  app.onError((error) => {
    throw error;
  });
  await app.request('/ws', { method: 'POST', headers: options.headers ?? {} });
  return Buffer.from(outgoing.encode()).toString('latin1');
}

describe('WebSocketSession', () => {
  it.each<[string, (session: WebSocketSession) => void, string]>([
    ['text', (s) => s.send('hello'), 'TEXT 5\r\nhello\r\n'],
    ['bytes', (s) => s.send(new Uint8Array([0, 255])), 'BINARY 2\r\n\x00\xff\r\n'],
    ['a subscription', (s) => s.subscribe('a'), 'TEXT 24\r\nc:{"type":"subscribe","channel":"a"}\r\n'],
    [
      'a subscription with filters',
      (s) => s.subscribe('a', { filters: ['skip-self'] }),
      'TEXT 3c\r\nc:{"type":"subscribe","channel":"a","filters":["skip-self"]}\r\n',
    ],
    ['the end of one', (s) => s.unsubscribe('a'), 'TEXT 26\r\nc:{"type":"unsubscribe","channel":"a"}\r\n'],
    ['a detach', (s) => s.detach(), 'TEXT 13\r\nc:{"type":"detach"}\r\n'],
    [
      'any control message',
      (s) => s.control({ type: 'set-meta', name: 'user', value: 'ada' }),
      'TEXT 31\r\nc:{"type":"set-meta","name":"user","value":"ada"}\r\n',
    ],
    ['a close', (s) => s.close(), 'CLOSE 2\r\n\x03\xe8\r\n'],
    ['a close with a reason', (s) => s.close(4001, 'gone'), 'CLOSE 6\r\n\x0f\xa1gone\r\n'],
  ])('sends %s', async (_what, use, sent) => {
    expect(await sentBy(use)).toBe(sent);
  });

  it('sends in the order of the calls', async () => {
    const sent = await sentBy((session) => {
      session.send('a');
      session.send(new Uint8Array([0x62]));
      session.close();
    });
    expect(sent).toBe('TEXT 1\r\na\r\nBINARY 1\r\nb\r\nCLOSE 2\r\n\x03\xe8\r\n');
  });

  it('refuses text that Fanout would obey, and sends nothing of it', async () => {
    const sent = await sentBy((session) => {
      expect(() => session.send('c:{"type":"detach"}')).toThrow(ProtocolError);
      expect(() => session.send('c:geheim')).toThrow(/^(?!.*geheim)/s);
    });
    expect(sent).toBe('');
  });

  it('sends such text behind a prefix', async () => {
    expect(await sentBy((session) => session.send('c:x'), { prefix: 'm:' })).toBe('TEXT 5\r\nm:c:x\r\n');
  });

  it('refuses text that only its prefix makes Fanout obey', async () => {
    await sentBy((session) => expect(() => session.send(':{"type":"detach"}')).toThrow(), { prefix: 'c' });
  });

  it.each(['', 'a,b', 'a\r\nb', 'é', undefined as unknown as string])(
    'refuses the channel %j',
    async (channel) => {
      const sent = await sentBy((session) => {
        expect(() => session.subscribe(channel)).toThrow(ProtocolError);
        expect(() => session.unsubscribe(channel)).toThrow(ProtocolError);
      });
      expect(sent).toBe('');
    },
  );

  it.each([1000, 3000, 3999, 4000, 4999])('closes with code %d', async (code) => {
    expect(await sentBy((session) => session.close(code))).toBe(
      `CLOSE 2\r\n${Buffer.from(encodeClose(code)).toString('latin1')}\r\n`,
    );
  });

  it.each([
    0,
    999,
    1001,
    1005,
    1006,
    1011,
    1015,
    2999,
    5000,
    65536,
    -1,
    3000.5,
    Number.NaN,
    '1000' as unknown as number,
  ])('does not close with code %s, and stays open', async (code) => {
    await sentBy((session) => {
      expect(() => session.close(code)).toThrow(ConfigurationError);
      expect(session.closed).toBe(false);
    });
  });

  it.each([
    ['123 letters', 'a'.repeat(123), true],
    ['124 letters', 'a'.repeat(124), false],
    ['41 signs of three bytes', '€'.repeat(41), true],
    ['42 signs of three bytes', '€'.repeat(42), false],
  ])('closes with a reason of at most 123 bytes: %s', async (_what, reason, fits) => {
    await sentBy((session) => {
      if (fits) session.close(1000, reason);
      else expect(() => session.close(1000, reason)).toThrow(ConfigurationError);
      expect(session.closed).toBe(fits);
    });
  });

  it.each<[string, (session: WebSocketSession) => void]>([
    ['text', (s) => s.send('x')],
    ['bytes', (s) => s.send(new Uint8Array())],
    ['a subscription', (s) => s.subscribe('a')],
    ['a detach', (s) => s.detach()],
    ['another close', (s) => s.close()],
  ])('sends nothing once it is closed: %s', async (_what, use) => {
    const sent = await sentBy((session) => {
      expect(session.closed).toBe(false);
      session.close();
      expect(session.closed).toBe(true);
      expect(() => use(session)).toThrow(ConfigurationError);
    });
    expect(sent).toBe('CLOSE 2\r\n\x03\xe8\r\n');
  });

  it("is named by Fanout's Connection-Id", async () => {
    await sentBy((session) => expect(session.id).toBe('abc-1'), { headers: { 'Connection-Id': 'abc-1' } });
    await sentBy((session) => expect(session.id).toBe(''));
  });

  it('knows the request', async () => {
    await sentBy((session) => expect(session.context.req.header('Meta-User')).toBe('ada'), {
      headers: { 'Meta-User': 'ada' },
    });
  });
});

describe('a session that the client ended', () => {
  /** What the hook of that event found when it sent something. */
  async function ended(body: string) {
    const found: { closed?: boolean; error?: unknown } = {};
    const attempt = (session: WebSocketSession) => {
      found.closed = session.closed;
      try {
        session.send('anyone there?');
      } catch (error) {
        found.error = error;
      }
    };
    class Tested extends WebSocketTransport {
      override onClose = attempt;
      override onDisconnect = attempt;
    }
    const app = fanout({ channels: ['test'], transports: [Tested], logger: () => undefined });
    const sent = await bytes(await answer(app, signedEvents('/ws', body)));
    return { ...found, sent };
  }

  it.each([
    ['by a close', 'CLOSE 2\r\n\x03\xe8\r\n', 'CLOSE 2\r\n\x03\xe8\r\n'],
    ['by its loss', 'DISCONNECT\r\n', ''],
  ])('is closed, and sends nothing any more: %s', async (_what, body, sent) => {
    expect(await ended(body)).toEqual({ closed: true, error: expect.any(ConfigurationError), sent });
  });
});
