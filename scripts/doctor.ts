import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Facts, findings, report } from './doctor/findings.js';
import { isPortFree } from './engines/free-ports.js';
import { withCargo } from './engines/viceroy.js';

// npm run doctor: what there is of what a person may need, and how to get the rest.

const ROOT = fileURLToPath(new URL('..', import.meta.url));

async function gather(): Promise<Facts> {
  const [pushpin, viceroy, fastly, condure, zurl, ps, cargo] = await Promise.all([
    printed('pushpin', '--version'),
    printed('viceroy', '--version'),
    printed(join(ROOT, 'node_modules/.bin/fastly'), 'version', '--quiet'),
    printed('condure', '--version'),
    printed('zurl', '--version'),
    printed('ps', '-A', '-ww', '-o', 'pid=,ppid=,args='),
    printed('cargo', '--version'),
  ]);
  const found = { condure: isThere(condure), zurl: isThere(zurl), ps: isThere(ps), cargo: isThere(cargo) };
  return {
    node: process.version,
    pushpin,
    viceroy,
    fastly,
    ...found,
    ports: [
      { port: 7676, purpose: 'clients', isFree: await isPortFree(7676) },
      { port: 5561, purpose: 'publishing', isFree: await isPortFree(5561) },
    ],
    wasmBuilt: await changed(join(ROOT, 'bin/main.wasm')),
    sourcesChanged: await lastChange(join(ROOT, 'src')),
  };
}

/** What a command prints; undefined where there is no such command, or it fails. */
async function printed(command: string, ...args: string[]): Promise<string | undefined> {
  const options = { env: withCargo(), timeout: 10_000, maxBuffer: 16 * 2 ** 20 };
  return promisify(execFile)(command, args, options).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}

function isThere(text: string | undefined): boolean {
  return text !== undefined;
}

async function changed(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

/** When the newest file in a folder was changed, in milliseconds since 1970. */
async function lastChange(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const times = await Promise.all(files.map((file) => changed(join(file.parentPath, file.name))));
  return Math.max(0, ...times.map((time) => time ?? 0));
}

const found = findings(await gather());
console.log(report(found));
if (found.some(({ state }) => state === 'missing')) process.exitCode = 1;
