import type { Context } from 'hono';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.js';
import { ConfigurationError, ProtocolError } from '../../src/errors.js';
import { type FanoutOptions, fanout } from '../../src/fanout.js';
import type { Logger } from '../../src/logger.js';
import {
  decodeWebSocketEvents,
  encodeClose,
  encodeWebSocketEvents,
  type OutgoingWebSocketEvent,
} from '../../src/protocol/websocket-events.js';
import type { WebSocketMessage, WebSocketSession } from '../../src/transports/websocket-session.js';
import { WebSocketTransport } from '../../src/transports/websocket-transport.js';
import { answer, bytes, recordingLogger, signed, signedEvents } from '../support/fake-platform.js';

const silent: Logger = () => undefined;
const utf8 = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

afterEach(() => {
  vi.restoreAllMocks();
});

/** The reference service's answer to events, byte by byte. */
async function echoed(events: readonly OutgoingWebSocketEvent[] | string): Promise<string> {
  const response = await answer(createApp({ logger: silent }), signedEvents('/ws', events));
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toBe('application/websocket-events');
  return bytes(response);
}

/** A service with one transport of the test, and what it logs. */
function serving(
  hooks: Partial<
    Pick<WebSocketTransport, 'onOpen' | 'onMessage' | 'onKeepAlive' | 'onClose' | 'onDisconnect'>
  >,
  options: FanoutOptions & {
    messagePrefix?: string;
    protocols?: readonly string[];
    keepAliveInterval?: number;
    skipSelf?: boolean;
  } = {},
) {
  const { messagePrefix = '', protocols = [], keepAliveInterval, skipSelf = false, ...mount } = options;
  const { records, logger } = recordingLogger();
  class Tested extends WebSocketTransport {
    override readonly messagePrefix = messagePrefix;
    override readonly protocols = protocols;
    override readonly keepAliveInterval = keepAliveInterval;
    override readonly skipSelf = skipSelf;
  }
  Object.assign(Tested.prototype, hooks);
  const app = fanout({ channels: ['test'], transports: [Tested], logger, ...mount });
  const post = async (
    events: readonly OutgoingWebSocketEvent[] | string,
    headers?: Record<string, string>,
  ) => {
    const response = await answer(app, signedEvents('/ws', events, headers));
    return { response, text: await bytes(response) };
  };
  return { app, records, post };
}

const wire = (...events: OutgoingWebSocketEvent[]) =>
  Buffer.from(encodeWebSocketEvents(events)).toString('latin1');

/** What subscribes a socket to the channel of its own. */
const OWN_CHANNEL = wire({
  type: 'TEXT',
  content: 'c:{"type":"subscribe","channel":"~connection-connection-1"}',
});

describe('OPEN', () => {
  it('is answered with exactly these bytes and headers', async () => {
    const response = await answer(createApp({ logger: silent }), signedEvents('/ws', 'OPEN\r\n'));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'application/websocket-events',
      'sec-websocket-extensions': 'grip; message-prefix=""',
      'set-meta-fanout-channels': 'test',
    });
    expect(await bytes(response)).toBe(
      `OPEN\r\nTEXT 27\r\nc:{"type":"subscribe","channel":"test"}\r\n${OWN_CHANNEL}`,
    );
  });

  it('subscribes to every channel, with its filters', async () => {
    const { post } = serving({}, { channels: ['a', { name: 'b', filters: ['skip-self'] }] });
    expect((await post('OPEN\r\n')).text).toBe(
      wire(
        { type: 'OPEN' },
        { type: 'TEXT', content: 'c:{"type":"subscribe","channel":"a"}' },
        { type: 'TEXT', content: 'c:{"type":"subscribe","channel":"b","filters":["skip-self"]}' },
      ) + OWN_CHANNEL,
    );
  });

  it('comes before what the client sent with it', async () => {
    const text = await echoed('OPEN\r\nTEXT 5\r\nhello\r\n');
    expect(decodeWebSocketEvents(latin1(text)).map(({ type }) => type)).toEqual([
      'OPEN',
      'TEXT',
      'TEXT',
      'TEXT',
    ]);
    expect(text.endsWith('TEXT 5\r\nhello\r\n')).toBe(true);
  });

  it('turns on a prefix that is set', async () => {
    const { post } = serving({}, { messagePrefix: 'm:' });
    const { response } = await post('OPEN\r\n');
    expect(response.headers.get('Sec-WebSocket-Extensions')).toBe('grip; message-prefix="m:"');
  });

  it('is the only event that has extensions in its answer', async () => {
    const { post } = serving({});
    const { response } = await post('TEXT 5\r\nhello\r\n');
    expect(response.headers.has('Sec-WebSocket-Extensions')).toBe(false);
  });
});

describe('the reference service', () => {
  it.each<[string, string, string]>([
    ['text', 'TEXT 5\r\nhello\r\n', 'TEXT 5\r\nhello\r\n'],
    ['empty text', 'TEXT 0\r\n\r\n', 'TEXT 0\r\n\r\n'],
    ['text without content', 'TEXT\r\n', 'TEXT 0\r\n\r\n'],
    ['text beyond ASCII', 'TEXT 5\r\n\xc3\xa9\xe2\x82\xac\r\n', 'TEXT 5\r\n\xc3\xa9\xe2\x82\xac\r\n'],
    ['text with a byte order mark', 'TEXT 4\r\n\xef\xbb\xbfx\r\n', 'TEXT 4\r\n\xef\xbb\xbfx\r\n'],
    ['text with a line break', 'TEXT 8\r\na\r\nTEXT\n\r\n', 'TEXT 8\r\na\r\nTEXT\n\r\n'],
    ['binary', 'BINARY 3\r\n\x00\xff\x80\r\n', 'BINARY 3\r\n\x00\xff\x80\r\n'],
    ['empty binary', 'BINARY 0\r\n\r\n', 'BINARY 0\r\n\r\n'],
    ['binary that starts with c:', 'BINARY 3\r\nc:x\r\n', 'BINARY 3\r\nc:x\r\n'],
    [
      'several messages in their order',
      'TEXT 1\r\na\r\nBINARY 1\r\nb\r\nTEXT 1\r\nc\r\n',
      'TEXT 1\r\na\r\nBINARY 1\r\nb\r\nTEXT 1\r\nc\r\n',
    ],
  ])('echoes %s', async (_what, sent, got) => {
    expect(await echoed(sent)).toBe(got);
  });

  it('echoes 1,000 messages of one request', async () => {
    const sent = 'TEXT 5\r\nhello\r\n'.repeat(1000);
    expect(await echoed(sent)).toBe(sent);
  });

  it.each<[string, string, string]>([
    ['PING', 'PING\r\n', 'PONG\r\n'],
    ['PING with an empty content', 'PING 0\r\n\r\n', 'PONG 0\r\n\r\n'],
    ['PING with content', 'PING 2\r\n\x00\xff\r\n', 'PONG 2\r\n\x00\xff\r\n'],
    ['PONG, with nothing', 'PONG 1\r\nx\r\n', ''],
    ['CLOSE', 'CLOSE\r\n', 'CLOSE\r\n'],
    ['CLOSE with an empty content', 'CLOSE 0\r\n\r\n', 'CLOSE 0\r\n\r\n'],
    ['CLOSE with a code', 'CLOSE 2\r\n\x03\xe8\r\n', 'CLOSE 2\r\n\x03\xe8\r\n'],
    ['CLOSE with a reason, by the code alone', 'CLOSE 6\r\n\x0f\xa1gone\r\n', 'CLOSE 2\r\n\x0f\xa1\r\n'],
    ['DISCONNECT, with nothing', 'DISCONNECT\r\n', ''],
    ['no events, with nothing', '', ''],
    ['an event that it does not know, with nothing', 'LATER 1\r\nx\r\n', ''],
    ['an event that it does not know, and goes on', 'LATER\r\nTEXT 1\r\na\r\n', 'TEXT 1\r\na\r\n'],
  ])('answers %s', async (_what, sent, got) => {
    expect(await echoed(sent)).toBe(got);
  });

  it.each<[string, string]>([
    ['a message', 'TEXT 1\r\nb\r\n'],
    ['a ping', 'PING\r\n'],
    ['another close', 'CLOSE 2\r\n\x0f\xa1\r\n'],
    ['a disconnect', 'DISCONNECT\r\n'],
  ])('ignores what follows a CLOSE: %s', async (_what, after) => {
    expect(await echoed(`TEXT 1\r\na\r\nCLOSE 2\r\n\x03\xe8\r\n${after}`)).toBe(
      'TEXT 1\r\na\r\nCLOSE 2\r\n\x03\xe8\r\n',
    );
  });

  it.each<[string, string]>([
    ['text that is not UTF-8', 'TEXT 2\r\n\xc3\x28\r\n'],
    ['text with half a surrogate pair', 'TEXT 3\r\n\xed\xa0\x80\r\n'],
    ['text that Fanout would obey', 'TEXT 24\r\nc:{"type":"subscribe","channel":"x"}\r\n'],
    ['text that is nothing but c:', 'TEXT 2\r\nc:\r\n'],
  ])('closes with 1008 for %s, and ignores what follows', async (_what, sent) => {
    expect(await echoed(`TEXT 1\r\na\r\n${sent}TEXT 1\r\nb\r\n`)).toBe(
      'TEXT 1\r\na\r\nCLOSE 2\r\n\x03\xf0\r\n',
    );
  });

  it('closes with 1008 for an OPEN that is not the first event', async () => {
    expect(await echoed('TEXT 1\r\na\r\nOPEN\r\nTEXT 1\r\nb\r\n')).toBe(
      'TEXT 1\r\na\r\nCLOSE 2\r\n\x03\xf0\r\n',
    );
  });

  it.each(['C:x', ' c:x', 'c', ':c', 'xc:'])('echoes %j, which is no control message', async (text) => {
    expect(await echoed([{ type: 'TEXT', content: text }])).toBe(wire({ type: 'TEXT', content: text }));
  });
});

describe('what is not WebSocket-over-HTTP', () => {
  it.each<[string, string | undefined]>([
    ['with a charset', 'application/websocket-events; charset=utf-8'],
    ['with a parameter', 'application/websocket-events;'],
    ['in capitals', 'Application/WebSocket-Events'],
    ['of plain text', 'text/plain'],
    ['that is empty', ''],
    ['twice', 'application/websocket-events, application/websocket-events'],
    ['that is missing', undefined],
  ])('is a signed POST whose Content-Type is one %s', async (_what, type) => {
    const sent = signedEvents('/ws', latin1('OPEN\r\n'));
    if (type === undefined) sent.headers.delete('Content-Type');
    else sent.headers.set('Content-Type', type);
    const response = await answer(createApp({ logger: silent }), sent);
    expect([response.status, await response.text()]).toEqual([400, 'Not a WebSocket-over-HTTP request.\n']);
    expect(response.headers.has('Sec-WebSocket-Extensions')).toBe(false);
  });

  it.each(['GET', 'PUT', 'DELETE', 'HEAD'])('is a signed %s', async (method) => {
    const sent = signed('/ws', { method, headers: { 'Content-Type': 'application/websocket-events' } });
    expect((await answer(createApp({ logger: silent }), sent)).status).toBe(400);
  });

  it.each(['OPEN', 'open\r\n', 'OPEN\n', 'TEXT 6\r\nhello\r\n', 'OPEN\r\nTEXT 5\r\nhel', 'hello', '\0'])(
    'is the body %j',
    async (body) => {
      const response = await answer(createApp({ logger: silent }), signedEvents('/ws', body));
      expect(response.status).toBe(400);
      expect(await response.text()).toMatch(/^WebSocket events: expected .* at byte \d+\.\n$/);
      expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/);
    },
  );

  it('reaches no hook, not even with the whole events in front of what is wrong', async () => {
    const onMessage = vi.fn();
    const { post } = serving({ onMessage });
    expect((await post('TEXT 1\r\na\r\nTEXT')).response.status).toBe(400);
    expect(onMessage).not.toHaveBeenCalled();
  });
});

describe('the channels', () => {
  it('are asked for when the socket opens, and not again', async () => {
    const channels = vi.fn((c: Context) => [`room-${c.req.query('room')}`]);
    const { app } = serving({}, { channels });
    const open = await answer(app, signedEvents('/ws?room=1', 'OPEN\r\n'));
    expect(await bytes(open)).toContain('"channel":"room-1"');
    for (const body of ['TEXT 1\r\na\r\n', 'PING\r\n', 'CLOSE\r\n', 'DISCONNECT\r\n', '']) {
      await answer(app, signedEvents('/ws?room=2', body));
    }
    expect(channels).toHaveBeenCalledTimes(1);
  });

  it('that can not be sent refuse the socket with 400', async () => {
    const { post } = serving({}, { channels: () => ['a,b'] });
    const { response, text } = await post('OPEN\r\n');
    expect(response.status).toBe(400);
    expect(text).toContain('A channel name is printable ASCII');
  });

  it('are known to the session in all of its requests, since Fanout remembers them', async () => {
    const seen: unknown[] = [];
    const keep = (session: WebSocketSession) => {
      seen.push(session.channels);
    };
    const { post } = serving(
      { onOpen: keep, onMessage: keep },
      { channels: ['a', { name: 'b' }], user: () => 'ada' },
    );
    const { response } = await post('OPEN\r\n');
    const remembered = response.headers.get('Set-Meta-Fanout-Channels') ?? '';
    expect(remembered).toBe('a,b,~user-ada');
    await post('TEXT 1\r\na\r\n', { 'Meta-Fanout-Channels': remembered });
    expect(seen).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('are at most 19: one is of the connection', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
    expect((await serving({}, { channels: names.slice(1) }).post('OPEN\r\n')).response.status).toBe(200);
    const { response, text } = await serving({}, { channels: names }).post('OPEN\r\n');
    expect([response.status, text]).toEqual([
      400,
      'Expected at most 19 channels beside that of the connection, found 20.\n',
    ]);
  });

  it('skip what the socket itself said, where the transport is told so', async () => {
    const { post } = serving({}, { skipSelf: true });
    expect((await post('OPEN\r\n')).text).toBe(
      wire(
        { type: 'OPEN' },
        { type: 'TEXT', content: 'c:{"type":"set-meta","name":"user","value":"connection-1"}' },
        { type: 'TEXT', content: 'c:{"type":"subscribe","channel":"test","filters":["skip-self"]}' },
      ) + OWN_CHANNEL,
    );
  });
});

describe('a socket that is turned away', () => {
  it.each([302, 400, 401, 403, 404, 429, 500, 503])('is answered with %i as it is', async (status) => {
    const { post } = serving({
      onOpen: (session) => {
        session.send('never');
        return session.context.text('no room', status as 403, { 'Retry-After': '5' });
      },
    });
    const { response, text } = await post('OPEN\r\nTEXT 1\r\na\r\n');
    expect([response.status, text, response.headers.get('Retry-After')]).toEqual([status, 'no room', '5']);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/);
  });

  it.each<[unknown, Response]>([
    [200, new Response(null)],
    [204, new Response(null, { status: 204 })],
    ['what is no response', 7 as unknown as Response],
  ])('is not answered with %s, which is an error', async (_what, response) => {
    const { post, records } = serving({ onOpen: () => response });
    const { response: answered, text } = await post('OPEN\r\n');
    expect(answered.status).toBe(200);
    expect(text.endsWith('CLOSE 2\r\n\x03\xf3\r\n')).toBe(true);
    expect(records).toEqual([expect.objectContaining({ reason: 'ConfigurationError' })]);
  });
});

describe('a subprotocol', () => {
  const protocols = ['chat.v2', 'chat.v1'];
  const offering = async (offered: Record<string, string>, ours: readonly string[] = protocols) => {
    const seen: unknown[] = [];
    const keep = ({ protocol }: WebSocketSession) => {
      seen.push(protocol);
    };
    const { post } = serving({ onOpen: keep, onMessage: keep }, { protocols: ours });
    const { response } = await post('OPEN\r\nTEXT 1\r\na\r\n', offered);
    return [response.headers.get('Sec-WebSocket-Protocol'), ...seen];
  };

  it.each([
    ['chat.v1', 'chat.v1'],
    ['chat.v1, chat.v2', 'chat.v2'],
    ['other,chat.v1', 'chat.v1'],
    ['CHAT.V1', undefined],
    ['other', undefined],
    ['', undefined],
  ])('of %j is %s', async (offered, agreed) => {
    expect(await offering({ 'Sec-WebSocket-Protocol': offered })).toEqual([agreed ?? null, agreed, agreed]);
  });

  it('is none where none is offered, or the transport has none', async () => {
    expect(await offering({})).toEqual([null, undefined, undefined]);
    expect(await offering({ 'Sec-WebSocket-Protocol': 'a' }, [])).toEqual([null, undefined, undefined]);
  });

  it.each(['', 'a b', 'a,b', 'a\r\nb', 'é'])('is not named %j', (name) => {
    expect(() => serving({}, { protocols: [name] })).toThrow(ConfigurationError);
  });
});

describe('the keep-alive interval', () => {
  const every = (keepAliveInterval: number, hooks: Parameters<typeof serving>[0] = {}) =>
    serving(hooks, { keepAliveInterval });

  it('is asked for when the socket opens, and no more', async () => {
    const { post } = every(30);
    expect((await post('OPEN\r\n')).response.headers.get('Keep-Alive-Interval')).toBe('30');
    expect((await post('')).response.headers.has('Keep-Alive-Interval')).toBe(false);
    expect((await serving({}).post('OPEN\r\n')).response.headers.has('Keep-Alive-Interval')).toBe(false);
  });

  it.each([0, 19, 20.5, Number.NaN, '30' as unknown as number])('is not %s', (interval) => {
    expect(() => every(interval)).toThrow(/at least 20 whole seconds, found/);
  });

  it('ends with the right to listen, where that is sooner', async () => {
    for (const [life, interval] of [
      [25, '25'],
      [60, '30'],
    ] as const) {
      const channels = (c: Context) => {
        c.set('fanoutExpires', Date.now() / 1000 + life);
        return ['test'];
      };
      const { response } = await serving({}, { channels, keepAliveInterval: 30 }).post('OPEN\r\n');
      expect(response.headers.get('Keep-Alive-Interval')).toBe(interval);
    }
  });

  it.each(['', undefined])('brings requests without events, of body %j, for onKeepAlive', async (body) => {
    const onKeepAlive = vi.fn(async (session: WebSocketSession) => session.send(session.state ?? 'none'));
    const { app, post } = every(20, { onKeepAlive });
    const sent = signedEvents('/ws', body ?? '', { 'Meta-Fanout-State': '"kept"' });
    const request = body === undefined ? new Request(sent, { body: null }) : sent;
    expect(await bytes(await answer(app, request))).toBe('TEXT 4\r\nkept\r\n');
    await post('TEXT 1\r\na\r\n');
    expect(onKeepAlive).toHaveBeenCalledTimes(1);
  });

  it('brings none for onKeepAlive once the right to listen has ended: the socket is closed', async () => {
    const onKeepAlive = vi.fn();
    const { post } = every(20, { onKeepAlive });
    const { text } = await post('', { 'Meta-Fanout-Expires': '1' });
    expect(text).toBe('CLOSE 9\r\n\x111expired\r\n');
    expect(onKeepAlive).not.toHaveBeenCalled();
  });

  it('closes with 1011 when onKeepAlive throws', async () => {
    const { post } = every(20, { onKeepAlive: () => Promise.reject(new Error('no')) });
    expect((await post('')).text).toBe('CLOSE 2\r\n\x03\xf3\r\n');
  });
});

describe('the state of a connection', () => {
  it('goes from hook to hook, and to Fanout once', async () => {
    const count = (session: WebSocketSession<number>) => {
      session.state = (session.state ?? 0) + 1;
    };
    const { post } = serving({ onOpen: count, onMessage: count });
    const { response } = await post('OPEN\r\nTEXT 1\r\na\r\nTEXT 1\r\nb\r\n');
    expect(response.headers.get('Set-Meta-Fanout-State')).toBe('3');
    const later = await post('TEXT 1\r\nc\r\n', { 'Meta-Fanout-State': '3' });
    expect(later.response.headers.get('Set-Meta-Fanout-State')).toBe('4');
  });

  it('is kept by a request that closes as well: a hook hears of the end later', async () => {
    const { post } = serving({
      onMessage: (session: WebSocketSession<string>) => {
        session.state = 'closing';
        session.close();
      },
    });
    const { response } = await post('TEXT 1\r\na\r\n');
    expect(response.headers.get('Set-Meta-Fanout-State')).toBe('"closing"');
  });

  it('that grew too large closes with 1011, after what was sent', async () => {
    const { post, records } = serving({
      onMessage: (session: WebSocketSession<string[]>) => {
        session.state?.push('x'.repeat(5000));
        session.send('sent');
      },
    });
    const { response, text } = await post('TEXT 1\r\na\r\n', { 'Meta-Fanout-State': '[]' });
    expect(text).toBe('TEXT 4\r\nsent\r\nCLOSE 2\r\n\x03\xf3\r\n');
    expect(response.headers.has('Set-Meta-Fanout-State')).toBe(false);
    expect(JSON.stringify(records)).not.toContain('xxx');
  });
});

describe('the hooks', () => {
  function parseError(text: string): Error {
    try {
      JSON.parse(text);
    } catch (error) {
      if (error instanceof Error) return error;
    }
    throw new Error('This is JSON.');
  }

  /** The engine writes the message into the stack when it is first read, and leaves it there. */
  function changed(error: Error): Error {
    expect(error.stack).toContain(error.message);
    return Object.assign(error, { message: 'changed' });
  }

  it('are told of what happens, in its order', async () => {
    const calls: unknown[] = [];
    const { post } = serving({
      onOpen: () => void calls.push('open'),
      onMessage: (_session, message) => void calls.push(message),
      onClose: (_session, code, reason) => void calls.push([code, reason]),
      onDisconnect: () => void calls.push('disconnect'),
    });
    await post('OPEN\r\nTEXT 2\r\nhi\r\nBINARY 1\r\n\xff\r\nTEXT\r\nCLOSE 6\r\n\x0f\xa1gone\r\n');
    await post('CLOSE\r\n');
    await post('DISCONNECT\r\n');
    expect(calls).toEqual([
      'open',
      'hi',
      new Uint8Array([0xff]),
      '',
      [4001, 'gone'],
      [1005, ''],
      'disconnect',
    ]);
  });

  it('run one after the other, though they are async', async () => {
    const onMessage = async (session: WebSocketSession, message: WebSocketMessage) => {
      await new Promise((resolve) => setTimeout(resolve, message === 'slow' ? 20 : 0));
      session.send(message);
    };
    const { post } = serving({ onMessage });
    const sent = wire({ type: 'TEXT', content: 'slow' }, { type: 'TEXT', content: 'fast' }, { type: 'PING' });
    expect((await post(sent)).text).toBe(sent.replace('PING', 'PONG'));
  });

  it('may send many messages for one, or none', async () => {
    const { post } = serving({
      onMessage: (session, message) => {
        if (message !== 'twice') return;
        session.send('1');
        session.send(new Uint8Array([2]));
      },
    });
    expect(
      (
        await post([
          { type: 'TEXT', content: 'twice' },
          { type: 'TEXT', content: 'none' },
        ])
      ).text,
    ).toBe('TEXT 1\r\n1\r\nBINARY 1\r\n\x02\r\n');
  });

  it.each<[string, () => unknown, string]>([
    ['an Error', () => new Error('geheim'), 'Error'],
    ['a TypeError', () => new TypeError('geheim'), 'TypeError'],
    ['text', () => 'geheim', 'string'],
    ['undefined', () => undefined, 'undefined'],
  ])(
    'that throw %s close with 1011, and are recorded without what was said',
    async (_what, thrown, reason) => {
      const { post, records } = serving({
        onMessage: (session, message) => {
          session.send(message);
          throw thrown();
        },
      });
      const { response, text } = await post('TEXT 1\r\na\r\nTEXT 1\r\nb\r\n');
      expect(response.status).toBe(200);
      expect(text).toBe('TEXT 1\r\na\r\nCLOSE 2\r\n\x03\xf3\r\n');
      expect(records).toEqual([
        {
          level: 'error',
          event: 'websocket-failed',
          transport: 'websocket',
          reason,
          ...(thrown() instanceof Error && { at: expect.stringContaining('websocket-transport') }),
          route: '/ws',
          serviceVersion: '42',
        },
      ]);
      expect(JSON.stringify(records)).not.toContain('geheim');
    },
  );

  it.each<[string, () => Error]>([
    ['of several lines', () => new Error('geheim\ngeheim')],
    ['that looks like a stack', () => new Error('x\n    at geheim (geheim.js:1:1)\ngeheim@example.com')],
    ['of JSON.parse', () => parseError('{\n    at geheim')],
    [
      'that was changed once the stack was read',
      () => changed(new Error('x\n    at geheim\ngeheim@example.com')),
    ],
    ['of its cause', () => new Error('x', { cause: new Error('geheim') })],
  ])('that throw are recorded with where it was, and without a message %s', async (_what, thrown) => {
    const { post, records } = serving({
      onMessage: () => {
        throw thrown();
      },
    });
    await post('TEXT 1\r\na\r\n');
    expect(records).toEqual([
      expect.objectContaining({ at: expect.stringContaining('websocket-transport') }),
    ]);
    expect(JSON.stringify(records)).not.toContain('geheim');
  });

  it('that throw an error without a stack close with 1011 all the same', async () => {
    const { post, records } = serving({
      onMessage: () => {
        throw Object.assign(new Error('geheim'), { stack: undefined });
      },
    });
    expect((await post('TEXT 1\r\na\r\n')).text).toBe(wire({ type: 'CLOSE', content: encodeClose(1011) }));
    expect(records).toHaveLength(1);
  });

  it('that reject do the same', async () => {
    const { post, records } = serving({ onMessage: () => Promise.reject(new Error('geheim')) });
    expect((await post('TEXT 1\r\na\r\n')).text).toBe(wire({ type: 'CLOSE', content: encodeClose(1011) }));
    expect(records).toHaveLength(1);
  });

  it('that throw a ProtocolError close with 1008', async () => {
    const { post, records } = serving({
      onMessage: () => {
        throw new ProtocolError('Expected JSON.');
      },
    });
    expect((await post('TEXT 1\r\na\r\n')).text).toBe(wire({ type: 'CLOSE', content: encodeClose(1008) }));
    expect(records).toEqual([expect.objectContaining({ level: 'warn', reason: 'Expected JSON.' })]);
  });

  it('that throw when the socket opens close it after it opened', async () => {
    const { post } = serving({
      onOpen: () => {
        throw new Error('no');
      },
    });
    const types = decodeWebSocketEvents(latin1((await post('OPEN\r\nTEXT 1\r\na\r\n')).text)).map(
      ({ type }) => type,
    );
    expect(types).toEqual(['OPEN', 'TEXT', 'TEXT', 'CLOSE']);
  });

  it('that throw when the client closes leave its code as it is', async () => {
    const { post, records } = serving({
      onClose: () => {
        throw new Error('too late');
      },
    });
    expect((await post('CLOSE 2\r\n\x03\xe8\r\n')).text).toBe('CLOSE 2\r\n\x03\xe8\r\n');
    expect(records).toHaveLength(1);
  });

  it('that throw when the connection is lost send nothing, and are recorded', async () => {
    const { post, records } = serving({
      onDisconnect: () => {
        throw new Error('too late');
      },
    });
    const { response, text } = await post('DISCONNECT\r\n');
    expect([response.status, text]).toEqual([200, '']);
    expect(records).toHaveLength(1);
  });

  it('may close: what comes after is ignored', async () => {
    const onMessage = vi.fn((session: WebSocketSession) => session.close(4000, 'enough'));
    const { post } = serving({ onMessage });
    expect((await post('TEXT 1\r\na\r\nTEXT 1\r\nb\r\nPING\r\n')).text).toBe(
      wire({ type: 'CLOSE', content: encodeClose(4000, 'enough') }),
    );
    expect(onMessage).toHaveBeenCalledTimes(1);
  });
});

describe('a message prefix', () => {
  const prefix = { messagePrefix: 'm:' };

  it.each<[OutgoingWebSocketEvent, OutgoingWebSocketEvent]>([
    [
      { type: 'TEXT', content: 'hi' },
      { type: 'TEXT', content: 'm:hi' },
    ],
    [
      { type: 'TEXT', content: '' },
      { type: 'TEXT', content: 'm:' },
    ],
    [
      { type: 'TEXT', content: 'c:{}' },
      { type: 'TEXT', content: 'm:c:{}' },
    ],
    [
      { type: 'BINARY', content: latin1('\xff') },
      { type: 'BINARY', content: latin1('m:\xff') },
    ],
    [
      { type: 'PING', content: utf8('x') },
      { type: 'PONG', content: utf8('x') },
    ],
    [
      { type: 'CLOSE', content: encodeClose(1000) },
      { type: 'CLOSE', content: encodeClose(1000) },
    ],
  ])('is put in front of messages and of nothing else: %j', async (sent, got) => {
    expect((await serving({}, prefix).post([sent])).text).toBe(wire(got));
  });

  it('is not put in front of control messages', async () => {
    expect((await serving({}, prefix).post('OPEN\r\n')).text).toContain('\r\nc:{"type":"subscribe"');
  });
});

describe('the logger of a mount', () => {
  it('gets the records of its WebSockets as well', async () => {
    const print = vi.spyOn(console, 'log').mockReturnValue(undefined);
    const { records, logger } = recordingLogger();
    await answer(createApp({ logger }), signedEvents('/ws', [{ type: 'TEXT', content: 'c:x' }]));
    expect(print).not.toHaveBeenCalled();
    expect(records).toEqual([expect.objectContaining({ event: 'websocket-failed' })]);
  });
});
