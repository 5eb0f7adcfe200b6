import { type FetchEvent, HELD_HEADERS } from './fetch-event.js';
import { type Algorithm, usedKey } from './used-keys.js';

/** The floor of a second pass: a bare handler that verifies the signature, with nothing checked besides. */
export function serveVerifying(algorithm: Algorithm): void {
  const ready = usedKey(algorithm);
  addEventListener('fetch', (event) => {
    const fetchEvent = event as unknown as FetchEvent;
    fetchEvent.respondWith(answer(fetchEvent.request));
  });

  async function answer({ headers }: Request): Promise<Response> {
    const verify = await ready;
    return (await verify(headers.get('Grip-Sig') ?? ''))
      ? new Response('', { headers: HELD_HEADERS })
      : new Response('', { status: 403 });
  }
}
