import { createFanoutHandoff } from 'fastly:fanout';
import type { FetchEvent } from './fetch-event.js';

// The floor of a first pass: a service that hands everything off.

addEventListener('fetch', (event) => {
  const { request, respondWith } = event as unknown as FetchEvent;
  respondWith.call(event, createFanoutHandoff(request, 'self'));
});
