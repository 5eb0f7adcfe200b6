import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { LOOPBACK } from './free-ports.js';

export interface HandedOff {
  /** The client's request. */
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly backend: string;
  /** Those of the request that the app hands off. */
  readonly url: string;
  readonly headers: Headers;
  readonly onError: (error: Error) => void;
}

/** Headers that a handoff takes from the client's request, whatever the app did to them; Viceroy does so. */
const KEPT = new Set([
  'connection',
  'sec-websocket-version',
  'sec-websocket-key',
  'upgrade',
  'content-length',
  'content-range',
  'te',
  'trailer',
  'transfer-encoding',
  'cdn-loop',
]);
/** What is about one connection only, and doesn't go on to the next; `expect` is answered by Node. */
const HOP_BY_HOP = /^(?:connection|keep-alive|proxy-connection|transfer-encoding)$/i;
const REPLACED = /^(?:host|expect|pushpin-route)$/i;

/**
 * Lets Pushpin answer a client's request, or take over its connection. Both ends of it stop when one does, and
 * neither is read faster than the other is written.
 */
export function handOffTo(pushpinPort: number, handedOff: HandedOff): void {
  const { incoming, outgoing, url, onError } = handedOff;
  const { pathname, search } = new URL(url); // the host is Pushpin's
  const upstream = request({
    host: LOOPBACK,
    port: pushpinPort,
    method: incoming.method,
    path: pathname + search,
    headers: requestHeaders(handedOff),
    agent: false,
  });
  outgoing.once('close', () => upstream.destroy());
  upstream.on('error', (error) => {
    if (outgoing.destroyed) return; // the client was gone first
    onError(error);
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502, { 'Content-Type': 'text/plain' }).end(`Error: ${error.message}\n`);
  });

  upstream.on('response', (response) => {
    outgoing.sendDate = false;
    outgoing.writeHead(response.statusCode ?? 502, response.statusMessage, endToEnd(response.rawHeaders));
    outgoing.flushHeaders();
    pipeline(response, outgoing, () => undefined); // when one fails, the other is destroyed
  });

  upstream.on('upgrade', (response, pushpin, head) => {
    const client = outgoing.socket;
    if (client === null) {
      pushpin.destroy();
      return;
    }
    outgoing.detachSocket(client);
    client.write(
      `HTTP/1.1 101 ${response.statusMessage}\r\n${headerLines(response.rawHeaders)}\r\n`,
      'latin1',
    );
    if (head.length > 0) pushpin.unshift(head);
    pipeline(client, pushpin, client, () => undefined); // the same
  });

  incoming.pipe(upstream);
}

function requestHeaders({ incoming, headers, backend }: HandedOff): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  for (const [name, value] of headers) if (!KEPT.has(name) && !REPLACED.test(name)) result[name] = value;
  for (const name of KEPT) {
    const value = incoming.headers[name];
    if (value !== undefined) result[name] = value;
  }
  if (incoming.headers.upgrade === undefined) delete result['connection'];
  return { ...result, host: `localhost:${incoming.socket.localPort}`, 'pushpin-route': backend };
}

/** A flat list, as Node's `rawHeaders`: repeated headers stay so. */
function endToEnd(rawHeaders: readonly string[]): string[] {
  return pairs(rawHeaders)
    .filter(([name]) => !HOP_BY_HOP.test(name))
    .flat();
}

function headerLines(rawHeaders: readonly string[]): string {
  return pairs(rawHeaders)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    result.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return result;
}
