import { type Context, Hono } from 'hono';
import { createApp } from '../../src/app.js';
import { type FanoutOptions, fanout } from '../../src/fanout.js';
import type { FanoutEnv } from '../../src/fanout-env.js';
import { fanoutHandoff } from '../../src/middleware/fanout-handoff.js';
import { handOff } from '../../src/platform.js';
import type { Channel } from '../../src/protocol/channel.js';
import type { ChannelSubscriber } from '../../src/transports/channel-subscriber.js';
import { holdResponse, holdStream } from '../../src/transports/held-response.js';
import { LongPollTransport } from '../../src/transports/long-poll-transport.js';
import { SseTransport } from '../../src/transports/sse-transport.js';
import { WebSocketTransport } from '../../src/transports/websocket-transport.js';

type Options = Omit<FanoutOptions, 'transports'>;

/** Bytes that a held response may have. */
const MAX_HELD = 100_000;

/** Meta for filters, as the client names it. */
class MetaTransport implements ChannelSubscriber {
  readonly name = 'meta';
  readonly path = '/meta';

  subscribe(c: Context, channels: readonly Channel[]): Response {
    const { name = '', value = '' } = c.req.query();
    return holdStream({ channels, contentType: 'text/plain', body: 'open\n', meta: { [name]: value } });
  }
}

/** A response that is held with as many bytes as Fanout takes, or one more. */
class LongestTransport implements ChannelSubscriber {
  readonly name = 'longest';
  readonly path: string = '/longest';
  readonly size: number = MAX_HELD;

  subscribe(_c: Context, channels: readonly Channel[]): Response {
    return holdResponse({ channels, contentType: 'text/plain', timeout: 5, body: 'x'.repeat(this.size) });
  }
}

/** What attacks are tried on, beside the reference service. */
export function attackRoutes(options: Options): Hono<FanoutEnv> {
  const app = new Hono<FanoutEnv>();
  app.all('/seen', fanoutHandoff(options), seen);
  app.route(
    '/rooms/:room',
    fanout({
      ...options,
      channels: (c) => [`room-${c.req.param('room')}`],
      transports: [SseTransport, LongPollTransport, WebSocketTransport, MetaTransport],
    }),
  );
  app.route(
    '/',
    fanout({
      channels: ['test'],
      ...options,
      transports: [LongestTransport, { use: LongestTransport, path: '/too-long', size: MAX_HELD + 1 }],
    }),
  );
  app.route('/unguarded', unguarded(options));
  return app;
}

/** As behind a Fanout without a first pass: whatever a client sends reaches it, and comes back signed. */
function unguarded(options: Options): Hono<FanoutEnv> {
  const app = new Hono<FanoutEnv>();
  app.use(async (c, next) => (c.req.raw.headers.has('Grip-Sig') ? next() : handOff(c, 'self')));
  app.all('/seen', fanoutHandoff(options), seen);
  return app.route('/', createApp(options));
}

/** What the service knows of a request that Fanout sent. */
function seen(c: Context<FanoutEnv>): Response {
  const { connectionId, features, lastIds, verified } = c.var.grip;
  const headers = Object.fromEntries(c.req.raw.headers);
  return c.json({ verified, connectionId, features, lastIds: [...lastIds], headers });
}
