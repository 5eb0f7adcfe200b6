import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ProtocolError } from '../errors.js';
import type { ChannelHub } from './channel-hub.js';
import { decodePublishRequest, type PublishItem } from './publish-item.js';

/** Bytes of a publish request; Fastly's limit. */
const MAX_BODY = 65_536;

/** The endpoint that messages are published at: `POST /publish/`, in the format of Pushpin and of Fastly. */
export function createPublishServer(hub: ChannelHub): Server {
  return createServer((request, response) => {
    const path = (request.url ?? '/').replace(/\?.*$/s, '').replace(/(?<=.)\/$/, '');
    if (path === '/') return answer(response, 200, 'hono-fanout publishing: POST /publish/');
    if (path !== '/publish') return answer(response, 404, 'Not Found');
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST');
      return answer(response, 405, `Method not allowed: ${request.method}.`);
    }
    return void publish(hub, request, response);
  });
}

async function publish(hub: ChannelHub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let items: PublishItem[];
  try {
    items = decodePublishRequest(await readBody(request));
  } catch (error) {
    if (!(error instanceof ProtocolError)) return void response.destroy(); // the publisher is gone
    return answer(response, 400, error.message);
  }
  // Answered first, as Pushpin does: 200 says that the items are well-formed, not that anyone got them.
  answer(response, 200, 'Published');
  for (const item of items) hub.publish(item);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // All of it is read, even when it is too long: a publisher that still sends would not see the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  if (size > MAX_BODY) {
    throw new ProtocolError(`Expected a request of at most ${MAX_BODY} bytes, found ${size}.`);
  }
  return Buffer.concat(chunks).toString();
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain' });
  response.end(`${text}\n`);
}
