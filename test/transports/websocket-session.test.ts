import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, ProtocolError } from '../../src/errors.js';
import { fanout } from '../../src/fanout.js';
import type { FanoutEnv } from '../../src/fanout-env.js';
import { encodeClose } from '../../src/protocol/websocket-events.js';
import { ConnectionMeta } from '../../src/transports/connection-meta.js';
import { OutgoingEvents } from '../../src/transports/outgoing-events.js';
import { SocketSubscriptions } from '../../src/transports/socket-subscriptions.js';
import { WebSocketSession } from '../../src/transports/websocket-session.js';
import { WebSocketTransport } from '../../src/transports/websocket-transport.js';
import { answer, bytes, signedEvents } from '../support/fake-platform.js';

interface Sent {
  /** The events, as Latin-1. */
  readonly text: string;
  /** What Fanout is told to remember. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What comes of what `use` does with a session. */
async function answered(
  use: (session: WebSocketSession) => void,
  options: { prefix?: string; skipSelf?: boolean; headers?: Record<string, string> } = {},
): Promise<Sent> {
  const outgoing = new OutgoingEvents();
  const headers = new Headers();
  const app = new Hono<FanoutEnv>().post('/ws', (c) => {
    const meta = new ConnectionMeta(c.req.raw.headers);
    const subscriptions = new SocketSubscriptions(outgoing, meta, options.skipSelf ?? false);
    const messagePrefix = options.prefix ?? '';
    use(
      new WebSocketSession({ context: c, outgoing, meta, subscriptions, messagePrefix, protocol: undefined }),
    );
    meta.write(headers);
    return c.body(null);
  });
  app.onError((error) => {
    throw error;
  });
  await app.request('/ws', { method: 'POST', headers: options.headers ?? {} });
  return { text: Buffer.from(outgoing.encode()).toString('latin1'), headers: Object.fromEntries(headers) };
}

async function sentBy(...args: Parameters<typeof answered>): Promise<string> {
  return (await answered(...args)).text;
}

describe('WebSocketSession', () => {
  it.each<[string, (session: WebSocketSession) => void, string]>([
    ['text', (s) => s.send('hello'), 'TEXT 5\r\nhello\r\n'],
    ['bytes', (s) => s.send(new Uint8Array([0, 255])), 'BINARY 2\r\n\x00\xff\r\n'],
    ['an object, as JSON', (s) => s.send({ a: [1, null, true] }), 'TEXT 13\r\n{"a":[1,null,true]}\r\n'],
    ['a number, as JSON', (s) => s.send(1.5), 'TEXT 3\r\n1.5\r\n'],
    ['null, as JSON', (s) => s.send(null), 'TEXT 4\r\nnull\r\n'],
    ['a ping', (s) => s.ping(), 'PING 0\r\n\r\n'],
    ['a ping with content', (s) => s.ping('é'), 'PING 2\r\n\xc3\xa9\r\n'],
    [
      'a keep-alive',
      (s) => s.keepAlive({ timeout: 30 }),
      `TEXT 55\r\nc:${JSON.stringify({ type: 'keep-alive', 'message-type': 'ping', content: '', timeout: 30, mode: 'idle' })}\r\n`,
    ],
    [
      'a keep-alive with bytes',
      (s) => s.keepAlive({ timeout: 1, type: 'binary', content: new Uint8Array([0, 255]), mode: 'interval' }),
      `TEXT 62\r\nc:${JSON.stringify({ type: 'keep-alive', 'message-type': 'binary', 'content-bin': 'AP8=', timeout: 1, mode: 'interval' })}\r\n`,
    ],
    ['the end of keep-alives', (s) => s.keepAlive(false), 'TEXT 17\r\nc:{"type":"keep-alive"}\r\n'],
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
      const sent = await answered((session) => {
        expect(() => session.subscribe(channel)).toThrow(ProtocolError);
        expect(() => session.unsubscribe(channel)).toThrow(ProtocolError);
      });
      expect(sent).toEqual({ text: '', headers: {} });
    },
  );

  it.each(['~user-ada', '~connection-x', '~', 'news~sse', 'news~stream'])(
    'refuses the reserved channel %s',
    async (channel) => {
      const sent = await answered((session) => {
        expect(() => session.subscribe(channel)).toThrow(/reserved/);
      });
      expect(sent).toEqual({ text: '', headers: {} });
    },
  );

  it('refuses a filter that is no name', async () => {
    await sentBy((session) =>
      expect(() => session.subscribe('a', { filters: ['a b'] })).toThrow(ProtocolError),
    );
  });

  it('refuses bytes that JSON would lose', async () => {
    const sent = await sentBy((session) => {
      for (const bytes of [new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), new Uint16Array(1)]) {
        expect(() => session.send(bytes)).toThrow(/as a Uint8Array, found a value of type \w+/);
      }
      expect(() => session.send(undefined as unknown as null)).toThrow(ProtocolError);
      expect(() => session.send({ big: 1n })).toThrow(ProtocolError);
    });
    expect(sent).toBe('');
  });

  it('refuses JSON that Fanout would obey with its prefix, and nothing else of it', async () => {
    await sentBy((session) => expect(() => session.send([1])).not.toThrow());
    await sentBy((session) => expect(() => session.send(':x')).toThrow(ProtocolError), { prefix: 'c' });
  });

  it.each([
    ['a ping of 126 bytes', (s: WebSocketSession) => s.ping('a'.repeat(126))],
    ['a timeout of 0', (s: WebSocketSession) => s.keepAlive({ timeout: 0 })],
    ['a timeout of 1.5', (s: WebSocketSession) => s.keepAlive({ timeout: 1.5 })],
    [
      'a keep-alive ping of 126 bytes',
      (s: WebSocketSession) => s.keepAlive({ timeout: 1, content: 'a'.repeat(126) }),
    ],
  ])('refuses %s', async (_what, use) => {
    expect(await sentBy((session) => expect(() => use(session)).toThrow(ConfigurationError))).toBe('');
  });

  it('takes 126 bytes in a keep-alive of text', async () => {
    await sentBy((session) => session.keepAlive({ timeout: 1, type: 'text', content: 'a'.repeat(126) }));
  });

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
    ['a ping', (s) => s.ping()],
    ['a keep-alive', (s) => s.keepAlive({ timeout: 1 })],
    ['another close', (s) => s.close()],
    [
      'a state',
      (s) => {
        s.state = 1;
      },
    ],
  ])('sends nothing once it is closed: %s', async (_what, use) => {
    const sent = await sentBy((session) => {
      expect(session.closed).toBe(false);
      session.close();
      expect(session.closed).toBe(true);
      expect(() => use(session)).toThrow(ConfigurationError);
    });
    expect(sent).toBe('CLOSE 2\r\n\x03\xe8\r\n');
  });

  it('has a channel of its own', async () => {
    const headers = { 'Connection-Id': 'a~b, c' };
    await sentBy((session) => expect(session.channel).toBe('~connection-a%7Eb%2C%20c'), { headers });
    await sentBy((session) => expect(() => session.channel).toThrow(ProtocolError));
  });

  it('skips its own messages where it is to', async () => {
    expect(
      await sentBy((session) => session.subscribe('a', { filters: ['build-id'] }), { skipSelf: true }),
    ).toContain('"channel":"a","filters":["build-id","skip-self"]');
    expect(
      await sentBy((session) => session.subscribe('a', { filters: ['skip-self'] }), { skipSelf: true }),
    ).toContain('"filters":["skip-self"]');
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

describe('the channels of a session', () => {
  const subscribed = (channels: string) => ({ headers: { 'Meta-Fanout-Channels': channels } });

  it('are those that Fanout remembers, without the private ones', async () => {
    await answered(
      (session) => expect(session.channels).toEqual(['a', 'b c']),
      subscribed('a,~user-ada,b c'),
    );
    await answered((session) => expect(session.channels).toEqual([]));
  });

  it('grow and shrink', async () => {
    const { headers } = await answered((session) => {
      session.subscribe('c');
      session.subscribe('c', { filters: ['skip-self'] });
      session.unsubscribe('a');
      session.unsubscribe('never');
      expect(session.channels).toEqual(['b', 'c']);
    }, subscribed('a,b'));
    expect(headers).toEqual({ 'set-meta-fanout-channels': 'b,c' });
  });

  it('may become none', async () => {
    const { headers } = await answered((session) => {
      session.unsubscribe('a');
      expect(session.channels).toEqual([]);
    }, subscribed('a'));
    expect(headers).toEqual({ 'set-meta-fanout-channels': '' });
  });

  it('are not sent again where they are the same', async () => {
    expect((await answered((session) => session.subscribe('a'), subscribed('a'))).headers).toEqual({});
  });

  it('are at most 19 beside its own', async () => {
    const names = Array.from({ length: 18 }, (_, index) => `c${index}`).join(',');
    const { headers } = await answered((session) => {
      session.subscribe('19th');
      expect(() => session.subscribe('20th')).toThrow(/at most 19 channels .* found 20/);
      session.subscribe('c7');
      expect(session.channels).toHaveLength(19);
    }, subscribed(names));
    expect(headers['set-meta-fanout-channels']).toBe(`${names},19th`);
  });
});

describe('the names of channels', () => {
  it('have at most 4,096 bytes together', async () => {
    await answered(
      (session) => {
        session.subscribe('x'.repeat(4096 - 2));
        expect(() => session.subscribe('y')).toThrow(/at most 4096 bytes together, found 4098/);
        expect(session.channels).toHaveLength(2);
      },
      { headers: { 'Meta-Fanout-Channels': 'a' } },
    );
  });
});

describe('the state of a session', () => {
  interface Count {
    count: number;
    text?: string;
  }
  const use = (work: (session: WebSocketSession<Count>) => void, state?: string) =>
    answered(work as (session: WebSocketSession) => void, {
      headers: state === undefined ? {} : { 'Meta-Fanout-State': state },
    });

  it('is undefined at first', async () => {
    const { headers } = await use((session) => expect(session.state).toBeUndefined());
    expect(headers).toEqual({});
  });

  it('is kept by Fanout', async () => {
    const { headers } = await use((session) => {
      session.state = { count: 1 };
      expect(session.state).toEqual({ count: 1 });
    });
    expect(headers).toEqual({ 'set-meta-fanout-state': '{"count":1}' });
  });

  it('comes back, and what is changed in it counts', async () => {
    const { headers } = await use((session) => {
      if (session.state) session.state.count += 1;
    }, '{"count":1}');
    expect(headers).toEqual({ 'set-meta-fanout-state': '{"count":2}' });
  });

  it('is not sent again when it is the same', async () => {
    const { headers } = await use((session) => {
      session.state = { count: session.state?.count ?? 0 };
    }, '{"count":1}');
    expect(headers).toEqual({});
  });

  it('can be taken back', async () => {
    const { headers } = await use((session) => {
      session.state = undefined;
      expect(session.state).toBeUndefined();
    }, '{"count":1}');
    expect(headers).toEqual({ 'set-meta-fanout-state': '' });
  });

  it('may be any text: nothing of it breaks the header', async () => {
    const text = '\r\nSet-Meta-X: 1\u0000\u007f "é€👋\ud800\\';
    const { headers } = await use((session) => {
      session.state = { count: 1, text };
    });
    const sent = headers['set-meta-fanout-state'] ?? '';
    expect(sent).toMatch(/^[ -~]+$/);
    await use((session) => expect(session.state?.text).toBe(text), sent);
  });

  it('has at most 4,096 bytes', async () => {
    const fits = 'x'.repeat(4096 - '{"count":1,"text":""}'.length);
    const { headers } = await use((session) => {
      session.state = { count: 1, text: fits };
      expect(() => {
        session.state = { count: 1, text: `${fits}x` };
      }).toThrow(/at most 4096 bytes as JSON, found 4097/);
      expect(() => {
        session.state = { count: 1, text: 'é'.repeat(1000) };
      }).toThrow(ConfigurationError);
    });
    expect(headers['set-meta-fanout-state']).toHaveLength(4096);
  });

  it('is what JSON can hold', async () => {
    await use((session) => {
      for (const state of [{ big: 1n }, () => 1, Symbol('x')]) {
        expect(() => {
          session.state = state as unknown as Count;
        }).toThrow(/can't be written as JSON/);
      }
    });
  });

  it('that is no JSON is an error that does not repeat it', async () => {
    await use((session) => {
      expect(() => session.state).toThrow(ProtocolError);
      expect(() => session.state).toThrow(/^(?!.*geheim)/s);
    }, '{geheim').catch((error: unknown) => expect(String(error)).not.toContain('geheim'));
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
