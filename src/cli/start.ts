import { parseArgs } from 'node:util';
import { createApp } from '../app.js';
import { startLocalFanout } from '../local-fanout/index.js';
import { banner } from './banner.js';
import { UsageError } from './usage-error.js';

const USAGE = `Usage: hono-fanout start [--port 7676] [--publish-port 5561]

Runs the reference service on an embedded Fanout, on loopback.
The environment variables PORT and PUBLISH_PORT set the ports as well.`;

/** Serves until a signal ends it. */
export async function start(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: process.env['PORT'] ?? '7676' },
      'publish-port': { type: 'string', default: process.env['PUBLISH_PORT'] ?? '5561' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);

  const fanout = await startLocalFanout(createApp(), {
    port: portNumber(values.port),
    publishPort: portNumber(values['publish-port']),
  });
  console.log(banner({ client: fanout.clientUrl, publish: fanout.publishUrl }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void fanout.close());
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
    throw new UsageError(`Expected a port from 0 to 65535, found ${JSON.stringify(text)}.`);
  }
  return Number(text);
}
