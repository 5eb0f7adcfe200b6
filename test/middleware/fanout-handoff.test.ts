import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { cors } from 'hono/cors';
import { etag } from 'hono/etag';
import { logger as requestLogger } from 'hono/logger';
import { poweredBy } from 'hono/powered-by';
import { secureHeaders } from 'hono/secure-headers';
import { timeout } from 'hono/timeout';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../src/errors.js';
import type { FanoutEnv } from '../../src/fanout-env.js';
import { type FanoutHandoffOptions, fanoutHandoff } from '../../src/middleware/fanout-handoff.js';
import type { FanoutPlatform } from '../../src/platform.js';
import { hmacKey } from '../../src/protocol/grip-signature.js';
import {
  answer,
  type FakePlatform,
  fakePlatform,
  ISSUER,
  recordingLogger,
  request,
  SECRET,
  signed,
  validToken,
} from '../support/fake-platform.js';
import { gripToken, hmacSigner, seconds } from '../support/grip-tokens.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const WEBSOCKET = { Upgrade: 'websocket', Connection: 'Upgrade' };
const expired = gripToken({ alg: 'HS256' }, { iss: ISSUER, exp: seconds() - 100 }, hmacSigner(SECRET));

/** An app with one route behind the handoff, and what happened in it. */
function served(options: FanoutHandoffOptions = {}, wrappers: MiddlewareHandler[] = []) {
  const { records, logger } = recordingLogger();
  const handler = vi.fn((c: Context<FanoutEnv>) =>
    c.json({ issuer: c.var.grip.issuer, expires: c.var.grip.expires }),
  );
  const app = new Hono<FanoutEnv>();
  for (const wrapper of wrappers) app.use(wrapper);
  app.all('/live/:room', fanoutHandoff({ logger, ...options }), handler);
  return { app, handler, records };
}

function withSig(token: string, init: RequestInit = {}): Request {
  return request('/live/a', { ...init, headers: { ...(init.headers as object), 'Grip-Sig': token } });
}

function gripHeadersOf(response: Response): string[] {
  return [...response.headers.keys()].filter((name) => name.startsWith('grip-'));
}

describe("a client's own GET", () => {
  it('is handed off once, with its method and URL and the backend self', async () => {
    const { app, handler } = served();
    const platform = fakePlatform();
    const sent = request('/live/a?since=7');
    expect(await answer(app, sent, platform)).toBe(platform.response);
    const handedOff = platform.handoffs.map(({ request: { method, url }, backend }) => [
      method,
      url,
      backend,
    ]);
    expect(handedOff).toEqual([['GET', sent.url, 'self']]);
    expect(handler).not.toHaveBeenCalled();
  });

  it('is handed off with what its URL may only have escaped being so, and with its headers', async () => {
    const platform = fakePlatform();
    await answer(
      served().app,
      request('/live/a|b?q={a}&done=100%', { headers: { 'X-Own': 'kept' } }),
      platform,
    );
    const [handedOff] = platform.handoffs;
    expect(handedOff?.request.url).toBe('https://edge.example/live/a%7Cb?q=%7Ba%7D&done=100%25');
    expect(handedOff?.request.headers.get('X-Own')).toBe('kept');
  });

  it('is handed off to the backend that is named', async () => {
    const { app } = served({ backend: 'origin' });
    const platform = fakePlatform();
    await answer(app, request('/live/a'), platform);
    expect(platform.handoffs[0]?.backend).toBe('origin');
  });

  it('is recorded', async () => {
    const { app, records } = served();
    await answer(app, request('/live/a'));
    expect(records).toEqual([
      { level: 'info', event: 'handoff', backend: 'self', route: '/live/:room', serviceVersion: '42' },
    ]);
  });

  it.each(['websocket', 'WebSocket', 'WEBSOCKET'])(
    'is handed off if it upgrades to %s where it must',
    async (Upgrade) => {
      const { app } = served({ upgrade: 'websocket' });
      const platform = fakePlatform();
      expect(await answer(app, request('/live/a', { headers: { ...WEBSOCKET, Upgrade } }), platform)).toBe(
        platform.response,
      );
    },
  );

  it('is handed off with an upgrade where none is needed', async () => {
    const { app } = served();
    const platform = fakePlatform();
    expect(await answer(app, request('/live/a', { headers: WEBSOCKET }), platform)).toBe(platform.response);
  });

  it('is not handed off for another path', async () => {
    const { app, handler } = served();
    const platform = fakePlatform();
    for (const path of ['/', '/live', '/live/', '/live/a/b', '/LIVE/a', '/other']) {
      expect((await answer(app, request(path), platform)).status).toBe(404);
    }
    expect((await answer(app, signed('/other'), platform)).status).toBe(404);
    expect(platform.handoffs).toEqual([]);
    expect(handler).not.toHaveBeenCalled();
  });
});

describe('the headers of a handed off request', () => {
  async function handedOff(
    headers: Record<string, string>,
    options: Partial<FanoutPlatform> = {},
    url = '/live/a',
  ) {
    const platform = fakePlatform(options);
    await answer(served().app, request(url, { headers }), platform);
    return platform.handoffs[0]?.request.headers ?? new Headers();
  }

  it.each([
    'Meta-User',
    'meta-user',
    'META-',
    'Connection-Id',
    'connection-id',
    'Grip-Feature',
    'Grip-Hold',
    'Grip-Channel',
    'Grip-Last',
    'Grip-Set-Meta',
  ])('leave out %s, which a client could forge', async (name) => {
    expect((await handedOff({ [name]: 'forged' })).has(name)).toBe(false);
  });

  it.each([
    'Cookie',
    'Authorization',
    'Last-Event-ID',
    'Set-Meta-User',
    'X-Meta-User',
    'X-Connection-Id',
    'Metadata',
    'X-Grip',
  ])('keep %s', async (name) => {
    expect((await handedOff({ [name]: 'value' })).get(name)).toBe('value');
  });

  it('leave out many at once', async () => {
    const names = Array.from({ length: 50 }, (_, index) => [`Meta-${index}`, 'forged']);
    const headers = await handedOff({ ...Object.fromEntries(names), Accept: 'text/plain' });
    expect([...headers.keys()].sort()).toEqual(['accept', 'x-forwarded-for', 'x-forwarded-proto']);
  });

  it("name the client's address and scheme as the platform knows them", async () => {
    const headers = await handedOff({});
    expect(headers.get('X-Forwarded-For')).toBe('192.0.2.7');
    expect(headers.get('X-Forwarded-Proto')).toBe('https');
  });

  it("have these in the place of the client's own claims", async () => {
    const headers = await handedOff({ 'X-Forwarded-For': '10.0.0.1, 10.0.0.2', 'X-Forwarded-Proto': 'http' });
    expect(headers.get('X-Forwarded-For')).toBe('192.0.2.7');
    expect(headers.get('X-Forwarded-Proto')).toBe('https');
  });

  it('have no X-Forwarded-For where the address is not known', async () => {
    const headers = await handedOff({ 'X-Forwarded-For': '10.0.0.1' }, { clientAddress: undefined });
    expect(headers.has('X-Forwarded-For')).toBe(false);
  });

  it('are those of another request: the client’s own is left as it is', async () => {
    const sent = request('/live/a', { headers: { 'Meta-User': 'x' } });
    await answer(served().app, sent);
    expect([...sent.headers]).toEqual([['meta-user', 'x']]);
  });

  it('are left as they are when the request is refused', async () => {
    const sent = request('/live/a', { method: 'POST', headers: { 'Meta-User': 'x' } });
    await answer(served().app, sent);
    expect([...sent.headers]).toEqual([['meta-user', 'x']]);
  });
});

describe('a request without Grip-Sig is refused', () => {
  it.each(['HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    'with 405 and Allow if it is a %s',
    async (method) => {
      const { app, handler } = served();
      const platform = fakePlatform();
      const response = await answer(app, request('/live/a', { method }), platform);
      expect(response.status).toBe(405);
      expect(response.headers.get('Allow')).toBe('GET');
      expect(gripHeadersOf(response)).toEqual([]);
      expect(platform.handoffs).toEqual([]);
      expect(handler).not.toHaveBeenCalled();
    },
  );

  it('with 405 before anything else: a POST of events never reaches Fanout', async () => {
    const { app } = served({ upgrade: 'websocket' });
    const platform = fakePlatform();
    const headers = { ...WEBSOCKET, 'Content-Type': 'Application/WebSocket-Events', 'Connection-Id': 'x' };
    const response = await answer(
      app,
      request('/live/a', { method: 'POST', headers, body: 'OPEN\r\n' }),
      platform,
    );
    expect([response.status, await response.text()]).toEqual([405, 'Expected GET, found POST.\n']);
    expect(platform.handoffs).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    ['no Upgrade', {}],
    ['an empty Upgrade', { Upgrade: '' }],
    ['another Upgrade', { Upgrade: 'h2c' }],
    ['more than one Upgrade', { Upgrade: 'websocket, h2c' }],
  ])('with 426 where an upgrade is needed: %s', async (_what, headers) => {
    const { app, handler } = served({ upgrade: 'websocket' });
    const platform = fakePlatform();
    const response = await answer(app, request('/live/a', { headers }), platform);
    expect(response.status).toBe(426);
    expect(response.headers.get('Upgrade')).toBe('websocket');
    expect(await response.text()).toBe('Expected a request with Upgrade: websocket.\n');
    expect(platform.handoffs).toEqual([]);
    expect(handler).not.toHaveBeenCalled();
  });

  it('with 501 where no entry provides a platform', async () => {
    const { app, handler, records } = served();
    const response = await app.request('/live/a');
    expect(response.status).toBe(501);
    expect(await response.text()).toMatch(/serve\(app\) or handle\(app\)/);
    expect(handler).not.toHaveBeenCalled();
    expect(records).toEqual([
      {
        level: 'error',
        event: 'refused',
        status: 501,
        reason: 'no Fanout entry, and no keys and issuers',
        route: '/live/:room',
        serviceVersion: undefined,
      },
    ]);
  });

  it.each<[number, Request]>([
    [405, request('/live/a', { method: 'POST' })],
    [426, request('/live/a')],
  ])('and recorded: %d', async (status, sent) => {
    const { app, records } = served({ upgrade: 'websocket' });
    await answer(app, sent);
    expect(records).toEqual([
      expect.objectContaining({ event: 'refused', status, route: '/live/:room', serviceVersion: '42' }),
    ]);
  });
});

describe('a signed request', () => {
  it.each(['GET', 'POST', 'PUT', 'DELETE'])(
    'goes on to the handler, which knows who signed it: %s',
    async (method) => {
      const { app, handler, records } = served();
      const platform = fakePlatform();
      const response = await answer(app, signed('/live/a', { method }), platform);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ issuer: ISSUER, expires: expect.any(Number) });
      expect(handler).toHaveBeenCalledTimes(1);
      expect(platform.handoffs).toEqual([]);
      expect(records).toEqual([]);
    },
  );

  it('gives its handler the logger of the mount, which adds the route and the version', async () => {
    const { records, logger } = recordingLogger();
    const app = new Hono<FanoutEnv>();
    app.get('/live/:room', fanoutHandoff({ logger }), (c) => {
      c.var.fanoutLogger({ level: 'info', event: 'joined' });
      return c.body(null);
    });
    await answer(app, signed('/live/a'));
    expect(records).toEqual([{ level: 'info', event: 'joined', route: '/live/:room', serviceVersion: '42' }]);
  });

  it('needs no upgrade: Fanout does not repeat it', async () => {
    expect(
      (await answer(served({ upgrade: 'websocket' }).app, signed('/live/a', { method: 'POST' }))).status,
    ).toBe(200);
  });

  it('keeps its headers', async () => {
    const app = new Hono<FanoutEnv>();
    app.get('/live', fanoutHandoff(), (c) => c.text(c.req.header('Meta-User') ?? 'none'));
    expect(await (await answer(app, signed('/live', { headers: { 'Meta-User': 'ada' } }))).text()).toBe(
      'ada',
    );
  });
});

describe('a request with a Grip-Sig that is not valid', () => {
  const bad: [string, string][] = [
    ['empty', ''],
    ['garbage', 'garbage'],
    ['alg none', `${btoa('{"alg":"none"}')}.${btoa('{}')}.`],
    ['another secret', validToken(ISSUER, 'other')],
    ['another issuer', validToken('other')],
    ['expired', expired],
    ['two tokens', `${validToken()}, ${validToken()}`],
    ['two tokens, the first bad', `x, ${validToken()}`],
    ['100 kB', 'x'.repeat(100_000)],
  ];

  it.each(bad)('gets 403 and is never handed off: %s', async (_what, token) => {
    const { app, handler } = served();
    const platform = fakePlatform();
    const response = await answer(app, withSig(token), platform);
    expect([response.status, await response.text()]).toEqual([
      403,
      'The Grip-Sig of this request is not valid.\n',
    ]);
    expect(gripHeadersOf(response)).toEqual([]);
    expect(platform.handoffs).toEqual([]);
    expect(handler).not.toHaveBeenCalled();
  });

  it.each(bad)('is recorded once, and nothing of the token with it: %s', async (_what, token) => {
    const { app, records } = served();
    await answer(app, withSig(token));
    expect(records).toEqual([
      {
        level: 'warn',
        event: 'refused',
        status: 403,
        reason: expect.stringMatching(/Grip-Sig/),
        route: '/live/:room',
        serviceVersion: '42',
      },
    ]);
    const text = JSON.stringify(records);
    const parts = [token, ...token.split(/[., ]+/)].filter((part) => part.length > 1);
    for (const part of parts) expect(text).not.toContain(part);
  });

  it('gets 403 where the runtime can not read so long a header: it is there all the same', async () => {
    const sent = request('/live/a');
    vi.spyOn(sent.headers, 'get').mockImplementation((name) => {
      if (name.toLowerCase() === 'grip-sig') throw new Error('The header is too long.');
      return null;
    });
    const platform = fakePlatform();
    expect((await answer(served().app, sent, platform)).status).toBe(403);
    expect(platform.handoffs).toEqual([]);
  });

  it.each(['GET', 'HEAD', 'POST', 'OPTIONS'])('gets 403 whatever its method: %s', async (method) => {
    const platform = fakePlatform();
    const response = await answer(served().app, withSig('garbage', { method, headers: WEBSOCKET }), platform);
    expect(response.status).toBe(403);
    expect(platform.handoffs).toEqual([]);
  });
});

describe('the keys and issuers of the app', () => {
  const own = { keys: [hmacKey('own')], issuers: ['own-issuer'] };

  it('count instead of those of the platform', async () => {
    const { app } = served(own);
    expect((await answer(app, withSig(validToken('own-issuer', 'own')))).status).toBe(200);
    expect((await answer(app, withSig(validToken()))).status).toBe(403);
    expect((await answer(app, withSig(validToken('own-issuer')))).status).toBe(403);
    expect((await answer(app, withSig(validToken(ISSUER, 'own')))).status).toBe(403);
  });

  it('count one by one', async () => {
    const { keys, issuers } = own;
    expect((await answer(served({ keys }).app, withSig(validToken(ISSUER, 'own')))).status).toBe(200);
    expect((await answer(served({ keys }).app, withSig(validToken()))).status).toBe(403);
    expect((await answer(served({ issuers }).app, withSig(validToken('own-issuer')))).status).toBe(200);
    expect((await answer(served({ issuers }).app, withSig(validToken()))).status).toBe(403);
  });

  it('are enough for the second pass without a platform, not for the first', async () => {
    const { app, handler } = served(own);
    expect((await app.request(withSig(validToken('own-issuer', 'own')))).status).toBe(200);
    expect(handler).toHaveBeenCalledTimes(1);
    expect((await app.request(withSig(validToken()))).status).toBe(403);
    expect((await app.request('/live/a')).status).toBe(501);
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it.each<[string, FanoutHandoffOptions]>([
    ['neither', {}],
    ['keys alone', { keys: own.keys }],
    ['issuers alone', { issuers: own.issuers }],
  ])('are both needed without a platform: %s', async (_what, options) => {
    const { app, handler, records } = served(options);
    const response = await app.request(withSig(validToken('own-issuer', 'own')));
    expect(response.status).toBe(501);
    expect(handler).not.toHaveBeenCalled();
    expect(records).toHaveLength(1);
  });

  it('are checked when the middleware is made', () => {
    expect(() => fanoutHandoff({ keys: [] })).toThrow(ConfigurationError);
    expect(() => fanoutHandoff({ keys: [{ kty: 'RSA' }] })).toThrow(ConfigurationError);
  });
});

describe('the default logger', () => {
  it('prints one JSON object a line', async () => {
    const print = vi.spyOn(console, 'log').mockReturnValue(undefined);
    const app = new Hono().get('/live', fanoutHandoff());
    await answer(app, request('/live'));
    expect(print.mock.calls).toEqual([
      ['{"level":"info","event":"handoff","backend":"self","route":"/live","serviceVersion":"42"}'],
    ]);
  });
});

describe('the handoff comes back as the very object of the runtime', () => {
  const rewrap: MiddlewareHandler = async (c, next) => {
    await next();
    c.res = new Response(c.res.body, c.res);
  };
  const returnOther: MiddlewareHandler = async (c, next) => {
    await next();
    return new Response(c.res.body, c.res);
  };
  const headerAfter: MiddlewareHandler = async (c, next) => {
    await next();
    c.header('X-After', 'yes');
  };
  const headerBefore: MiddlewareHandler = async (c, next) => {
    c.header('X-Before', 'yes');
    await next();
  };
  const setOnResponse: MiddlewareHandler = async (c, next) => {
    await next();
    c.res.headers.set('X-After', 'yes');
  };
  const failAfter: MiddlewareHandler = async (_c, next) => {
    await next();
    throw new Error('too late');
  };
  const replaceRequest: MiddlewareHandler = async (c, next) => {
    c.req.raw = new Request(c.req.raw, { headers: { 'X-Replaced': 'yes', 'Meta-User': 'forged' } });
    await next();
  };

  it.each<[string, MiddlewareHandler[]]>([
    ['nothing around it', []],
    ['cors()', [cors()]],
    ['cors() with an origin', [cors({ origin: 'https://site.example', credentials: true })]],
    ['secureHeaders()', [secureHeaders()]],
    ['compress()', [compress()]],
    ['etag()', [etag()]],
    ['logger()', [requestLogger(() => undefined)]],
    ['poweredBy()', [poweredBy()]],
    ['timeout()', [timeout(1000)]],
    ['a header set after next()', [headerAfter]],
    ['a header set before next()', [headerBefore]],
    ['a header set on the response', [setOnResponse]],
    ['a response that is replaced by a copy', [rewrap]],
    ['a middleware that returns a copy', [returnOther]],
    ['a middleware that fails', [failAfter]],
    ['a request that is replaced', [replaceRequest]],
    [
      'all of them',
      [cors(), secureHeaders(), compress(), etag(), headerAfter, rewrap, returnOther, replaceRequest],
    ],
  ])('through %s', async (_what, wrappers) => {
    vi.spyOn(console, 'error').mockReturnValue(undefined); // Hono prints what failAfter and etag() throw
    const { app } = served({}, wrappers);
    const platform = fakePlatform();
    const headers = { Origin: 'https://site.example', 'Accept-Encoding': 'gzip' };
    expect(await answer(app, request('/live/a', { headers }), platform)).toBe(platform.response);
    expect(platform.handoffs).toHaveLength(1);
  });

  it('which is made of the replaced request, with its headers prepared', async () => {
    const { app } = served({}, [replaceRequest]);
    const platform = fakePlatform();
    await answer(app, request('/live/a'), platform);
    expect(Object.fromEntries(platform.handoffs[0]?.request.headers ?? [])).toEqual({
      'x-replaced': 'yes',
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-proto': 'https',
    });
  });

  it('through an app around the app', async () => {
    const outer = new Hono();
    outer.use(cors());
    outer.route('/v1', served().app);
    const platform = fakePlatform();
    expect(await answer(outer, request('/v1/live/a'), platform)).toBe(platform.response);
  });

  it('for each of many requests at once', async () => {
    const delay: MiddlewareHandler = async (c, next) => {
      await new Promise((resolve) => setTimeout(resolve, Number(c.req.query('wait'))));
      await next();
    };
    const { app } = served({}, [delay, cors()]);
    const platforms: FakePlatform[] = Array.from({ length: 10 }, () => fakePlatform());
    const responses = await Promise.all(
      platforms.map((platform, index) => answer(app, request(`/live/a?wait=${10 - index}`), platform)),
    );
    responses.forEach((response, index) => {
      expect(response).toBe(platforms[index]?.response);
    });
  });
});

describe('a response that is not a handoff', () => {
  it('comes back with what middleware did to it', async () => {
    const { app } = served({}, [cors()]);
    const response = await answer(app, signed('/live/a'));
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
  });
});
