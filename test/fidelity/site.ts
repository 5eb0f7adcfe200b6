import { Hono } from 'hono';
import type { FanoutEnv } from '../../src/fanout-env.js';
import { fanoutHandoff } from '../../src/middleware/fanout-handoff.js';
import { handOff } from '../../src/platform.js';
import {
  decodeWebSocketEvents,
  WEBSOCKET_EVENTS_TYPE,
  type WebSocketEvent,
} from '../../src/protocol/websocket-events.js';

/** A request that Fanout made. */
export interface ServiceRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Those in the body, of a request for a WebSocket. */
  readonly events: readonly WebSocketEvent[];
  /** When it came, in milliseconds. */
  readonly at: number;
}

/** @param count which request for this path it is, from 1. */
export type Handler = (request: ServiceRequest, count: number) => Response | Promise<Response>;

export type Handing =
  /** By the package's middleware, which hands off any GET. */
  | 'hold'
  /** By the package's middleware, which hands off WebSockets only. */
  | 'websocket'
  /** Whatever comes, untouched: what a client could do to a service that does not protect itself. */
  | 'everything';

interface Route {
  readonly handing: Handing;
  readonly handler: Handler;
  readonly requests: ServiceRequest[];
}

/** A service whose routes can be added while it runs. It keeps what it was asked. */
export class Site {
  readonly app: Hono<FanoutEnv> = new Hono();
  readonly #routes = new Map<string, Route>();

  constructor() {
    const logger = () => undefined;
    const hold = fanoutHandoff({ logger });
    const webSocket = fanoutHandoff({ logger, upgrade: 'websocket' });
    this.app.all('*', async (c) => {
      const route = this.#routes.get(new URL(c.req.url).pathname); // Hono's path is decoded
      if (route === undefined) return c.notFound();
      if (route.handing === 'everything') {
        if (c.req.header('Grip-Sig') === undefined) return handOff(c, 'self');
      } else {
        const refusal = await (route.handing === 'hold' ? hold : webSocket)(c, async () => undefined);
        if (refusal instanceof Response) return refusal;
      }
      const request = await read(c.req.raw);
      route.requests.push(request);
      return route.handler(request, route.requests.length);
    });
  }

  add(path: string, handing: Handing, handler: Handler): void {
    this.#routes.set(path, { handing, handler, requests: [] });
  }

  /** Those for a path so far. */
  requests(path: string): readonly ServiceRequest[] {
    return this.#routes.get(path)?.requests ?? [];
  }
}

async function read(request: Request): Promise<ServiceRequest> {
  const body = Buffer.from(await request.arrayBuffer());
  const { pathname, search } = new URL(request.url);
  const isEvents = request.headers.get('Content-Type') === WEBSOCKET_EVENTS_TYPE;
  return {
    method: request.method,
    path: pathname + search,
    headers: Object.fromEntries(request.headers),
    body,
    events: isEvents ? decodeWebSocketEvents(body) : [],
    at: performance.now(),
  };
}
