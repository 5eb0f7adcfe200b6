import { Hono } from 'hono';
import { channelsFromJwt, type FanoutEnv, fanout, hmacKey } from '../../../src/index.js';
import { SECRET } from './secret.js';
import { trusted } from './trusted.js';

/** A mount whose clients bring tokens, which name their channels. */
export function createJwtApp(): Hono<FanoutEnv> {
  const channels = channelsFromJwt({ keys: [hmacKey(SECRET)] });
  return new Hono<FanoutEnv>().route('/live', fanout({ channels, secret: () => SECRET, ...trusted }));
}
