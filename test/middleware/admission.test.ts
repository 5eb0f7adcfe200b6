import { Hono } from 'hono';
import { jwt } from 'hono/jwt';
import { describe, expect, it, vi } from 'vitest';
import { AuthorizationError } from '../../src/errors.js';
import { type FanoutOptions, fanout } from '../../src/fanout.js';
import type { Authorize } from '../../src/middleware/admission.js';
import { hmacKey } from '../../src/protocol/grip-signature.js';
import {
  answer,
  fakePlatform,
  ISSUER,
  recordingLogger,
  request,
  SECRET,
  signed,
  signedEvents,
} from '../support/fake-platform.js';

const { logger } = recordingLogger();
const mount = (options: FanoutOptions) => fanout({ channels: ['a'], logger, ...options });
const webSocket = (headers: Record<string, string> = {}) =>
  request('/ws', { headers: { Upgrade: 'websocket', ...headers } });

describe('authorize', () => {
  it('runs before the handoff and when Fanout opens the connection, never on later requests', async () => {
    const authorize = vi.fn<Authorize>(() => true);
    const app = mount({ authorize });
    const platform = fakePlatform();
    await answer(app, webSocket(), platform);
    expect([authorize.mock.calls.length, platform.handoffs.length]).toEqual([1, 1]);
    await answer(app, signedEvents('/ws', 'OPEN\r\n'));
    expect(authorize).toHaveBeenCalledTimes(2);
    for (const events of ['TEXT 1\r\na\r\n', '', 'CLOSE\r\n', 'DISCONNECT\r\n']) {
      expect((await answer(app, signedEvents('/ws', events))).status).toBe(200);
    }
    expect(authorize).toHaveBeenCalledTimes(2);
    await answer(app, signed('/sse'));
    expect(authorize).toHaveBeenCalledTimes(3);
  });

  it('may look at whatever the context has, on both passes', async () => {
    const seen: (boolean | string | undefined)[] = [];
    const app = mount({
      authorize: async (c) => {
        seen.push(c.req.header('Cookie'), c.var.grip.verified);
        return true;
      },
    });
    await answer(app, request('/sse', { headers: { Cookie: 'a=b' } }));
    await answer(app, signed('/sse', { headers: { Cookie: 'a=b' } }));
    expect(seen).toEqual(['a=b', false, 'a=b', true]);
  });

  it.each<[string, Authorize, number, string]>([
    ['false', () => false, 403, 'You may not listen here.\n'],
    ['a promise of false', async () => false, 403, 'You may not listen here.\n'],
    ['a response', (c) => c.text('log in', 401), 401, 'log in'],
    ['an AuthorizationError', () => Promise.reject(new AuthorizationError('Log in.', 401)), 401, 'Log in.\n'],
  ])('refuses by %s, with nothing handed off and nothing held', async (_, authorize, status, text) => {
    const app = mount({ authorize });
    const platform = fakePlatform();
    for (const to of [
      request('/sse'),
      signed('/sse'),
      signed('/response'),
      signedEvents('/ws', 'OPEN\r\n'),
    ]) {
      const response = await answer(app, to, platform);
      expect([response.status, await response.text(), response.headers.has('Grip-Hold')]).toEqual([
        status,
        text,
        false,
      ]);
    }
    expect(platform.handoffs).toEqual([]);
  });

  it('that fails is the app to answer', async () => {
    const app = mount({
      authorize: () => {
        throw new Error('geheim');
      },
    });
    app.onError((_, c) => c.text('failed', 503));
    expect((await answer(app, request('/sse'))).status).toBe(503);
  });

  it('is not needed where jwt() of Hono stands in front', async () => {
    const app = new Hono().use(jwt({ secret: 'secret', alg: 'HS256' })).route('/', mount({}));
    const platform = fakePlatform();
    expect((await answer(app, request('/sse'), platform)).status).toBe(401);
    expect(platform.handoffs).toEqual([]);
  });
});

describe('the origin of a WebSocket', () => {
  const open = async (options: FanoutOptions, origin?: string) => {
    const platform = fakePlatform();
    const response = await answer(
      mount(options),
      webSocket(origin === undefined ? {} : { Origin: origin }),
      platform,
    );
    return platform.handoffs.length === 1 ? 'handed off' : response.status;
  };

  it.each([
    [{}, undefined, 'handed off'],
    [{}, 'https://edge.example', 'handed off'],
    [{}, 'http://edge.example', 'handed off'],
    [{}, 'https://other.example', 403],
    [{}, 'https://edge.example.other', 403],
    [{}, 'https://edge.example:8443', 403],
    [{}, 'null', 403],
    [{}, 'edge.example', 403],
    [{ origins: ['https://app.example'] }, 'https://app.example', 'handed off'],
    [{ origins: ['https://app.example'] }, 'https://edge.example', 403],
    [{ origins: ['https://app.example'] }, undefined, 'handed off'],
    [{ origins: '*' as const }, 'https://other.example', 'handed off'],
    [{ origins: [] }, 'https://edge.example', 403],
  ])('with %o, %s: %s', async (options, origin, expected) => {
    expect(await open(options, origin)).toBe(expected);
  });

  it('is of no concern to the other transports, which a page can only read by CORS', async () => {
    const platform = fakePlatform();
    await answer(mount({}), request('/sse', { headers: { Origin: 'https://other.example' } }), platform);
    expect(platform.handoffs).toHaveLength(1);
  });

  it('is asked for at an origin behind Fanout too, where there is no first pass', async () => {
    const app = mount({ keys: [hmacKey(SECRET)], issuers: [ISSUER] });
    const opened = (origin: string) => app.fetch(signedEvents('/ws', 'OPEN\r\n', { Origin: origin }));
    expect((await opened('https://edge.example')).status).toBe(200);
    expect((await opened('https://other.example')).status).toBe(403);
  });

  it('is not asked for again at the edge, where the second pass may have another host', async () => {
    const response = await answer(
      mount({}),
      signedEvents('/ws', 'OPEN\r\n', { Origin: 'https://alias.example' }),
    );
    expect(response.status).toBe(200);
  });
});

describe('an absent path parameter', () => {
  it('is 400, never the channel room-undefined', async () => {
    const rooms = mount({ channels: (c) => [`room-${c.req.param('room')}`] });
    const app = new Hono().route('/live/:room', rooms).route('/all', rooms);
    expect((await answer(app, signed('/live/7/response'))).headers.get('Grip-Channel')).toBe('room-7');
    const response = await answer(app, signed('/all/response'));
    expect([response.status, await response.text()]).toEqual([400, 'The path has no parameter room.\n']);
    expect((await answer(app, signedEvents('/all/ws', 'OPEN\r\n'))).status).toBe(400);
  });

  it('is as it ever was for other handlers of the request', async () => {
    const app = new Hono();
    let room: string | undefined = 'unset';
    app.use('/live/*', async (c, next) => {
      await next();
      room = c.req.param('room');
    });
    app.route('/live', mount({ channels: (c) => [c.req.param('room') ?? 'never'] }));
    await answer(app, signed('/live/sse'));
    expect(room).toBeUndefined();
  });
});
