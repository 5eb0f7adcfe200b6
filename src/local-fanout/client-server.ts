import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { WEBSOCKET_EVENTS_TYPE } from '../protocol/websocket-events.js';
import { checkHead, goneSignal, readBody, relay, respond } from './client-response.js';
import {
  type FanoutCore,
  forgetConflicts,
  gripLast,
  HoldEnvironment,
  knownLastIds,
} from './hold-environment.js';
import { type HoldInstruction, hasInstruction, readInstruction } from './hold-instruction.js';
import { filtered, responseFilters } from './message-filter.js';
import { BAD_GATEWAY, ResponseConnection, type Retry } from './response-connection.js';
import type { Handoff } from './service-caller.js';
import { StreamConnection } from './stream-connection.js';
import { WebSocketUpgrades } from './websocket-upgrades.js';

/** Bytes of a request's head: what is longer never reaches the service, which can refuse it better. */
const MAX_HEADERS = 2 ** 17;
/** Bytes that the body of a held response may have, and of the request for one; Pushpin's limit. */
const MAX_KEPT_BODY = 100_000;
/** Bytes of a request that is not held, which waits here until it is whole. */
const MAX_REQUEST = 10 * 2 ** 20;
/** Bytes of the first body of a stream, which is sent on at once. */
const MAX_FIRST_BODY = 10 * 2 ** 20;

const TOO_LARGE = Buffer.from('Request too large to accept GRIP instruct.\n');

/** With the body of the client's request, which may have to be sent more than once. */
type HandoffWithBody = Handoff & { readonly body: Uint8Array<ArrayBuffer> | undefined };

/** Where clients connect: HTTP and WebSockets, in front of the service. */
export class ClientServer {
  readonly server: Server;
  readonly #core: FanoutCore;
  readonly #webSockets: WebSocketUpgrades;
  /** The server knows only those that don't belong to a WebSocket. */
  readonly #sockets = new Set<Socket>();

  constructor(core: FanoutCore) {
    this.#core = core;
    this.#webSockets = new WebSocketUpgrades(core);
    const listener = getRequestListener(
      (request, { incoming, outgoing }) =>
        this.#onRequest(request, incoming as IncomingMessage, outgoing as ServerResponse),
      { overrideGlobalObjects: false },
    );
    // Node that knows this option lets the rest pass as ordinary requests, and reads their bodies.
    const options = { maxHeaderSize: MAX_HEADERS, shouldUpgradeCallback: isWebSocketUpgrade };
    this.server = createServer(options, listener);
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.server.on('upgrade', (incoming, socket: Socket, head) => {
      if (isWebSocketUpgrade(incoming)) {
        void this.#webSockets.accept(incoming, socket, head);
        return;
      }
      // An upgrade that isn't known is to be ignored (RFC 9110, 7.8). Node has let go of the connection, its body and
      // its end included: it gets the request once more, without what asks for the upgrade.
      socket.unshift(Buffer.concat([headWithoutUpgrade(incoming), head]));
      this.server.emit('connection', socket);
    });
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #onRequest(request: Request, incoming: IncomingMessage, outgoing: ServerResponse): Promise<Response> {
    if (!isWellFormed(incoming)) {
      return new Response('Expected a path in ASCII and headers with names.\n', { status: 400 });
    }
    const handoff = await this.#core.service.firstPass(request, incoming.socket.remoteAddress);
    if (handoff instanceof Response) return handoff;
    // The type in exactly these bytes, as Pushpin compares it: with a space before the semicolon it is another.
    if (request.headers.get('Content-Type')?.split(';')[0] === WEBSOCKET_EVENTS_TYPE) {
      return new Response('Client not allowed to send WebSocket events directly.\n', { status: 403 });
    }
    const body = hasBody(request) ? await bodyOf(incoming) : undefined;
    if (body && body.length > MAX_REQUEST) return new Response('Request too large.\n', { status: 413 });
    void this.#serve({ ...handoff, body }, outgoing, goneSignal(outgoing), new Map());
    return RESPONSE_ALREADY_SENT;
  }

  /** Does what the service's answer says; with a held response that may be to ask it again. */
  async #serve(
    handoff: HandoffWithBody,
    outgoing: ServerResponse,
    gone: AbortSignal,
    lastIds: ReadonlyMap<string, string>,
  ): Promise<void> {
    const environment = new HoldEnvironment(this.#core, handoff);
    try {
      const { request, body: sent } = handoff;
      const headers = gripLast(lastIds);
      if (sent) headers.set('Content-Length', String(sent.length));
      const response = await this.#core.service.secondPass(handoff, {
        method: request.method,
        headers,
        ...(sent && request.method !== 'GET' && { body: sent }), // which has none on Node
      });
      if (gone.aborted) return await response.body?.cancel();
      if (!hasInstruction(response.headers)) return await relay(outgoing, response);
      if (sent && sent.length > MAX_KEPT_BODY) {
        await response.body?.cancel();
        return respond(outgoing, { ...BAD_GATEWAY, status: 400, body: TOO_LARGE });
      }
      const isStream = response.headers.get('Grip-Hold') === 'stream';
      const body = await readBody(response, isStream ? MAX_FIRST_BODY : MAX_KEPT_BODY, gone);
      const instruction = readInstruction(response, body);
      checkHead(instruction.response);
      const { mode, nextLink } = instruction;
      if (gone.aborted) return;
      if (mode === 'response') {
        const retry: Retry = (ids) =>
          void this.#serve(handoff, outgoing, gone, new Map([...lastIds, ...ids]));
        if (forgetConflicts(this.#core.hub, instruction.channels) > 0) {
          return retry(knownLastIds(instruction.channels));
        }
        new ResponseConnection(outgoing, instruction, environment, retry, gone);
      } else if (mode === 'stream' || nextLink) {
        new StreamConnection(outgoing, handoff.request.url, instruction, environment, gone);
      } else {
        respond(outgoing, { ...instruction.response, body: initialBody(instruction) });
      }
    } catch (error) {
      if (gone.aborted) return;
      environment.failed(error);
      if (outgoing.headersSent) outgoing.destroy();
      else respond(outgoing, BAD_GATEWAY);
    }
  }
}

/** What the parsers of later Nodes refuse by themselves, that of 20.19 lets through. */
function isWellFormed({ url = '', rawHeaders }: IncomingMessage): boolean {
  return /^[!-~]*$/.test(url) && rawHeaders.every((name, index) => index % 2 === 1 || name !== '');
}

/** RFC 9110, 6.4.1 and 8.6: the headers tell, and these methods say so even of a body of no bytes. */
function hasBody({ method, headers }: Request): boolean {
  const told = headers.has('Content-Length') || headers.has('Transfer-Encoding');
  return told || method === 'POST' || method === 'PUT' || method === 'PATCH';
}

/** From the connection, since the `Request` of a GET has no room for it; no more of it than shows that it is too long. */
async function bodyOf(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    chunks.push(chunk);
    if (size > MAX_REQUEST) break;
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** RFC 6455, 4.1: asked for by GET. */
function isWebSocketUpgrade({ headers, method }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

function headWithoutUpgrade({ method, url, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!/^(?:upgrade|connection|http2-settings)$/i.test(name))
      lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** The body of a response that isn't held, as the filters of its channels make it. */
function initialBody({ response, channels, meta }: HoldInstruction): Buffer {
  const filters = responseFilters(channels.flatMap((channel) => channel.filters));
  return filtered(response.body, filters, { subscriptionMeta: meta });
}
