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
import type { WebSocketMessage, WebSocketSession } from '../../src/transports/websocket-session.js';
import { WebSocketTransport } from '../../src/transports/websocket-transport.js';
import { attackRoutes } from './attack-routes.js';

/**
 * A socket that its client tells what to do with it: one word, then what that takes. `done` is the answer, and
 * what isn't a command is echoed.
 */
class CommandTransport extends WebSocketTransport {
  override readonly name: string = 'commands';
  override readonly path: string = '/commands';

  override onMessage(session: WebSocketSession, message: WebSocketMessage): void | Promise<void> {
    const [command, argument = 'test', ...rest] = typeof message === 'string' ? message.split(' ') : [];
    switch (command) {
      case 'subscribe':
        session.subscribe(argument);
        break;
      case 'unsubscribe':
        session.unsubscribe(argument);
        break;
      case 'detach':
        // Before it: afterwards the service is not heard any more.
        session.send('done');
        return session.detach();
      case 'close':
        return session.close(Number(argument), rest.join(' '));
      case 'throw':
        throw new Error('The client asked for it.');
      default:
        return super.onMessage(session, message);
    }
    session.send('done');
  }
}

type Options = Omit<FanoutOptions, 'transports'>;

/** What lets clients through at `/behind-password`. */
export const PASSWORD = { username: 'ada', password: 'the password of the contract' };
/** What signs tokens that let clients through at `/behind-token`. */
export const TOKENS = { secret: 'the secret of the contract', alg: 'HS256' } as const;

/**
 * The reference service as it is deployed; beside it the {@link CommandTransport} and what attacks are tried on, and
 * under `/behind` the reference service again, behind middleware that changes responses, and under two more behind some that refuse.
 */
export function createContractApp(options: Options = {}): Hono<FanoutEnv> {
  const app = createApp(options);
  app.route('/', fanout({ channels: ['test'], ...options, transports: [CommandTransport] }));
  app.route('/', attackRoutes(options));
  app.route('/behind', behindMiddleware(options));
  app.route('/behind-password', new Hono().use(basicAuth(PASSWORD)).route('/', createApp(options)));
  app.route('/behind-token', new Hono().use(jwt(TOKENS)).route('/', createApp(options)));
  return app;
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
