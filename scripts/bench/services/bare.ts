import { type FetchEvent, HELD_HEADERS } from './fetch-event.js';

// The floor: a service that answers with a hold and does nothing else.

addEventListener('fetch', (event) => {
  (event as unknown as FetchEvent).respondWith(new Response('', { headers: HELD_HEADERS }));
});
