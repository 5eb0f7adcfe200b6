/** Of Compute, which the DOM's types don't know. */
export interface FetchEvent {
  readonly request: Request;
  respondWith(response: Response | Promise<Response>): void;
}

/** What a held response of a bare handler has. */
export const HELD_HEADERS = {
  'Content-Type': 'text/plain',
  'Grip-Hold': 'stream',
  'Grip-Channel': 'test',
};
