import type { FetchApp } from '../platform.js';
import { type FanoutFetchEvent, handle } from './handle.js';

// What the parser used for the app's source is free by now, but not zero, and would be in the Wasm: a tenth of it. Buffers
// of all sizes take it and set it to zero. Called from a function it made requests dearer: they wrote to more pages.
const SIZES = [
  [65_536, 16],
  [16_384, 16],
  [4096, 32],
  [1024, 128],
  [256, 256],
] as const;
const buffers: Uint8Array[] = [];
for (const [size, count] of SIZES) {
  for (let index = 0; index < count; index += 1) buffers.push(new Uint8Array(size));
}
buffers.length = 0;

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
