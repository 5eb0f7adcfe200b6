import { once } from 'node:events';
import { createServer, get, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from './free-ports.js';

export interface ReadinessProbe {
  /** A line of the routes file; no client gets there. */
  readonly route: string;
  isReady(client: string, publish: string): Promise<boolean>;
  close(): void;
}

/** Also the channel. */
const ID = 'readiness-probe';
/** In milliseconds; a Pushpin that is up needs a few. */
const TIMEOUT = 1000;
const PAUSE = 20;

/**
 * An origin that answers with a hold, and a client of it to which something is published. Pushpin's services
 * connect to each other one by one: when its ports answer, a first request may still get "Accept service
 * unavailable", or wait for an answer that is lost.
 */
export async function createReadinessProbe(): Promise<ReadinessProbe> {
  const origin = createServer((_request, response) => {
    const hold = { 'Grip-Hold': 'stream', 'Grip-Channel': ID };
    response.writeHead(200, { 'Content-Type': 'text/plain', ...hold }).end('held\n');
  });
  await once(origin.listen(0, LOOPBACK), 'listening');
  const { port } = origin.address() as AddressInfo;
  return {
    route: `id=${ID} ${LOOPBACK}:${port}`,
    isReady: (client, publish) => isDelivered(client, publish),
    close() {
      origin.close();
      origin.closeAllConnections();
    },
  };
}

function isDelivered(client: string, publish: string): Promise<boolean> {
  return new Promise((resolve) => {
    const held = get(client, { headers: { 'Pushpin-Route': ID }, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        // Again and again: the first byte may arrive before the client counts as subscribed.
        publishing ??= setInterval(() => publishTo(publish), PAUSE);
        if (text.includes('published')) end(true);
      });
      response.on('close', () => end(false));
    });
    held.on('error', () => end(false));
    let publishing: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => end(false), TIMEOUT);
    const end = (isReady: boolean) => {
      clearTimeout(timer);
      clearInterval(publishing);
      held.destroy();
      resolve(isReady);
    };
  });
}

function publishTo(url: string): void {
  const items = [{ channel: ID, formats: { 'http-stream': { content: 'published\n' } } }];
  request(url, { method: 'POST', agent: false }, (response) => response.resume())
    .on('error', () => undefined) // then nothing arrives
    .end(JSON.stringify({ items }));
}
