#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { createApp } from '../app.js';
import { ConfigurationError } from '../errors.js';
import { startLocalFanout } from '../local-fanout/index.js';
import { banner } from './banner.js';

const USAGE = `Usage: hono-fanout start [--port 7676] [--publish-port 5561]

Runs the reference service on an embedded Fanout, on loopback.
The environment variables PORT and PUBLISH_PORT set the ports as well.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: process.env['PORT'] ?? '7676' },
      'publish-port': { type: 'string', default: process.env['PUBLISH_PORT'] ?? '5561' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  if (positionals.length !== 1 || positionals[0] !== 'start') throw new ConfigurationError(USAGE);

  const fanout = await startLocalFanout(createApp(), {
    port: portNumber(values.port),
    publishPort: portNumber(values['publish-port']),
  });
  console.log(banner({ client: fanout.clientUrl, publish: fanout.publishUrl }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void fanout.close());
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
    throw new ConfigurationError(`Expected a port from 0 to 65535, found ${JSON.stringify(text)}.`);
  }
  return Number(text);
}

main().catch((error: unknown) => {
  // A stack says nothing to a person who mistyped an option or whose port is taken.
  const expected =
    error instanceof ConfigurationError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  console.error(expected ? (error as Error).message : error);
  process.exitCode = 1;
});
