import { SecretStore } from 'fastly:secret-store';
import { handoffProof } from '../../../src/protocol/handoff-proof.js';
import { type FetchEvent, HELD_HEADERS } from './fetch-event.js';

// The floor of a proof: a bare handler that reads the key and makes one MAC.

addEventListener('fetch', (event) => {
  const fetchEvent = event as unknown as FetchEvent;
  fetchEvent.respondWith(answer(fetchEvent.request));
});

async function answer({ url }: Request): Promise<Response> {
  const key = (await new SecretStore('secrets').get('handoff-key'))?.plaintext() ?? '';
  const proof = handoffProof(key, url, Math.floor(Date.now() / 1000));
  return new Response(proof, { headers: HELD_HEADERS });
}
