// What compiles and what does not, for someone who mounts. Checked here by `npm run check`, and as shipped by
// test/package, in an empty project with strict settings.
import { type Context, Hono } from 'hono';
import {
  createApp,
  type FanoutEnv,
  fanout,
  fanoutHandoff,
  forwardToOrigin,
  hmacKey,
  mount,
  SseTransport,
} from 'hono-fanout';
import { handle, serve } from 'hono-fanout/fastly';
import { type LocalFanout, startLocalFanout } from 'hono-fanout/local';

const app: Hono = new Hono();
app.route('/', fanout({ channels: ['news'] }));
app.route('/live/:room', fanout({ channels: (c) => [`room-${c.req.param('room')}`] }));
app.route('/private', fanout({ channels: async () => [{ name: 'a', filters: ['skip-self'] }] }));
app.route('/notes', mount([SseTransport, { use: SseTransport, path: '/other' }], { channels: ['notes'] }));
app.route(
  '/members',
  fanout({
    channels: ['members'],
    authorize: async (c) => c.req.header('Authorization') !== undefined || c.text('no', 401),
    origins: ['https://app.example'],
    keys: [hmacKey('secret')],
    issuers: ['proxy'],
    secret: async () => 'secret',
  }),
);
app.get('/ticker', fanoutHandoff({ backend: 'self' }), (c) => {
  const verified: boolean = c.var.grip.verified;
  const features: readonly string[] = c.var.grip.features;
  const connection: string | undefined = c.var.grip.connectionId;
  // @ts-expect-error what Fanout says can't be changed
  c.var.grip.verified = true;
  return c.json({ verified, features, connection });
});
app.all('*', forwardToOrigin('origin'));

serve(app);
serve(createApp());
export const respond: (event: { request: Request; client: { address: string } }) => Promise<Response> =
  handle(app);
export const local: Promise<LocalFanout> = startLocalFanout(app, { port: 0 });
export const reference: Hono<FanoutEnv> = createApp({ channels: ['other'] });
export const channels: (c: Context<FanoutEnv>) => string[] = (c) => [c.var.grip.issuer ?? 'nobody'];

// @ts-expect-error a channel is a name, or an object with a name
fanout({ channels: [1] });
// @ts-expect-error channels are a list
fanout({ channels: 'news' });
// @ts-expect-error a channel may be undefined where a parameter may be absent
fanout({ channels: (c) => [c.req.param('room')] });
// @ts-expect-error there is no such option
fanout({ channels: ['news'], chanels: ['news'] });
// @ts-expect-error whether a client may listen is true, false or a response
fanout({ channels: ['news'], authorize: () => 'yes' });
// @ts-expect-error keys are JSON web keys, not secrets
fanout({ channels: ['news'], keys: ['secret'] });
// @ts-expect-error one transport is no list
fanout({ channels: ['news'], transports: SseTransport });
// @ts-expect-error transports come first
mount({ channels: ['news'], transports: [SseTransport] });
// @ts-expect-error a service needs an app
serve();
// @ts-expect-error a port is a number
startLocalFanout(app, { port: '7676' });
