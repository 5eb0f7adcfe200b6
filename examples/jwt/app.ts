import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { channelsFromJwt, fanout, type GripKey, type SecretSource } from 'hono-fanout';

export interface ShopOptions {
  /** Who signs the tokens of the shop's customers: their public keys. */
  readonly keys: readonly GripKey[];
  /** Signs what lets a stream go on until its token expires. */
  readonly secret: SecretSource;
}

/**
 * An app that was there before, and live updates in it. A customer's token, in the cookie `session`, says what may be
 * listened to: `{"channels": ["offers", "order-*"], "exp": …}`. `/live/sse` brings the offers,
 * `/live/ws?channel=order-7` what happens to one order; all of it ends when the token does.
 */
export function createShop({ keys, secret }: ShopOptions): Hono {
  const app = new Hono();
  app.use(secureHeaders());
  app.get('/', (c) => c.text('the shop'));
  app.route('/live', fanout({ channels: channelsFromJwt({ keys, cookie: 'session' }), secret }));
  return app;
}
