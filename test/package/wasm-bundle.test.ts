import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('the Wasm of the reference service', () => {
  let directory: string;
  /** The paths of the modules in the bundle, which esbuild notes above each. */
  let modules: string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'hono-fanout-bundle-'));
    await promisify(execFile)('npx', [
      'js-compute-runtime',
      '--debug-intermediate-files',
      directory,
      'src/service.ts',
      join(directory, 'main.wasm'),
    ]);
    const bundle = await readFile(join(directory, '__1_bundled.js'), 'utf8');
    modules = [...bundle.matchAll(/^ *\/\/ ((?:src|node_modules)\/\S+)$/gm)].map(([, path = '']) => path);
  }, 120_000);
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is built', async () => {
    expect((await stat(join(directory, 'main.wasm'))).size).toBeGreaterThan(1_000_000);
  });

  it('has the service and its transports', () => {
    for (const path of ['src/service.ts', 'src/fastly/serve.ts', 'src/transports/sse-transport.ts']) {
      expect(modules).toContain(path);
    }
  });

  it('has nothing that only Node needs', () => {
    expect(modules.filter((path) => /^src\/(?:local-fanout|cli)\//.test(path))).toEqual([]);
    // The innermost: where npm puts a package is its own choice.
    const packages = modules.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
    expect([...new Set(packages)].sort()).toEqual(['hono', 'reflect-metadata', 'tslib', 'tsyringe']);
  });
});
