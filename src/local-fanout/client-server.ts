import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { WEBSOCKET_EVENTS_TYPE } from '../protocol/websocket-events.js';
import { relay, respond } from './client-response.js';
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
/** Bytes that the body of a held response may have; Pushpin's limit. */
const MAX_KEPT_BODY = 100_000;

/** Where clients connect: HTTP and WebSockets, in front of the service. */
export class ClientServer {
  readonly server: Server;
  readonly #core: FanoutCore;
  readonly #webSockets: WebSocketUpgrades;

  constructor(core: FanoutCore) {
    this.#core = core;
    this.#webSockets = new WebSocketUpgrades(core);
    const listener = getRequestListener(
      (request, { incoming, outgoing }) =>
        this.#onRequest(request, incoming as IncomingMessage, outgoing as ServerResponse),
      { overrideGlobalObjects: false },
    );
    this.server = createServer({ maxHeaderSize: MAX_HEADERS }, listener);
    this.server.on('upgrade', (...upgrade) => void this.#webSockets.accept(...upgrade));
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    this.#webSockets.close();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  async #onRequest(request: Request, incoming: IncomingMessage, outgoing: ServerResponse): Promise<Response> {
    const handoff = await this.#core.service.firstPass(request, incoming.socket.remoteAddress);
    if (handoff instanceof Response) return handoff;
    // Exactly these bytes, as Pushpin compares them.
    if (request.headers.get('Content-Type') === WEBSOCKET_EVENTS_TYPE) {
      return new Response('Client not allowed to send WebSocket events directly.\n', { status: 403 });
    }
    void this.#serve(handoff, outgoing, new Map());
    return RESPONSE_ALREADY_SENT;
  }

  /** Does what the service's answer says; with a held response that may be to ask it again. */
  async #serve(
    handoff: Handoff,
    outgoing: ServerResponse,
    lastIds: ReadonlyMap<string, string>,
  ): Promise<void> {
    const environment = new HoldEnvironment(this.#core, handoff);
    try {
      const response = await this.#core.service.secondPass(handoff, { headers: gripLast(lastIds) });
      if (outgoing.destroyed) return;
      if (!hasInstruction(response.headers)) return await relay(outgoing, response);
      const body = Buffer.from(await response.arrayBuffer());
      const instruction = readInstruction(response, body);
      const { mode, nextLink } = instruction;
      if (mode !== 'stream' && body.length > MAX_KEPT_BODY) {
        throw new Error(`Expected a body of at most ${MAX_KEPT_BODY} bytes, found ${body.length}.`);
      }
      if (outgoing.destroyed) return;
      if (mode === 'response') {
        const retry: Retry = (ids) => void this.#serve(handoff, outgoing, new Map([...lastIds, ...ids]));
        if (forgetConflicts(this.#core.hub, instruction.channels) > 0) {
          return retry(knownLastIds(instruction.channels));
        }
        new ResponseConnection(outgoing, instruction, environment, retry);
      } else if (mode === 'stream' || nextLink) {
        new StreamConnection(outgoing, handoff.request.url, instruction, environment);
      } else {
        respond(outgoing, { ...instruction.response, body: initialBody(instruction) });
      }
    } catch (error) {
      environment.failed(error);
      if (outgoing.headersSent) outgoing.destroy();
      else respond(outgoing, BAD_GATEWAY);
    }
  }
}

/** The body of a response that isn't held, as the filters of its channels make it. */
function initialBody({ response, channels, meta }: HoldInstruction): Buffer {
  const filters = responseFilters(channels.flatMap((channel) => channel.filters));
  return filtered(response.body, filters, { subscriptionMeta: meta });
}
