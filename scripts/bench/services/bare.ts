// The floor: a service that answers with a hold and does nothing else.

interface FetchEvent {
  respondWith(response: Response): void;
}

const HELD = { headers: { 'Content-Type': 'text/plain', 'Grip-Hold': 'stream', 'Grip-Channel': 'test' } };

addEventListener('fetch', (event) => {
  (event as unknown as FetchEvent).respondWith(new Response('', HELD));
});
