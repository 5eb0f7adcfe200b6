#!/usr/bin/env node
import { FanoutError } from '../errors.js';
import { listen } from './listen.js';
import { publish } from './publish.js';
import { start } from './start.js';
import { UsageError } from './usage-error.js';

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  start,
  publish,
  listen,
};

const USAGE = `Usage: hono-fanout start [OPTIONS]
       hono-fanout publish CHANNEL [MESSAGE] [OPTIONS]
       hono-fanout listen URL

  start     runs the reference service on an embedded Fanout
  publish   publishes a message, or each line of standard input
  listen    prints what arrives, whatever the transport

hono-fanout COMMAND --help says more.`;

async function main([name = '', ...args]: readonly string[]): Promise<void> {
  if (name === '--help' || name === '-h') return console.log(USAGE);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError(USAGE);
  await command(args);
}

/** 2 for what was typed wrong, as most commands have it; 1 for what went wrong. */
function fail(error: unknown): void {
  const isUsage =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  // A stack says nothing to a person who mistyped an option or whose port is taken.
  console.error(isUsage || error instanceof FanoutError ? (error as Error).message : error);
  process.exitCode = isUsage ? 2 : 1;
}

// Whoever read the output has gone, `head` for example: nothing is left to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
main(process.argv.slice(2)).catch(fail);
