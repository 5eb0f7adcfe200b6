import { Hono } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { compress } from 'hono/compress';
import { cors } from 'hono/cors';
import { jwt } from 'hono/jwt';
import { logger as requestLogger } from 'hono/logger';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { createApp } from '../../src/app.js';
import { type FanoutOptions, fanout } from '../../src/fanout.js';
import type { FanoutEnv } from '../../src/fanout-env.js';
import { SseTransport } from '../../src/transports/sse-transport.js';
import { attackRoutes } from './attack-routes.js';
import { CommandTransport } from './command-transport.js';
import { createProofApp } from './proof-app.js';
import { SessionTransport } from './session-transport.js';

type Options = Omit<FanoutOptions, 'transports'>;

/** What lets clients through at `/behind-password`. */
export const PASSWORD = { username: 'ada', password: 'the password of the contract' };
/** What signs tokens that let clients through at `/behind-token`. */
export const TOKENS = { secret: 'the secret of the contract', alg: 'HS256' } as const;

/**
 * The reference service as it is deployed. Beside it: the {@link CommandTransport}; what attacks are tried on; what a
 * `handoffKey` proves; under `/sessions/:user` and `/expiring` the {@link SessionTransport}; under `/behind` the reference
 * service again, behind middleware that changes responses, and under two more behind some that refuse.
 */
export function createContractApp(options: Options = {}): Hono<FanoutEnv> {
  const app = createApp(options);
  app.route('/', fanout({ channels: ['test'], ...options, transports: [CommandTransport] }));
  app.route('/sessions/:user', sessions(options));
  app.route('/expiring', expiring(options));
  app.route('/', attackRoutes(options));
  app.route('/', createProofApp(options));
  app.route('/behind', behindMiddleware(options));
  app.route('/behind-password', new Hono().use(basicAuth(PASSWORD)).route('/', createApp(options)));
  app.route('/behind-token', new Hono().use(jwt(TOKENS)).route('/', createApp(options)));
  return app;
}

/** Where each client has a user, and a room that those who meet there share. */
function sessions(options: Options): Hono<FanoutEnv> {
  return fanout({
    channels: (c) => [c.req.query('room') ?? 'sessions'],
    user: (c) => c.req.param('user'),
    ...options,
    transports: [SessionTransport, SseTransport],
  });
}

/** Where the right to listen has ended when Fanout first asks about it, after 20 s. */
function expiring(options: Options): Hono<FanoutEnv> {
  return fanout({
    channels: (c) => {
      c.set('fanoutExpires', Date.now() / 1000 + 5);
      return ['expiring'];
    },
    ...options,
    transports: [SessionTransport],
  });
}

/** Each of these breaks a handoff whose response has to be what the app returns. */
function behindMiddleware(options: Options): Hono<FanoutEnv> {
  const app = new Hono<FanoutEnv>();
  const { logger } = options;
  const print = logger && ((line: string) => logger({ level: 'info', event: line }));
  app.use(requestLogger(print), requestId(), cors(), secureHeaders());
  // On Compute there is no CompressionStream, and none is asked for by what is held.
  if ('CompressionStream' in globalThis) app.use(compress());
  app.use(async (c, next) => {
    await next();
    c.header('X-After', 'set');
    c.res = new Response(c.res.body, c.res);
  });
  return app.route('/', createApp(options));
}
