import { type Engine, joinLogs } from './engine.js';
import { freePort, LOOPBACK } from './free-ports.js';
import { startPushpin } from './pushpin.js';
import { startViceroy } from './viceroy.js';

export interface ComputeEngineOptions {
  /** The compiled service. */
  readonly wasm: string;
  /** What clients connect to; by default a free port. */
  readonly port?: number | undefined;
  /** What messages are published to; by default a free port. */
  readonly publishPort?: number | undefined;
  /** Further tables for the manifest: backends, secret stores. */
  readonly manifest?: string | undefined;
  /** Gives up starting. */
  readonly signal?: AbortSignal | undefined;
}

/** Who signs, and by what, in the local server of Fastly's CLI: what the service trusts there. */
const SIGNING = { iss: 'viceroy', key: 'viceroy_dev_signing_key_dont_use_in_production' };

/**
 * The compiled service on Viceroy, which hands off to a Pushpin, which calls Viceroy back: the closest to Fastly
 * that one machine gets.
 */
export async function startComputeEngine(options: ComputeEngineOptions): Promise<Engine> {
  const { wasm, port = await freePort(), publishPort, manifest, signal } = options;
  const pushpinPort = await freePort();
  const route = `id=self ${LOOPBACK}:${port},over_http,host=localhost:${port}`;

  const failed = new AbortController();
  const whileStarting = { signal: signal ? AbortSignal.any([signal, failed.signal]) : failed.signal };
  const starting = [
    startPushpin({ port: pushpinPort, publishPort, routes: [route], signing: SIGNING, ...whileStarting }),
    startViceroy({ wasm, port, pushpinPort, manifest, ...whileStarting }),
  ] as const;
  try {
    const [pushpin, viceroy] = await Promise.all(starting);
    const client = `http://${LOOPBACK}:${port}`;
    return {
      client,
      service: client,
      publish: pushpin.publish,
      ended: Promise.race([pushpin.ended, viceroy.ended]),
      async stop() {
        await Promise.all([viceroy.stop(), pushpin.stop()]);
      },
      log: () => joinLogs({ Viceroy: viceroy.log, Pushpin: pushpin.log }),
    };
  } catch (error) {
    failed.abort(error);
    for (const part of await Promise.allSettled(starting)) {
      if (part.status === 'fulfilled') await part.value.stop();
    }
    throw error;
  }
}
