import type { Hono } from 'hono';
import { type FanoutOptions, fanout } from './fanout.js';
import type { FanoutEnv } from './fanout-env.js';

/**
 * The reference service: `/ws`, `/sse`, `/stream` and `/response`, all of them on channel `test`.
 *
 * It takes routes and middleware until it is served.
 */
export function createApp(options: FanoutOptions = {}): Hono<FanoutEnv> {
  return fanout({ channels: ['test'], ...options });
}
