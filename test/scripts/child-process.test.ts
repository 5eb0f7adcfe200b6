import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type ChildProcessOptions, startProcess } from '../../scripts/engines/child-process.js';
import { freePort, isPortFree, LOOPBACK, requireFreePort } from '../../scripts/engines/free-ports.js';

/** Runs JavaScript that gets its folder as an argument; it is ready once it has printed that. */
function node(
  script: string,
  more: Partial<ChildProcessOptions> = {},
): ChildProcessOptions & { folder: string } {
  return {
    name: 'The test',
    programs: 'node',
    folder: '',
    async prepare(folder) {
      this.folder = folder;
      return { command: process.execPath, args: ['-e', script, folder] };
    },
    isReady: async () => false,
    ...more,
  };
}

function runningFor(folder: string): string[] {
  const all = execFileSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8' });
  return all.split('\n').filter((line) => line.includes(folder));
}

describe('startProcess', () => {
  it('shows what a process printed that ended before it was ready', async () => {
    const options = node('console.log("to stdout"); console.error("to stderr"); process.exitCode = 3');
    const error = await startProcess(options).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/^Error: The test ended with status 3\.\n/);
    expect(String(error)).toContain('to stdout\n');
    expect(String(error)).toContain('to stderr\n');
    expect(existsSync(options.folder)).toBe(false);
  });

  it('says that there is no such program', async () => {
    const prepare = async () => ({ command: 'no-such-program', args: [] });
    await expect(startProcess(node('', { prepare }))).rejects.toThrow('no-such-program ENOENT');
  });

  it.each<[string, () => Partial<ChildProcessOptions>, string]>([
    ['its time is up', () => ({ timeout: 300 }), 'The test was not ready in 300 ms.'],
    ['it is told to', () => ({ signal: AbortSignal.timeout(300) }), 'aborted'],
  ])('gives up when %s, and leaves nothing', async (_when, more, message) => {
    const options = node('setInterval(() => {}, 1000)', more());
    await expect(startProcess(options)).rejects.toThrow(message);
    expect(options.folder).toContain('hono-fanout-');
    expect(existsSync(options.folder)).toBe(false);
    expect(runningFor(options.folder)).toEqual([]);
  });

  it('ends a child of the process, in a process group of its own', async () => {
    const args = '["-e", "setInterval(() => {}, 1000)", process.argv[1]]';
    const options = node(
      `require("node:child_process").spawn(process.execPath, ${args}, { detached: true }).stdout.resume()`,
      { isReady: async () => runningFor(options.folder).length >= 3 }, // and the guard
    );
    const running = await startProcess(options);
    await running.stop();
    await running.stop();
    expect(await running.ended).toBe('The test was ended by SIGTERM.');
    expect(existsSync(options.folder)).toBe(false);
    expect(runningFor(options.folder)).toEqual([]);
  }, 20_000);
});

describe('freePort', () => {
  it('names distinct ports', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
    expect(new Set(ports).size).toBe(20);
  });

  it('is told apart from one in use', async () => {
    const port = await freePort();
    await requireFreePort(port, 'a test');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
    try {
      expect(await isPortFree(port)).toBe(false);
      await expect(requireFreePort(port, 'a test')).rejects.toThrow(`Port ${port}, for a test, is in use`);
    } finally {
      server.close();
    }
  });
});
