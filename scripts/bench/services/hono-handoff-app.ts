import { createFanoutHandoff } from 'fastly:fanout';
import { Hono } from 'hono';
import type { FetchEvent } from './fetch-event.js';

/** The floor of a first pass with Hono: four routes that hand everything off. */
export function serveHandoff(): void {
  const app = new Hono();
  for (const path of ['/ws', '/stream', '/sse', '/response']) {
    app.get(path, (c) => createFanoutHandoff(c.req.raw, 'self'));
  }
  app.router.match('GET', '/');
  addEventListener('fetch', (event) => {
    const { request, respondWith } = event as unknown as FetchEvent;
    respondWith.call(event, app.fetch(request));
  });
}
