import { type Context, Hono } from 'hono';
import { afterAll } from 'vitest';
import type { FanoutEnv } from '../../src/fanout-env.js';
import { type LocalFanout, type LocalFanoutOptions, startLocalFanout } from '../../src/local-fanout/index.js';
import type { LogRecord } from '../../src/logger.js';
import { fanoutHandoff } from '../../src/middleware/fanout-handoff.js';
import {
  decodeWebSocketEvents,
  encodeWebSocketEvents,
  type OutgoingWebSocketEvent,
  type WebSocketEvent,
} from '../../src/protocol/websocket-events.js';
import { Clients } from '../contract/clients.js';

/** A service that writes what it likes, without the transports: what Fanout makes of it is tested. */
export interface RawService {
  readonly clients: Clients;
  readonly fanout: LocalFanout;
  /** What the embedded Fanout logged. */
  readonly records: LogRecord[];
}

type Handler = (c: Context) => Response | Promise<Response>;

/** Starts a service with these routes; what is opened is closed after the tests of the file. */
export async function rawService(
  routes: {
    /** Served without Fanout. */
    readonly plain?: Record<string, Handler>;
    readonly http?: Record<string, Handler>;
    readonly webSocket?: Record<string, Handler>;
  },
  options: LocalFanoutOptions = {},
): Promise<RawService> {
  const app = new Hono<FanoutEnv>();
  const logger = () => undefined;
  for (const [path, handler] of Object.entries(routes.plain ?? {})) app.all(path, handler);
  for (const [path, handler] of Object.entries(routes.http ?? {})) {
    app.all(path, fanoutHandoff({ logger }), handler);
  }
  for (const [path, handler] of Object.entries(routes.webSocket ?? {})) {
    app.all(path, fanoutHandoff({ logger, upgrade: 'websocket' }), handler);
  }
  const records: LogRecord[] = [];
  const fanout = await startLocalFanout(app, { logger: (record) => records.push(record), ...options });
  const { clientUrl, publishUrl } = fanout;
  const clients = new Clients({ client: clientUrl, service: clientUrl, publish: publishUrl });
  afterAll(async () => {
    await clients.close();
    await fanout.close();
  });
  return { clients, fanout, records };
}

/** A response with GRIP headers, as a service in any language would write it. */
export function grip(headers: Record<string, string>, body = '', status = 200): Response {
  return new Response(body, { status, headers: { 'Content-Type': 'text/plain', ...headers } });
}

export function events(
  list: readonly OutgoingWebSocketEvent[],
  headers: Record<string, string> = {},
): Response {
  return new Response(encodeWebSocketEvents(list), {
    headers: { 'Content-Type': 'application/websocket-events', ...headers },
  });
}

export const GRIP_EXTENSION = { 'Sec-WebSocket-Extensions': 'grip; message-prefix=""' };

export function control(message: object): OutgoingWebSocketEvent {
  return { type: 'TEXT', content: `c:${JSON.stringify(message)}` };
}

export async function receivedEvents(c: Context): Promise<WebSocketEvent[]> {
  return decodeWebSocketEvents(new Uint8Array(await c.req.arrayBuffer()));
}

/** Waits for something that nothing tells of. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (const until = Date.now() + 10_000; !holds(); ) {
    if (Date.now() > until) throw new Error(`Waited 10 s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
