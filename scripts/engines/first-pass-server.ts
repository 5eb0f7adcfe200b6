import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type FanoutPlatform, type FetchApp, fetchOn } from '../../src/platform.js';
import { handOffTo } from './hand-off-to.js';

export interface FirstPassServerOptions {
  readonly app: FetchApp;
  /** Where Pushpin takes what the app hands off. */
  readonly pushpinPort: number;
  readonly trust: FanoutPlatform['trust'];
}

export interface FirstPassServer {
  readonly server: Server;
  /** What happened to the last requests, a line for each. */
  log(): string;
  /** Ends all connections as well. */
  close(): Promise<void>;
}

interface Handoff {
  readonly backend: string;
  /** Of the request that the app hands off. */
  readonly url: string;
  readonly headers: Headers;
}

const KEPT_LINES = 1000;

/** Runs an app on Node as Viceroy runs a Wasm: what the app hands off goes to Pushpin, anything else is answered. */
export function createFirstPassServer({ app, pushpinPort, trust }: FirstPassServerOptions): FirstPassServer {
  const handoffs = new WeakMap<Response, Handoff>();
  const lines: string[] = [];
  const sockets = new Set<Socket>();

  const log = (incoming: IncomingMessage, what: string) => {
    lines.push(`${incoming.method} ${incoming.url} ${what}`);
    if (lines.length > KEPT_LINES) lines.shift();
  };
  const platform = (clientAddress: string | undefined): FanoutPlatform => ({
    handoff({ url, headers }, backend) {
      const response = new Response(null);
      handoffs.set(response, { backend, url, headers });
      return response;
    },
    fetch: () => Promise.reject(new Error('This engine has no backend but self.')),
    trust,
    clientAddress,
    serviceVersion: 'node',
  });

  const listener = getRequestListener(
    async (request, env) => {
      const { incoming, outgoing } = env as HttpBindings;
      const response = await fetchOn(platform(incoming.socket.remoteAddress), app, request);
      const handoff = handoffs.get(response);
      if (handoff === undefined) {
        log(incoming, `answered ${response.status}`);
        return response;
      }
      log(incoming, `handed off to ${handoff.backend}`);
      const onError = (error: Error) => log(incoming, `failed: ${error.message}`);
      handOffTo(pushpinPort, { incoming, outgoing, ...handoff, onError });
      return RESPONSE_ALREADY_SENT;
    },
    { overrideGlobalObjects: false },
  );

  const server = createServer({ maxHeaderSize: 2 ** 17 }, listener);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  // Node gives such a request without a response: whether there is an upgrade is for the app, or Pushpin, to say.
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => undefined); // its close tells
    if (head.length > 0) socket.unshift(head);
    const outgoing = new ServerResponse(incoming);
    outgoing.shouldKeepAlive = false;
    outgoing.assignSocket(socket);
    outgoing.on('finish', () => socket.end());
    void listener(incoming, outgoing);
  });

  return {
    server,
    log: () => lines.join('\n'),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
