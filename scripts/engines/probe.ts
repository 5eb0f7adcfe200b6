import { get } from 'node:http';

/** An HTTP server that is up answers a trivial request in this time, in milliseconds. */
const TIMEOUT = 1000;

/** The status of the answer to a GET, or undefined when there is none. The connection is not kept. */
export function probe(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: TIMEOUT }, (response) => {
      response.destroy();
      resolve(response.statusCode);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}
