import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const PACKED = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'src',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
];

/** An empty project somewhere else, with the packed tarball installed as a user would. */
export interface PackedProject {
  readonly folder: string;
  readonly tarball: string;
  /** The paths in the tarball. */
  readonly files: readonly string[];
  /** Runs a program in the project; rejects with its output when it fails. */
  run(command: string, ...args: string[]): Promise<string>;
  write(path: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

/** A program of the repository: an empty project would get it from npm, which is not what is tested. */
export function tool(path: string): string {
  return resolve('node_modules', path);
}

/** Packs a copy of the package, so that nothing in `dist` changes under others, and installs it. */
export async function packedProject(): Promise<PackedProject> {
  const root = await mkdtemp(join(tmpdir(), 'hono-fanout-packed-'));
  try {
    return await packInto(root);
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }
}

async function packInto(root: string): Promise<PackedProject> {
  const [source, folder] = [join(root, 'source'), join(root, 'project')];
  await Promise.all([mkdir(source), mkdir(folder)]);
  await Promise.all(PACKED.map((path) => cp(path, join(source, path), { recursive: true })));
  await symlink(resolve('node_modules'), join(source, 'node_modules'));
  const packed = await execute(source, 'npm', 'pack', '--json', '--pack-destination', root);
  const [{ filename, files }] = JSON.parse(packed.slice(packed.indexOf('['))) as [
    { filename: string; files: { path: string }[] },
  ];
  const tarball = join(root, filename);

  const { devDependencies } = JSON.parse(await readFile('package.json', 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const manifest = {
    name: 'a-project',
    private: true,
    type: 'module',
    dependencies: { 'hono-fanout': `file:${tarball}`, hono: devDependencies['hono'] },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await execute(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund');
  return {
    folder,
    tarball,
    files: files.map(({ path }) => path),
    run: (command, ...args) => execute(folder, command, ...args),
    write: (path, text) => writeFile(join(folder, path), text),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

async function execute(folder: string, command: string, ...args: string[]): Promise<string> {
  // What `npm test` sets would change what npm does here.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_ENV$|^VITEST/i.test(name)),
  );
  try {
    return (await promisify(execFile)(command, args, { cwd: folder, env })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}
