import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningProcess, startProcess } from './child-process.js';
import { LOOPBACK, requireFreePort } from './free-ports.js';
import { probe } from './probe.js';

export interface ViceroyOptions {
  /** The compiled service. */
  readonly wasm: string;
  readonly port: number;
  /** Where Pushpin takes what the service hands off. */
  readonly pushpinPort: number;
  /** Further tables for the manifest: backends, secret stores. */
  readonly manifest?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MANIFEST = fileURLToPath(new URL('../../fastly.toml', import.meta.url));

/** Starts Viceroy with a compiled service, and waits until that answers: compiling it takes some seconds. */
export async function startViceroy(options: ViceroyOptions): Promise<RunningProcess> {
  const { wasm, port, pushpinPort } = options;
  await requireFreePort(port, 'the service');
  return startProcess({
    name: 'Viceroy',
    programs: 'viceroy',
    async prepare(folder) {
      const config = join(folder, 'fastly.toml');
      const own = localManifest(await readFile(MANIFEST, 'utf8'), port);
      await writeFile(config, `${own}\n${options.manifest ?? ''}`);
      const listen = ['--addr', `${LOOPBACK}:${port}`, `--local-pushpin-proxy-port=${pushpinPort}`];
      return { command: 'viceroy', args: ['serve', '-C', config, ...listen, wasm], env: withCargo() };
    },
    isReady: async () => (await probe(`http://${LOOPBACK}:${port}/readiness-probe`)) !== undefined,
    timeout: 120_000,
    signal: options.signal,
  });
}

/**
 * The manifest for a service on another port: its backend `self` is there.
 *
 * @throws Error when the manifest has no such backend.
 */
export function localManifest(manifest: string, port: number): string {
  const section = /^\[local_server\.backends\.self\]\s*$[^[]*/m;
  const found = section.exec(manifest)?.[0];
  const moved = found
    ?.replace(/^(\s*url\s*=\s*).*$/m, `$1"http://localhost:${port}/"`)
    .replace(/^(\s*override_host\s*=\s*).*$/m, `$1"localhost:${port}"`);
  if (moved === undefined || !moved.includes(`"http://localhost:${port}/"`)) {
    throw new Error('Expected the url of [local_server.backends.self] in fastly.toml, found none.');
  }
  return manifest.replace(section, () => moved);
}

/** The environment, with the folder that `cargo install` puts programs into: few have it on their PATH. */
export function withCargo(): NodeJS.ProcessEnv {
  const path = [process.env['PATH'] ?? '', join(homedir(), '.cargo/bin')].join(delimiter);
  return { ...process.env, PATH: path };
}
