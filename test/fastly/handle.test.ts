import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.js';
import { platformOf } from '../../src/platform.js';
import { hmacKey } from '../../src/protocol/grip-signature.js';
import { gripToken, hmacSigner, seconds } from '../support/grip-tokens.js';

const runtime = vi.hoisted(() => ({
  variables: {} as Record<string, string | undefined>,
  handoffs: [] as [Request, string][],
  response: new Response(),
}));
vi.mock('fastly:env', () => ({ env: (name: string) => runtime.variables[name] }));
vi.mock('fastly:fanout', () => ({
  createFanoutHandoff(request: Request, backend: string) {
    runtime.handoffs.push([request, backend]);
    return runtime.response;
  },
}));

const { handle, serve } = await import('../../src/fastly/index.js');

const PRODUCTION = {
  FASTLY_SERVICE_ID: 'SU1Z0isxPaozGVKXdv0eY',
  FASTLY_HOSTNAME: 'cache-fra-etou8220101',
  FASTLY_SERVICE_VERSION: '7',
};
const LOCAL = {
  FASTLY_SERVICE_ID: '0000000000000000000000',
  FASTLY_HOSTNAME: 'localhost',
  FASTLY_SERVICE_VERSION: '0',
};
const DEVELOPMENT_SECRET = 'viceroy_dev_signing_key_dont_use_in_production';

const fetchEvent = (request: Request) => ({ request, client: { address: '198.51.100.4' } });
const get = (path: string, headers: Record<string, string> = {}) =>
  new Request(`https://edge.example${path}`, { headers });

/** Signed by the secret that everyone knows. */
const viceroyToken = (iss: string) =>
  gripToken({ alg: 'HS256' }, { iss, exp: seconds() + 60 }, hmacSigner(DEVELOPMENT_SECRET));

beforeEach(() => {
  vi.spyOn(console, 'log').mockReturnValue(undefined);
  runtime.variables = PRODUCTION;
  runtime.handoffs = [];
  runtime.response = new Response();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('handle', () => {
  it("hands off by the runtime's function and returns its very response", async () => {
    const sent = get('/sse');
    expect(await handle(createApp())(fetchEvent(sent))).toBe(runtime.response);
    expect(runtime.handoffs.map(([{ url }, backend]) => [url, backend])).toEqual([[sent.url, 'self']]);
  });

  it('returns it past middleware', async () => {
    const app = new Hono();
    app.use(cors());
    app.use(async (c, next) => {
      await next();
      c.res = new Response(c.res.body, c.res);
    });
    app.route('/', createApp());
    expect(await handle(app)(fetchEvent(get('/sse')))).toBe(runtime.response);
  });

  it("tells Fanout the client's address", async () => {
    await handle(createApp())(fetchEvent(get('/sse', { 'X-Forwarded-For': '10.0.0.1' })));
    expect(runtime.handoffs[0]?.[0].headers.get('X-Forwarded-For')).toBe('198.51.100.4');
  });

  it('records the version of the service', async () => {
    await handle(createApp())(fetchEvent(get('/sse')));
    expect(vi.mocked(console.log).mock.calls[0]?.[0]).toContain('"serviceVersion":"7"');
  });

  it('answers other requests as the app does', async () => {
    const app = createApp();
    app.get('/hello', (c) => c.text('hello'));
    const handler = handle(app);
    expect(await (await handler(fetchEvent(get('/hello')))).text()).toBe('hello');
    expect((await handler(fetchEvent(get('/unknown')))).status).toBe(404);
    expect(runtime.handoffs).toEqual([]);
  });
});

describe('whose signature counts', () => {
  /** The issuers that the platform trusts, and whether they may sign by the secret that everyone knows. */
  async function trusted(variables: Record<string, string | undefined>) {
    runtime.variables = variables;
    let issuers: readonly string[] = [];
    const app = createApp();
    app.get('/trust', (c) => {
      issuers = platformOf(c)?.trust.issuers ?? [];
      return c.body(null);
    });
    const handler = handle(app);
    await handler(fetchEvent(get('/trust')));
    const statuses = [];
    for (const issuer of ['viceroy', ...issuers]) {
      const response = await handler(fetchEvent(get('/sse', { 'Grip-Sig': viceroyToken(issuer) })));
      statuses.push(response.status);
    }
    expect(runtime.handoffs).toEqual([]);
    return { issuers, acceptsDevelopmentSecret: statuses.includes(200) };
  }

  it("is Fastly's, for this service, in production", async () => {
    expect(await trusted(PRODUCTION)).toEqual({
      issuers: ['fastly:SU1Z0isxPaozGVKXdv0eY'],
      acceptsDevelopmentSecret: false,
    });
  });

  it('is that of the local server where there is no doubt that it is one', async () => {
    expect(await trusted(LOCAL)).toEqual({ issuers: ['viceroy'], acceptsDevelopmentSecret: true });
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['the service has an id', { ...LOCAL, FASTLY_SERVICE_ID: PRODUCTION.FASTLY_SERVICE_ID }],
    [
      'the service has an id that begins with zeros',
      { ...LOCAL, FASTLY_SERVICE_ID: '00000000000000000000a0' },
    ],
    ['the service has an id of zeros and a line break', { ...LOCAL, FASTLY_SERVICE_ID: '000\n' }],
    ['the service has an empty id', { ...LOCAL, FASTLY_SERVICE_ID: '' }],
    ['the service has no id', { ...LOCAL, FASTLY_SERVICE_ID: undefined }],
    ['the host has a name', { ...LOCAL, FASTLY_HOSTNAME: 'cache-fra-etou8220101' }],
    ['the host is called like localhost', { ...LOCAL, FASTLY_HOSTNAME: 'localhost.example' }],
    ['the host has no name', { ...LOCAL, FASTLY_HOSTNAME: undefined }],
    ['nothing is known', {}],
  ])('is not that of the local server if %s', async (_what, variables) => {
    const { issuers, acceptsDevelopmentSecret } = await trusted(variables);
    expect(issuers).not.toContain('viceroy');
    expect(acceptsDevelopmentSecret).toBe(false);
  });

  it('is read for each request: in the snapshot are the values of the build', async () => {
    runtime.variables = {};
    const handler = handle(createApp());
    runtime.variables = LOCAL;
    const local = await handler(fetchEvent(get('/sse', { 'Grip-Sig': viceroyToken('viceroy') })));
    runtime.variables = PRODUCTION;
    const production = await handler(fetchEvent(get('/sse', { 'Grip-Sig': viceroyToken('viceroy') })));
    expect([local.status, production.status]).toEqual([200, 403]);
  });
});

describe("Fastly's published key", () => {
  // https://www.fastly.com/documentation/guides/concepts/real-time-messaging/fanout/
  const published = {
    x: 'CKo5A1ebyFcnmVV8SE5On-8G81JyBjSvcrx4VLetWCg',
    y: '7gwJqaU6N8TP88--twjkwoB36f-pT3QsmI46nPhjO7M',
  };

  it('is the one that is imported', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    vi.resetModules();
    await import('../../src/fastly/handle.js');
    expect(importKey, 'before a route needs it').not.toHaveBeenCalled();
    (await import('../../src/app.js')).createApp();
    const imported = importKey.mock.calls
      .map(([, key]) => key as JsonWebKey)
      .filter(({ kty }) => kty === 'EC');
    expect(imported).toEqual([{ kty: 'EC', crv: 'P-256', ...published }]);
    const keys = await Promise.all(importKey.mock.results.map(({ value }) => value as Promise<CryptoKey>));
    expect(keys.map(({ type, usages }) => [type, usages])).toEqual([
      ['public', ['verify']],
      ['secret', ['verify']],
    ]);
  });

  it('is imported once, whether the entry or the routes come first', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    vi.resetModules();
    const { createApp } = await import('../../src/app.js');
    createApp();
    expect(importKey).not.toHaveBeenCalled();
    await import('../../src/fastly/handle.js');
    createApp();
    expect(importKey).toHaveBeenCalledTimes(2);
  });

  it('is not imported for routes that have keys of their own, or a handoffKey', async () => {
    vi.resetModules();
    await import('../../src/fastly/handle.js');
    const { createApp } = await import('../../src/app.js');
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    createApp({ handoffKey: () => '' });
    expect(importKey).not.toHaveBeenCalled();
    createApp({ keys: [hmacKey('own')] });
    expect(importKey.mock.calls.every(([format]) => format === 'raw')).toBe(true);
  });
});

describe('serve', () => {
  type Listener = (event: unknown) => void;
  function listening(app: Hono) {
    const added: [type: string, listener: Listener][] = [];
    vi.stubGlobal('addEventListener', (type: string, listener: Listener) => added.push([type, listener]));
    serve(app);
    return added;
  }

  it('listens to fetch events and answers them', async () => {
    const app = new Hono().get('/hello', (c) => c.text('hello'));
    const added = listening(app);
    expect(added.map(([type]) => type)).toEqual(['fetch']);
    const respondWith = vi.fn();
    added[0]?.[1]({ ...fetchEvent(get('/hello')), respondWith });
    expect(respondWith).toHaveBeenCalledTimes(1);
    const response: Response | undefined = await respondWith.mock.calls[0]?.[0];
    expect(await response?.text()).toBe('hello');
  });

  it('answers at once with a promise of the very handoff', async () => {
    const app = new Hono().route('/', createApp());
    const respondWith = vi.fn();
    listening(app)[0]?.[1]({ ...fetchEvent(get('/sse')), respondWith });
    expect(respondWith.mock.calls[0]?.[0]).toBeInstanceOf(Promise);
    expect(await respondWith.mock.calls[0]?.[0]).toBe(runtime.response);
  });

  it('builds the matcher, so that the app takes no more routes', () => {
    const app = new Hono().get('/hello', (c) => c.text('hello'));
    listening(app);
    expect(() => app.get('/late', (c) => c.text('late'))).toThrow(/matcher is already built/);
  });
});
