import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { HeldResponse } from './hold-instruction.js';

/** Sends a response that is complete. */
export function respond(outgoing: ServerResponse, { body, ...head }: HeldResponse): void {
  // RFC 9110, 8.6: these never have a body, nor its length.
  const hasBody = head.status >= 200 && head.status !== 204 && head.status !== 304;
  if (hasBody) outgoing.setHeader('Content-Length', body.length);
  writeHead(outgoing, head);
  outgoing.end(hasBody ? body : undefined);
}

/** Sends a response as it comes. */
export async function relay(outgoing: ServerResponse, response: Response): Promise<void> {
  const { status, statusText, headers, body } = response;
  const length = headers.get('Content-Length');
  if (length !== null) outgoing.setHeader('Content-Length', length);
  writeHead(outgoing, { status, reason: statusText || undefined, headers: [...headers] });
  if (body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(body as ReadableStream), outgoing);
}

/** Without the length of the service's own response: a hold sends something else. */
export function writeHead(
  outgoing: ServerResponse,
  { status, reason, headers }: Omit<HeldResponse, 'body'>,
): void {
  for (const [name, value] of headers) {
    if (!HOP_BY_HOP.test(name)) outgoing.appendHeader(name, value);
  }
  if (reason === undefined) outgoing.writeHead(status);
  else outgoing.writeHead(status, reason);
}

const HOP_BY_HOP = /^(?:connection|keep-alive|transfer-encoding|content-encoding|content-length)$/i;
