import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publicJwk } from './tokens.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(ROOT, 'bin/bench');

/** What is measured, and the source of each. */
const SERVICES = {
  bare: 'scripts/bench/services/bare.ts',
  'bare-handoff': 'scripts/bench/services/bare-handoff.ts',
  'hono-handoff': 'scripts/bench/services/hono-handoff.ts',
  'hono-handoff-openssl': 'scripts/bench/services/hono-handoff-openssl.ts',
  'bare-es256': 'scripts/bench/services/bare-es256.ts',
  'bare-es256-reused': 'scripts/bench/services/bare-es256-reused.ts',
  'bare-hs256': 'scripts/bench/services/bare-hs256.ts',
  'bare-proof': 'scripts/bench/services/bare-proof.ts',
  reference: 'src/service.ts',
  es256: 'scripts/bench/services/es256.ts',
  proven: 'scripts/bench/services/proven.ts',
  jwt: 'scripts/bench/services/jwt.ts',
  'jwt-reused': 'scripts/bench/services/jwt-reused.ts',
} as const;

export type ServiceName = keyof typeof SERVICES;

/** Compiles a service; returns the path of its Wasm. */
export async function buildService(name: ServiceName): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const wasm = join(FOLDER, `${name}.wasm`);
  const env = `BENCH_X=${publicJwk.x},BENCH_Y=${publicJwk.y}`;
  const args = ['node_modules/@fastly/js-compute/dist/cli/js-compute-runtime-cli.js', '--env', env];
  await promisify(execFile)(process.execPath, [...args, SERVICES[name], wasm], { cwd: ROOT });
  return wasm;
}

export interface WasmSize {
  readonly total: number;
  /** Of the data segments: the memory that the snapshot fills, less long runs of zeros. In bytes. */
  readonly data: number;
  /** Of the memory that an instance starts with. */
  readonly memory: number;
}

const MEMORY_SECTION = 5;
const DATA_SECTION = 11;
const PAGE = 65_536;

/** Reads the sections of a Wasm (https://webassembly.github.io/spec/core/binary/modules.html). */
export async function wasmSize(path: string): Promise<WasmSize> {
  const bytes = await readFile(path);
  let position = 8; // after the magic number and the version
  const unsigned = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[position++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  let data = 0;
  let memory = 0;
  while (position < bytes.length) {
    const section = bytes[position++];
    const size = unsigned();
    const end = position + size;
    if (section === DATA_SECTION) data = size;
    if (section === MEMORY_SECTION) {
      unsigned(); // how many memories: one
      unsigned(); // whether there is a maximum
      memory = unsigned() * PAGE;
    }
    position = end;
  }
  return { total: bytes.length, data, memory };
}
