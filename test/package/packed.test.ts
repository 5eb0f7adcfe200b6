import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/engines/free-ports.js';
import { exampleNames, USES } from '../examples/examples.js';
import { type PackedProject, packedProject, tool } from './packed-project.js';

/** What can be imported from where, by way of example; `fastly` only where `fastly:` modules are. */
const SUBPATHS: Readonly<Record<string, readonly string[]>> = {
  'hono-fanout': ['createApp', 'fanout', 'Publisher', 'SseTransport'],
  'hono-fanout/transports': ['holdStream', 'SseTransport'],
  'hono-fanout/middleware': ['fanoutHandoff', 'forwardToOrigin'],
  'hono-fanout/publisher': ['Publisher', 'fastlyEndpoint'],
  'hono-fanout/protocol': ['encodeSseEvent', 'withFramed'],
  'hono-fanout/local': ['startLocalFanout'],
  'hono-fanout/testing': ['transportContract'],
};

import { sizeCases } from './size-cases.js';

const examples = await exampleNames();

describe('the packed tarball', { timeout: 120_000 }, () => {
  let project: PackedProject;
  beforeAll(async () => {
    project = await packedProject();
  }, 180_000);
  afterAll(() => project?.remove());

  it('holds the build, and nothing else that isn’t needed', () => {
    const other = project.files.filter((path) => !/^dist\/[\w/-]+\.(?:js|d\.ts)$/.test(path));
    expect(other.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    expect(project.files.filter((path) => /\.(?:test|map)\b|^dist\/(?:bench|test)\//.test(path))).toEqual([]);
    expect(project.files).not.toContain('dist/service.js');
  });

  it('refers to no source map that it doesn’t have', async () => {
    for (const path of project.files) {
      const text = await readFile(join(project.folder, 'node_modules/hono-fanout', path), 'utf8');
      expect(text.includes('sourceMappingURL='), path).toBe(false);
    }
  });

  it('installs few packages: those that it names, and what they need', async () => {
    const manifest = JSON.parse(await readFile('package.json', 'utf8')) as Record<
      'dependencies' | 'exports',
      object
    >;
    const names = [...Object.keys(manifest.dependencies), 'hono', 'hono-fanout', 'tslib'];
    const installed = (await readdir(join(project.folder, 'node_modules'))).filter((name) => name[0] !== '.');
    expect(installed.sort()).toEqual([...new Set(names.map((name) => name.split('/')[0]))].sort());
    expect(Object.keys(manifest.exports).map((path) => path.replace('.', 'hono-fanout'))).toHaveLength(
      Object.keys(SUBPATHS).length + 1,
    );
  });

  it.each(Object.entries(SUBPATHS))('exports %s', async (subpath, names) => {
    const code = `import(${JSON.stringify(subpath)}).then((all) => console.log(Object.keys(all).join(' ')))`;
    expect((await project.run(process.execPath, '-e', code)).trim().split(' ')).toEqual(
      expect.arrayContaining([...names]),
    );
  });

  it('exports nothing else', async () => {
    await expect(project.run(process.execPath, '-e', 'import("hono-fanout/dist/app.js")')).rejects.toThrow(
      /ERR_PACKAGE_PATH_NOT_EXPORTED/,
    );
  });

  it('exports hono-fanout/fastly, which is built into a Wasm', async () => {
    await project.write(
      'service.js',
      `import { createApp } from 'hono-fanout'; import { serve } from 'hono-fanout/fastly'; serve(createApp());`,
    );
    await project.run(tool('.bin/js-compute-runtime'), 'service.js', 'service.wasm');
    expect((await stat(join(project.folder, 'service.wasm'))).size).toBeGreaterThan(1_000_000);
  });

  it('has a command', async () => {
    expect(await project.run('node_modules/.bin/hono-fanout', '--help')).toMatch(/Usage: hono-fanout/);
  });

  it('has no faults that publint knows', async () => {
    const said = await project.run(tool('.bin/publint'), '--strict', project.tarball);
    expect(said).toMatch(/All good!/);
  });

  it('has types that are found wherever its code is', async () => {
    const said = await project.run(
      tool('.bin/attw'),
      '--profile',
      'esm-only',
      '--format',
      'ascii',
      project.tarball,
    );
    for (const found of ['node16 (from ESM): 🟢 (ESM)', 'bundler: 🟢']) {
      expect(said.split(found)).toHaveLength(Object.keys(SUBPATHS).length + 2);
    }
  });

  describe('in a bundle', () => sizeCases(() => project));

  describe.each(['nodenext', 'bundler'])(
    'with moduleResolution %s and no skipLibCheck',
    (moduleResolution) => {
      it('has types that compile, and refuse what they should', async () => {
        await cp('test/types', join(project.folder, 'types'), { recursive: true });
        await cp('examples', join(project.folder, 'examples'), { recursive: true });
        const compilerOptions = {
          target: 'ES2022',
          lib: ['ES2022', 'DOM', 'DOM.Iterable'],
          module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext',
          moduleResolution,
          types: ['node'],
          typeRoots: [tool('@types')],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          noImplicitOverride: true,
          experimentalDecorators: true,
          skipLibCheck: false,
          noEmit: true,
        };
        await project.write(
          'tsconfig.json',
          JSON.stringify({ compilerOptions, include: ['types', 'examples'] }),
        );
        expect(await project.run(process.execPath, tool('typescript/bin/tsc'), '-p', '.')).toBe('');
      });
    },
  );

  describe.each(examples)('the example %s, as written', (name) => {
    let folder: string;
    beforeAll(async () => {
      await cp('examples', join(project.folder, 'examples'), { recursive: true });
      folder = join(project.folder, 'examples', name);
    });

    it('runs on Node', async () => {
      const publishPort = await freePort();
      const env = { ...process.env, PORT: '0', PUBLISH_PORT: String(publishPort) };
      const child = spawn(process.execPath, ['--import', tool('tsx/dist/loader.mjs'), 'node.ts'], {
        cwd: folder,
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'close');
      try {
        const { client, output } = await printed(child.stdout);
        await USES[name]?.({ client, publish: `http://localhost:${publishPort}/publish/`, output });
      } finally {
        child.kill();
        await ended;
      }
    });

    it('is built as a Wasm', async () => {
      const wasm = join(folder, 'main.wasm');
      await project.run(tool('.bin/js-compute-runtime'), join(folder, 'compute.ts'), wasm);
      expect((await stat(wasm)).size).toBeGreaterThan(1_000_000);
    });
  });

  it('runs the contract on a transport of one’s own, under node:test', async () => {
    const test = 'examples/json-lines/contract.test.ts';
    const said = await project.run(
      process.execPath,
      '--import',
      tool('tsx/dist/loader.mjs'),
      '--test',
      '--test-reporter=tap',
      test,
    );
    expect(said).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(said)?.[1])).toBeGreaterThan(40);
  });
});

/** What is printed, up to the first URL. */
function printed(stdout: Readable): Promise<{ readonly client: string; readonly output: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    stdout.on('data', (chunk) => {
      output += chunk;
      const client = /http:\/\/localhost:\d+(?=\D)/.exec(output)?.[0];
      if (client !== undefined) resolve({ client, output });
    });
    stdout.on('end', () => reject(new Error(`Expected a URL, found ${JSON.stringify(output)}.`)));
  });
}
