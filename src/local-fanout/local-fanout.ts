import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from '../errors.js';
import { jsonLogger, type Logger } from '../logger.js';
import type { FetchApp } from '../platform.js';
import { ChannelHub } from './channel-hub.js';
import { ClientServer } from './client-server.js';
import { GripSigner } from './grip-signer.js';
import { NextLinkTimers } from './next-link-timers.js';
import { createPublishServer } from './publish-server.js';
import { ServiceCaller } from './service-caller.js';
import { SharedFetches } from './shared-fetches.js';

/** Where the embedded Fanout is found, and what it keeps for slow clients. */
export interface LocalFanoutOptions {
  /** Where clients connect; 0, the default, takes any free port. */
  readonly port?: number;
  /** Where messages are published; 0, the default, takes any free port. */
  readonly publishPort?: number;
  /** The URLs of backends other than `self`: `{ origin: 'http://localhost:8080' }`. */
  readonly backends?: Readonly<Record<string, string>>;
  /** Bytes that may wait for a client before it is dropped; 1 MiB by default. */
  readonly maxBufferedBytes?: number;
  /** By default prints one JSON object a line. */
  readonly logger?: Logger;
}

/** A Fanout that runs. */
export interface LocalFanout {
  /** The URL for clients, with no slash at its end. */
  readonly clientUrl: string;
  /** The URL to publish at. */
  readonly publishUrl: string;
  /** How many connections listen to the channel. */
  subscribers(channel: string): number;
  /** Ends all connections and frees the ports. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * Starts a Fanout in this process, in front of a Hono app: for development and tests. It holds connections,
 * signs and publishes as Fastly's Fanout does, on loopback only, without being reachable from elsewhere.
 *
 * @throws ConfigurationError when a port is in use.
 * @example
 * const fanout = await startLocalFanout(createApp(), { port: 7676, publishPort: 5561 });
 * await fetch(fanout.publishUrl, { method: 'POST', body: JSON.stringify({ items: [...] }) });
 * await fanout.close();
 */
export async function startLocalFanout(
  app: FetchApp,
  options: LocalFanoutOptions = {},
): Promise<LocalFanout> {
  const { port = 0, publishPort = 0, maxBufferedBytes = 2 ** 20, logger = jsonLogger } = options;
  const hub = new ChannelHub();
  const service = new ServiceCaller(app, new GripSigner(), options.backends);
  const timers = new NextLinkTimers();
  const nextLinks = new SharedFetches();
  const clients = new ClientServer({ hub, timers, nextLinks, service, logger, maxBufferedBytes });
  const publishing = createPublishServer(hub);

  const clientAddress = await listen(clients.server, port, 'clients');
  let publishAddress: AddressInfo;
  try {
    publishAddress = await listen(publishing, publishPort, 'publishing');
  } catch (error) {
    await clients.close();
    throw error;
  }
  return {
    clientUrl: `http://localhost:${clientAddress.port}`,
    publishUrl: `http://localhost:${publishAddress.port}/publish/`,
    subscribers: (channel) => hub.count(channel),
    async close() {
      const closed = new Promise((resolve) => publishing.close(resolve));
      publishing.closeAllConnections();
      await Promise.all([clients.close(), closed]);
      hub.close();
    },
  };
}

function listen(server: Server, port: number, purpose: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is in use' : `can't be used (${cause.code})`;
      reject(new ConfigurationError(`Port ${port} for ${purpose} ${why}: choose another.`, { cause }));
    });
    server.listen(port, HOST, () => resolve(server.address() as AddressInfo));
  });
}
