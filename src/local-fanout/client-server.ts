import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { WebSocketServer } from 'ws';
import type { Logger } from '../logger.js';
import { WEBSOCKET_EVENTS_TYPE } from '../protocol/websocket-events.js';
import type { ChannelHub } from './channel-hub.js';
import { ClientSocket } from './client-socket.js';
import { parameter, parseValueWithParameters, splitHeader } from './grip-parameters.js';
import { hold, respond } from './held-connection.js';
import { hasInstruction, readInstruction } from './hold-instruction.js';
import type { Handoff, ServiceCaller } from './service-caller.js';
import { type Opening, ServiceLink } from './service-link.js';
import { WebSocketConnection } from './websocket-connection.js';

export interface ClientServerOptions {
  readonly hub: ChannelHub;
  readonly service: ServiceCaller;
  readonly logger: Logger;
  readonly maxBufferedBytes: number;
}

/** Bytes of one message from a client; Pushpin has as much room for it. */
const MAX_MESSAGE = 200_000;
/** Bytes that a body may have which Fanout must keep: of a held response, and of a rejection. */
const MAX_KEPT_BODY = 100_000;
/** What a client is told when the service's answer is of no use; the reason is in the log. */
const BAD_GATEWAY = 'Error while proxying to origin.\n';

/** Where clients connect: HTTP and WebSockets, in front of the service. */
export class ClientServer {
  readonly server: Server;
  readonly #options: ClientServerOptions;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    autoPong: false, // it is the service that answers
    handleProtocols: () => false, // the service's choice is among its headers
    maxPayload: MAX_MESSAGE,
    WebSocket: ClientSocket,
  });
  /** What the service's answer to OPEN puts into the response to the client. */
  readonly #openings = new WeakMap<IncomingMessage, Headers>();

  constructor(options: ClientServerOptions) {
    this.#options = options;
    const listener = getRequestListener(
      (request, { incoming, outgoing }) =>
        this.#onRequest(request, incoming as IncomingMessage, outgoing as ServerResponse),
      { overrideGlobalObjects: false },
    );
    this.server = createServer(listener);
    this.server.on('upgrade', (incoming, socket, head) => void this.#onUpgrade(incoming, socket, head));
    this.#webSockets.on('headers', (lines, incoming) => {
      for (const [name, value] of this.#openings.get(incoming) ?? []) lines.push(`${name}: ${value}`);
    });
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    for (const socket of this.#webSockets.clients) socket.terminate();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  async #onRequest(request: Request, incoming: IncomingMessage, outgoing: ServerResponse): Promise<Response> {
    const { service } = this.#options;
    const handoff = await service.firstPass(request, incoming.socket.remoteAddress);
    if (handoff instanceof Response) return handoff;
    // Exactly these bytes, as Pushpin compares them.
    if (request.headers.get('Content-Type') === WEBSOCKET_EVENTS_TYPE) {
      return new Response('Client not allowed to send WebSocket events directly.\n', { status: 403 });
    }
    try {
      const response = await service.secondPass(handoff);
      if (!hasInstruction(response.headers)) return response;
      const body = Buffer.from(await response.arrayBuffer());
      const instruction = readInstruction(response, body);
      if (instruction.mode !== 'stream' && body.length > MAX_KEPT_BODY) {
        throw new Error(`Expected a body of at most ${MAX_KEPT_BODY} bytes, found ${body.length}.`);
      }
      if (instruction.mode === 'none') respond(outgoing, instruction.response);
      else hold(outgoing, instruction, this.#environment(handoff));
      return RESPONSE_ALREADY_SENT;
    } catch (error) {
      this.#failed(handoff, error);
      return new Response(BAD_GATEWAY, { status: 502 });
    }
  }

  async #onUpgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Until the WebSocket has the socket, nobody else listens: without this a reset would end the process.
    const ignore = () => undefined;
    socket.on('error', ignore);
    try {
      const handoff = await this.#options.service.firstPass(
        upgradeRequest(incoming),
        incoming.socket.remoteAddress,
      );
      if (handoff instanceof Response) return await reject(socket, handoff);
      await this.#openWebSocket(handoff, incoming, socket, head);
    } catch (error) {
      this.#options.logger({ level: 'error', event: 'upgrade-failed', reason: reasonOf(error) });
      await reject(socket, new Response(BAD_GATEWAY, { status: 502 }));
    }
  }

  async #openWebSocket(
    handoff: Handoff,
    incoming: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const { service } = this.#options;
    const environment = {
      ...this.#environment(handoff),
      onFailure: (reason: string) => this.#failed(handoff, new Error(reason)),
    };
    const base = webSocketRequest(handoff);
    let connection: WebSocketConnection | undefined;
    const link = new ServiceLink(
      randomUUID(),
      (headers, body) => service.secondPass(base, { method: 'POST', headers, body }),
      {
        onEvent: (event) => connection?.onEvent(event),
        onClose: (code, reason) => connection?.onClose(code, reason),
        onDrain: () => connection?.onDrain(),
        onFailure: (reason) => connection?.onFailure(reason),
      },
    );

    const opening = await this.#open(link, handoff);
    if (!opening.accepted) return reject(socket, opening.response);
    if (socket.destroyed) return link.disconnect();
    this.#openings.set(incoming, openingHeaders(opening.headers));
    this.#webSockets.handleUpgrade(incoming, socket, head, (client) => {
      connection = new WebSocketConnection(messagePrefix(opening.headers), environment);
      connection.start(client as ClientSocket, link);
    });
  }

  async #open(link: ServiceLink, handoff: Handoff): Promise<Opening> {
    try {
      return await link.open();
    } catch (error) {
      this.#failed(handoff, error);
      return { accepted: false, response: new Response(BAD_GATEWAY, { status: 502 }) };
    }
  }

  #environment(handoff: Handoff) {
    const { hub, maxBufferedBytes, logger } = this.#options;
    return {
      hub,
      maxBufferedBytes,
      onSlowClient: (bufferedBytes: number) =>
        logger({ level: 'warn', event: 'slow-client-dropped', path: pathOf(handoff), bufferedBytes }),
    };
  }

  #failed(handoff: Handoff, error: unknown): void {
    this.#options.logger({
      level: 'error',
      event: 'service-failed',
      path: pathOf(handoff),
      reason: reasonOf(error),
    });
  }
}

function pathOf({ request }: Handoff): string {
  return new URL(request.url).pathname;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}

function upgradeRequest(incoming: IncomingMessage): Request {
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  }
  const { method = 'GET', url = '/' } = incoming;
  return new Request(new URL(url, `http://${headers.get('Host') ?? 'localhost'}`), { method, headers });
}

/** The client's request, as it goes with every request for its socket. */
function webSocketRequest(handoff: Handoff): Handoff {
  const request = new Request(handoff.request);
  for (const name of [...request.headers.keys()]) {
    if (name === 'upgrade' || name === 'accept' || name === 'connection-id' || name.startsWith('meta-')) {
      request.headers.delete(name);
    }
  }
  request.headers.set('Sec-WebSocket-Extensions', 'grip');
  return { ...handoff, request };
}

/** The prefix that the service's messages have; `undefined` without the grip extension. */
function messagePrefix(headers: Headers): string | undefined {
  for (const part of splitHeader(headers.get('Sec-WebSocket-Extensions') ?? '')) {
    const extension = parseValueWithParameters(part);
    if (extension?.value === 'grip') return parameter(extension.parameters, 'message-prefix') ?? 'm:';
  }
  return undefined;
}

function openingHeaders(headers: Headers): Headers {
  const forClient = new Headers(headers);
  for (const name of [...forClient.keys()]) {
    if (
      /^(?:content-length|content-type|keep-alive-interval|sec-websocket-extensions|set-meta-.+)$/.test(name)
    ) {
      forClient.delete(name);
    }
  }
  return forClient;
}

/** Answers a request for a WebSocket with a response. */
async function reject(socket: Duplex, response: Response): Promise<void> {
  if (socket.destroyed) return;
  const body = Buffer.from(await response.arrayBuffer()).subarray(0, MAX_KEPT_BODY);
  const lines = [
    `HTTP/1.1 ${response.status} ${response.statusText || (STATUS_CODES[response.status] ?? '')}`,
    ...[...response.headers]
      .filter(([name]) => !/^(?:connection|content-length|transfer-encoding)$/.test(name))
      .map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    `Content-Length: ${body.length}`,
  ];
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]));
}
