import { access } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { banner } from '../src/cli/banner.js';
import { startComputeEngine } from './engines/compute-engine.js';

// npm run serve: the compiled service on Viceroy, with a Pushpin, for a person.

const USAGE = `Usage: npm run serve -- [--port 7676] [--publish-port 5561] [--log]

Runs bin/main.wasm on Viceroy, with a Pushpin in front of it, on loopback.
--log prints what they printed when it ends.`;

const WASM = fileURLToPath(new URL('../bin/main.wasm', import.meta.url));

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '7676' },
      'publish-port': { type: 'string', default: '5561' },
      log: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const port = portNumber(values.port);
  const publishPort = portNumber(values['publish-port']);
  await access(WASM).catch(() => {
    throw new Error(`There is no ${relative('', WASM)}: run \`npm run build\` first.`);
  });

  const asked = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => asked.abort());
  console.log('Starting; compiling the service takes some seconds.');
  try {
    const engine = await startComputeEngine({ wasm: WASM, port, publishPort, signal: asked.signal });
    console.log(banner(engine));
    const ended = await Promise.race([engine.ended, whenAborted(asked.signal)]);
    if (values.log || ended !== undefined) console.log(engine.log());
    await engine.stop();
    if (ended !== undefined) throw new Error(ended);
  } catch (error) {
    if (!asked.signal.aborted) throw error;
  }
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new Error(`Expected a port from 1 to 65535, found ${JSON.stringify(text)}.`);
  }
  return port;
}

main().catch((error: unknown) => {
  // A stack says nothing to a person whose port is taken.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
