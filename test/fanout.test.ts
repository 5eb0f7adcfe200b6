import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError, ProtocolError } from '../src/errors.js';
import { type FanoutOptions, fanout } from '../src/fanout.js';
import type { FanoutEnv } from '../src/fanout-env.js';
import type { FetchApp } from '../src/platform.js';
import type { Channel } from '../src/protocol/channel.js';
import type { ChannelNames, ChannelSubscriber } from '../src/transports/channel-subscriber.js';
import { holdStream } from '../src/transports/held-response.js';
import { LongPollTransport } from '../src/transports/long-poll-transport.js';
import { SseTransport } from '../src/transports/sse-transport.js';
import { StreamTransport } from '../src/transports/stream-transport.js';
import { WebSocketTransport } from '../src/transports/websocket-transport.js';
import {
  answer,
  bytes,
  fakePlatform,
  recordingLogger,
  request,
  signed,
  signedEvents,
} from './support/fake-platform.js';
import { namedChannels } from './support/grip-headers.js';

const logger = () => undefined;
const mount = (options: FanoutOptions = {}) => fanout({ logger, ...options });

async function channelsOf(app: FetchApp, path: string): Promise<string | undefined> {
  return namedChannels(await answer(app, signed(path)));
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('mounts in an app', () => {
  it('have channels of their own', async () => {
    const app = new Hono();
    app.route('/news', mount({ channels: ['news'] }));
    app.route('/chat', mount({ channels: ['chat', { name: 'all', filters: ['skip-self'] }] }));
    expect(await channelsOf(app, '/news/sse')).toBe('news');
    expect(await channelsOf(app, '/chat/sse')).toBe('chat, all; filter=skip-self');
    expect(await bytes(await answer(app, signedEvents('/chat/ws', 'OPEN\r\n')))).toContain(
      '"channel":"chat"',
    );
  });

  it('see the parameters of the path that they are mounted at', async () => {
    const app = new Hono();
    app.route('/live/:room', mount({ channels: (c) => [`room-${c.req.param('room')}`] }));
    expect(await channelsOf(app, '/live/7/sse')).toBe('room-7');
    expect(await channelsOf(app, '/live/a%20b/stream')).toBe('room-a b');
  });

  it('are handed off, with the route that is logged', async () => {
    const { records, logger: recording } = recordingLogger();
    const app = new Hono();
    app.route('/live/:room', fanout({ channels: ['x'], logger: recording, backend: 'origin' }));
    const platform = fakePlatform();
    expect(await answer(app, request('/live/7/sse'), platform)).toBe(platform.response);
    expect(platform.handoffs[0]?.backend).toBe('origin');
    expect(records).toEqual([expect.objectContaining({ event: 'handoff', route: '/live/:room/sse' })]);
  });

  it('leave the other routes of the app alone', async () => {
    const app = new Hono();
    app.get('/before', (c) => c.text('before'));
    app.route('/', mount({ channels: ['x'] }));
    app.get('/after', (c) => c.text('after'));
    app.post('/sse/publish', (c) => c.text('published'));
    const platform = fakePlatform();
    for (const path of ['/before', '/after']) {
      const response = await answer(app, request(path, { headers: { 'Grip-Sig': 'garbage' } }), platform);
      expect([response.status, await response.text()]).toEqual([200, path.slice(1)]);
    }
    expect(await (await answer(app, request('/sse/publish', { method: 'POST' }), platform)).text()).toBe(
      'published',
    );
    expect((await answer(app, request('/unknown'), platform)).status).toBe(404);
    expect(platform.handoffs).toEqual([]);
  });

  it('work behind middleware of the app', async () => {
    const app = new Hono();
    app.use(cors());
    app.route('/', mount({ channels: ['x'] }));
    const platform = fakePlatform();
    expect(await answer(app, request('/sse'), platform)).toBe(platform.response);
    expect((await answer(app, signed('/sse'))).headers.get('Access-Control-Allow-Origin')).toBe('*');
    const preflight = { method: 'OPTIONS', headers: { Origin: 'https://x.example' } };
    expect((await answer(app, request('/sse', preflight), platform)).status).toBe(204);
  });

  it('need the upgrade for a WebSocket alone', async () => {
    const app = mount({ channels: ['x'] });
    const platform = fakePlatform();
    expect((await answer(app, request('/ws'), platform)).status).toBe(426);
    expect(platform.handoffs).toEqual([]);
    const upgrade = request('/ws', { headers: { Upgrade: 'websocket' } });
    expect(await answer(app, upgrade, platform)).toBe(platform.response);
  });
});

describe('the user of a mount', () => {
  const channels = ['news'];

  it('listens to a channel of their own, by every transport', async () => {
    const user = async (c: Context) => c.req.query('user');
    const app = mount({ channels, user });
    for (const path of ['/sse', '/stream', '/response']) {
      expect(await channelsOf(app, `${path}?user=ada`)).toBe('news, ~user-ada');
      expect(await channelsOf(app, path)).toBe('news');
    }
    expect(await bytes(await answer(app, signedEvents('/ws?user=ada', 'OPEN\r\n')))).toContain(
      '"channel":"~user-ada"',
    );
  });

  it('may be all that there is', async () => {
    const app = mount({ user: (c) => c.req.query('user') });
    expect(await channelsOf(app, '/sse?user=a,b~sse')).toBe('~user-a%2Cb%7Esse');
    expect((await answer(app, signed('/sse'))).status).toBe(403);
  });

  it('is not asked for on the first pass, nor in later requests of a WebSocket', async () => {
    const user = vi.fn(() => 'ada');
    const app = mount({ channels, user });
    await answer(app, request('/sse'));
    await answer(app, signedEvents('/ws', 'TEXT 1\r\na\r\n'));
    expect(user).not.toHaveBeenCalled();
  });

  it.each([[''], [7 as unknown as string], ['\ud800']])('who is %j gets 400', async (user) => {
    expect((await answer(mount({ channels, user: () => user }), signed('/sse'))).status).toBe(400);
  });

  it('takes one of the channels', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const app = mount({ channels: names, user: (c) => c.req.query('user') });
    expect((await answer(app, signed('/response'))).status).toBe(200);
    expect((await answer(app, signed('/response?user=ada'))).status).toBe(400);
  });

  it('goes on at a next link', async () => {
    const app = mount({
      channels: (c) => {
        c.set('fanoutExpires', Date.now() / 1000 + 60);
        return channels;
      },
      user: () => 'ada',
      secret: () => 'secret',
    });
    const link = /^<([^>]+)>/.exec((await answer(app, signed('/sse'))).headers.get('Grip-Link') ?? '');
    expect(await channelsOf(app, link?.[1] ?? '')).toBe('news, ~user-ada');
  });
});

describe('the channels of a mount', () => {
  it.each<[string, (c: Context) => ChannelNames | Promise<ChannelNames>]>([
    ['sync', (c) => [c.req.query('room') ?? 'none']],
    ['async', async (c) => [c.req.query('room') ?? 'none']],
    ['with filters', (c) => [{ name: c.req.query('room') ?? 'none', filters: [] }]],
  ])('may be found for a request: %s', async (_what, channels) => {
    expect(await channelsOf(mount({ channels }), '/sse?room=7')).toBe('7');
  });

  it('are asked for on the second pass alone, and know its signature', async () => {
    const channels = vi.fn((c: Context<FanoutEnv>) => [c.var.grip.issuer ?? 'nobody']);
    const app = mount({ channels });
    await answer(app, request('/sse'));
    expect(channels).not.toHaveBeenCalled();
    expect(await channelsOf(app, '/sse')).toBe('fanout-of-the-tests');
  });

  it('that are none get 403', async () => {
    const app = mount({ channels: async () => [] });
    for (const to of [signed('/sse'), signed('/response'), signedEvents('/ws', 'OPEN\r\n')]) {
      const response = await answer(app, to);
      expect([response.status, response.headers.has('Grip-Hold')]).toEqual([403, false]);
    }
  });

  it.each<[string, unknown]>([
    ['a derived one', ['lobby~sse']],
    ["a user's", ['~user-ada']],
    ["a connection's", ['~connection-1']],
    ['a comma', ['a,b']],
    ['a line break', ['a\r\nGrip-Hold: response']],
    ['21', Array(21).fill('a')],
    ['an absent parameter', [undefined]],
    ['a channel whose name is absent', [{ name: undefined }]],
    ['null', [null]],
  ])('that can not be sent get 400: %s', async (_what, names) => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    for (const channels of [() => names, async () => names]) {
      const app = mount({ channels: channels as () => ChannelNames });
      for (const path of ['/sse', '/stream', '/response']) {
        const response = await answer(app, signed(path));
        expect(response.status).toBe(400);
        expect(response.headers.has('Grip-Hold')).toBe(false);
        expect(response.headers.has('Grip-Channel')).toBe(false);
      }
      expect((await answer(app, signedEvents('/ws', 'OPEN\r\n'))).status).toBe(400);
    }
  });

  it("that fail are the app's to answer", async () => {
    const app = mount({
      channels: () => {
        throw new Error('geheim');
      },
    });
    app.onError((_error, c) => c.text('failed', 503));
    expect((await answer(app, signed('/sse'))).status).toBe(503);
  });

  it('answer a request with 400 by throwing a ProtocolError', async () => {
    const app = mount({
      channels: () => {
        throw new ProtocolError('Expected a room.');
      },
    });
    const response = await answer(app, signed('/sse'));
    expect([response.status, await response.text()]).toEqual([400, 'Expected a room.\n']);
  });

  it.each<[string, ChannelNames]>([
    ['none', []],
    ['a comma', ['a,b']],
    ['21', Array(21).fill('a')],
    ['a filter that is none', [{ name: 'a', filters: ['a b'] }]],
    ['one without a name', [undefined as unknown as string]],
  ])('that are named at once and can not be sent are a ConfigurationError: %s', (_what, channels) => {
    expect(() => mount({ channels })).toThrow(ConfigurationError);
  });
});

describe('a mount', () => {
  class Own implements ChannelSubscriber {
    readonly name = 'own';
    readonly path = '/own';
    channels(): string[] {
      return ['own'];
    }
    subscribe(_c: Context, channels: readonly Channel[]): Response {
      return holdStream({ channels, contentType: 'text/plain' });
    }
  }

  it('has the four transports where none are named', async () => {
    const app = mount({ channels: ['x'] });
    for (const path of ['/sse', '/stream', '/response']) expect(await channelsOf(app, path)).toBe('x');
    expect((await answer(app, signedEvents('/ws', ''))).status).toBe(200);
  });

  it('has only those that are named', async () => {
    const app = mount({ channels: ['x'], transports: [SseTransport] });
    expect(await channelsOf(app, '/sse')).toBe('x');
    for (const path of ['/ws', '/stream', '/response'])
      expect((await answer(app, signed(path))).status).toBe(404);
  });

  it('may have settings for each', async () => {
    const app = mount({
      channels: ['x'],
      transports: [{ use: StreamTransport, path: '/rooms/:room/raw' }, SseTransport],
    });
    expect(await channelsOf(app, '/rooms/7/raw')).toBe('x');
    expect((await answer(app, signed('/stream'))).status).toBe(404);
  });

  it("lets a transport's own channels go first", async () => {
    const app = mount({ channels: ['x'], transports: [Own, SseTransport] });
    expect(await channelsOf(app, '/own')).toBe('own');
    expect(await channelsOf(app, '/sse')).toBe('x');
  });

  it("checks a transport's own channels", async () => {
    class Bad extends Own {
      override channels(): string[] {
        return ['a,b'];
      }
    }
    expect((await answer(mount({ transports: [Bad] }), signed('/own'))).status).toBe(400);
  });

  it('needs no channels where its transports have them', async () => {
    expect(await channelsOf(mount({ transports: [Own] }), '/own')).toBe('own');
  });

  it.each<[string, FanoutOptions]>([
    ['no channels', {}],
    ['no channels for one of its transports', { transports: [Own, SseTransport] }],
    ['no transports', { channels: ['x'], transports: [] }],
    ['no keys where it names some', { channels: ['x'], keys: [] }],
    [
      'a setting that is unknown',
      { channels: ['x'], transports: [{ use: SseTransport, ...{ paht: '/x' } }] },
    ],
  ])('fails with a ConfigurationError when it is made with %s', (_what, options) => {
    expect(() => mount(options)).toThrow(ConfigurationError);
  });

  it('asks for no channels when a connection goes on', async () => {
    class Turns extends Own {
      isOpening(c: Context): boolean {
        return c.req.query('open') !== undefined;
      }
      override subscribe(c: Context, channels: readonly Channel[]): Response {
        return c.json(channels);
      }
    }
    const app = mount({ transports: [Turns] });
    expect(await (await answer(app, signed('/own?open'))).json()).toEqual([{ name: 'own' }]);
    expect(await (await answer(app, signed('/own'))).json()).toEqual([]);
  });

  it('leaves errors of a transport to the app, but answers a ProtocolError with 400', async () => {
    class Failing extends Own {
      override subscribe(c: Context): Response {
        throw c.req.query('protocol') === undefined
          ? new Error('geheim')
          : new ProtocolError('Expected more.');
      }
    }
    const app = mount({ transports: [Failing] });
    app.onError((_error, c) => c.text('failed', 500));
    expect((await answer(app, signed('/own'))).status).toBe(500);
    expect(await (await answer(app, signed('/own?protocol'))).text()).toBe('Expected more.\n');
  });

  it('may have two WebSockets that differ', async () => {
    class Chat extends WebSocketTransport {
      override readonly path = '/chat/:room';
      // As its docs have it; tsc refuses `override` as long as the base class has no such member.
      override channels(c: Context): string[] {
        return [`room-${c.req.param('room')}`];
      }
    }
    const app = mount({ channels: ['x'], transports: [Chat, WebSocketTransport] });
    expect(await bytes(await answer(app, signedEvents('/chat/7', 'OPEN\r\n')))).toContain(
      '"channel":"room-7"',
    );
    expect(await bytes(await answer(app, signedEvents('/ws', 'OPEN\r\n')))).toContain('"channel":"x"');
  });
});

describe('settings that can not work', () => {
  it.each<[string, () => unknown]>([
    [
      'a keep-alive of 0 s',
      () => fanout({ channels: ['a'], transports: [{ use: SseTransport, keepAlive: 0 }] }),
    ],
    [
      'a timeout of 4 s',
      () => fanout({ channels: ['a'], transports: [{ use: LongPollTransport, timeout: 4 }] }),
    ],
    [
      'a retry of half a ms',
      () => fanout({ channels: ['a'], transports: [{ use: SseTransport, retry: 0.5 }] }),
    ],
    ...['"', 'é', 'a b', '\\'].map<[string, () => unknown]>((messagePrefix) => [
      `the messagePrefix ${messagePrefix}`,
      () => fanout({ channels: ['a'], transports: [{ use: WebSocketTransport, messagePrefix }] }),
    ]),
    ['a reserved channel', () => fanout({ channels: ['a~sse'] })],
  ])('are refused when the app is put together: %s', (_, make) => {
    expect(make).toThrow(ConfigurationError);
  });
});
