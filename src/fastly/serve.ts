import type { FetchApp } from '../platform.js';
import { type FanoutFetchEvent, handle } from './handle.js';

interface FetchEvent extends FanoutFetchEvent {
  respondWith(response: Promise<Response>): void;
}

/** The part of a Hono app that {@link serve} needs. */
export interface ServedApp extends FetchApp {
  readonly router: {
    /** Finds the handlers of a path; the first time, it builds what finds them. */
    match(method: string, path: string): unknown;
  };
}

/**
 * The entry of a Compute service; call it at top level, once the app is complete: it takes no more routes
 * afterwards.
 *
 * Hono builds its matcher when it first matches a path. Done here it becomes part of the snapshot, where every
 * request would pay for it again.
 *
 * @example
 * serve(createApp());
 */
export function serve(app: ServedApp): void {
  app.router.match('GET', '/');
  const handler = handle(app);
  addEventListener('fetch', (event) => {
    const fetchEvent = event as unknown as FetchEvent; // the DOM's types know no fetch event
    fetchEvent.respondWith(handler(fetchEvent));
  });
}
