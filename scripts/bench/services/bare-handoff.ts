import { createFanoutHandoff } from 'fastly:fanout';

// The floor of a first pass: a service that hands everything off.

interface FetchEvent {
  readonly request: Request;
  respondWith(response: Response): void;
}

addEventListener('fetch', (event) => {
  const { request, respondWith } = event as unknown as FetchEvent;
  respondWith.call(event, createFanoutHandoff(request, 'self'));
});
