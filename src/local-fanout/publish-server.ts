import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ProtocolError } from '../errors.js';
import type { ChannelHub } from './channel-hub.js';
import { splitHeader } from './grip-parameters.js';
import { decodePublishRequest, type PublishItem } from './publish-item.js';

/** Bytes of a publish request; Fastly's limit. */
const MAX_BODY = 65_536;

/** The endpoint that messages are published at: `POST /publish/`, in the format of Pushpin and of Fastly. */
export function createPublishServer(hub: ChannelHub): Server {
  return createServer((request, response) => {
    const path = (request.url ?? '/').replace(/(?<=.)\/$/, '');
    const type = acceptedType(request.headers.accept);
    if (type === undefined) {
      const formats = 'Supported formats are text/plain and application/json.';
      return answer(response, 406, 'text/plain', `Not Acceptable. ${formats}`);
    }
    if (path === '/') return answer(response, 200, type, 'Pushpin API');
    if (path !== '/publish' && path !== '/recover') return answer(response, 404, 'text/plain', 'Not Found');
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST');
      return answer(response, 405, 'text/plain', `Method not allowed: ${request.method}.`);
    }
    if (path === '/publish') return void publish(hub, request, response, type);
    hub.recover();
    return answer(response, 200, type, 'Updated');
  });
}

async function publish(
  hub: ChannelHub,
  request: IncomingMessage,
  response: ServerResponse,
  type: ContentType,
): Promise<void> {
  let items: PublishItem[];
  try {
    if (request.headers['content-length'] === undefined) {
      return answer(response, 411, 'text/plain', 'Request requires Content-Length.');
    }
    items = decodePublishRequest(await readBody(request));
  } catch (error) {
    if (!(error instanceof ProtocolError)) return void response.destroy(); // the publisher is gone
    return answer(response, 400, 'text/plain', error.message);
  }
  // Answered first, as Pushpin does: 200 says that the items are well-formed, not that anyone got them.
  answer(response, 200, type, 'Published');
  for (const item of items) hub.publish(item);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // All of it is read, even when it is too long: a publisher that still sends would not see the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  if (size > MAX_BODY) {
    throw new ProtocolError(`Request body too large: expected at most ${MAX_BODY} bytes, found ${size}.`);
  }
  return Buffer.concat(chunks);
}

type ContentType = 'text/plain' | 'application/json';

/** Text where it is accepted at all, else JSON. */
function acceptedType(accept: string | undefined): ContentType | undefined {
  if (accept === undefined) return 'text/plain';
  const types = splitHeader(accept).map((each) => each.split(';')[0]?.trim());
  if (types.some((type) => type === 'text/plain' || type === 'text/*' || type === '*/*')) return 'text/plain';
  return types.some((type) => type === 'application/json' || type === 'application/*')
    ? 'application/json'
    : undefined;
}

function answer(response: ServerResponse, status: number, type: ContentType, message: string): void {
  response.writeHead(status, { 'Content-Type': type });
  response.end(`${type === 'text/plain' ? message : JSON.stringify({ message })}\n`);
}
