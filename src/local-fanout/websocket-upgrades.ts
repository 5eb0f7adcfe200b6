import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { readBody } from './client-response.js';
import { ClientSocket } from './client-socket.js';
import { parseValueWithParameters, splitHeader } from './grip-parameters.js';
import { type FanoutCore, HoldEnvironment } from './hold-environment.js';
import { BAD_GATEWAY } from './response-connection.js';
import type { Handoff } from './service-caller.js';
import { MAX_RESPONSE, type Opening, ServiceLink } from './service-link.js';
import { WebSocketConnection } from './websocket-connection.js';

/** Bytes of one message from a client: Pushpin's buffer must not be full before its end. */
const MAX_MESSAGE = 199_999;
/** Bytes of a rejection that reach the client; Pushpin's limit. */
const MAX_REJECTION = 100_000;

/** RFC 9110, 7.2. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d*)?$/i;

/** Opens WebSockets: first at the service, then, if it accepts, at the client. */
export class WebSocketUpgrades {
  readonly #core: FanoutCore;
  readonly #server = new WebSocketServer({
    noServer: true,
    autoPong: false, // it is the service that answers
    maxPayload: MAX_MESSAGE,
    skipUTF8Validation: true, // so does Pushpin
    WebSocket: ClientSocket,
  });
  /** What the service's answer to OPEN puts into the response to the client. */
  readonly #openings = new WeakMap<IncomingMessage, Headers>();

  constructor(core: FanoutCore) {
    this.#core = core;
    this.#server.on('headers', (lines, incoming) => {
      for (const [name, value] of this.#openings.get(incoming) ?? []) lines.push(`${name}: ${value}`);
    });
  }

  /** Answers a request for a WebSocket. It never throws. */
  async accept(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Until the WebSocket has the socket, nobody else listens: without this a reset would end the process.
    socket.on('error', () => undefined);
    try {
      const request = upgradeRequest(incoming);
      if (request === undefined) {
        return await reject(socket, new Response('Expected a path and a host.\n', { status: 400 }));
      }
      const handoff = await this.#core.service.firstPass(request, incoming.socket.remoteAddress);
      if (handoff instanceof Response) return await reject(socket, handoff);
      if (!isHandshake(incoming)) {
        return await reject(
          socket,
          new Response('Expected a WebSocket handshake of version 13.\n', { status: 400 }),
        );
      }
      await this.#openWebSocket(handoff, incoming, socket, head);
    } catch (error) {
      this.#core.logger({
        level: 'error',
        event: 'upgrade-failed',
        reason: error instanceof Error ? error.message : 'unknown',
      });
      await reject(socket, badGateway());
    }
  }

  async #openWebSocket(
    handoff: Handoff,
    incoming: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const { service } = this.#core;
    const environment = new HoldEnvironment(this.#core, handoff);
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

    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    const opening = await open(link, environment, gone.signal);
    if (!opening.accepted) return reject(socket, opening.response);
    if (socket.destroyed) {
      link.start(); // what came with the answer is for nobody
      return link.disconnect();
    }
    this.#openings.set(incoming, openingHeaders(opening.headers));
    // It is the service that chooses one, by a header of its own.
    delete incoming.headers['sec-websocket-protocol'];
    this.#server.handleUpgrade(incoming, socket, head, (client) => {
      connection = new WebSocketConnection(messagePrefix(opening.headers), environment);
      const clientSocket = client as ClientSocket;
      clientSocket.attach(socket);
      try {
        connection.start(clientSocket, link);
      } catch (error) {
        // There is no way back to HTTP.
        environment.failed(error);
        client.terminate();
      }
    });
  }
}

async function open(link: ServiceLink, environment: HoldEnvironment, gone: AbortSignal): Promise<Opening> {
  try {
    return await link.open(gone);
  } catch (error) {
    environment.failed(error);
    return { accepted: false, response: badGateway() };
  }
}

function badGateway(): Response {
  return new Response(new Uint8Array(BAD_GATEWAY.body), { status: BAD_GATEWAY.status });
}

/** RFC 6455, 4.2.1: asked before the service hears of it. */
function isHandshake({ headers }: IncomingMessage): boolean {
  const { 'sec-websocket-key': key = '', 'sec-websocket-version': version } = headers;
  return /^[+/0-9A-Za-z]{22}==$/.test(key) && version === '13';
}

/** `undefined` for what is no path at a host. */
function upgradeRequest(incoming: IncomingMessage): Request | undefined {
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  }
  const { url: target = '/' } = incoming;
  const host = headers.get('Host') ?? 'localhost';
  // Put together, not resolved: a path of two slashes would be taken for a host. So the host must not hold a path.
  const url = /^https?:\/\//i.test(target) ? target : `http://${host}${target}`;
  const isUrl = HOST.test(host) && /^(?:\/|https?:)/i.test(target) && URL.canParse(url);
  return isUrl ? new Request(url, { headers }) : undefined;
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

/**
 * The prefix that the service's messages have; `undefined` without the grip extension, and, as in Pushpin, with one
 * that ends in `=`. Names count with their case.
 */
function messagePrefix(headers: Headers): string | undefined {
  for (const part of splitHeader(headers.get('Sec-WebSocket-Extensions') ?? '')) {
    const extension = /;[^=;]*=$/.test(part) ? undefined : parseValueWithParameters(part);
    if (extension?.value !== 'grip') continue;
    const prefix = extension.parameters.find(([name]) => name === 'message-prefix');
    return prefix === undefined ? 'm:' : (prefix[1] ?? '');
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
  let body: Buffer;
  try {
    body = (await readBody(response, MAX_RESPONSE)).subarray(0, MAX_REJECTION);
  } catch {
    return reject(socket, badGateway());
  }
  // RFC 9110, 8.6: these never have a body, nor its length.
  const hasBody = response.status !== 204 && response.status !== 304;
  const lines = [
    `HTTP/1.1 ${response.status} ${response.statusText || (STATUS_CODES[response.status] ?? '')}`,
    ...[...response.headers]
      .filter(([name]) => !/^(?:connection|content-length|transfer-encoding)$/.test(name))
      .map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    ...(hasBody ? [`Content-Length: ${body.length}`] : []),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  socket.end(hasBody ? Buffer.concat([head, body]) : head);
}
