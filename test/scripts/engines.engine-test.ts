import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startProcess } from '../../scripts/engines/child-process.js';
import { startComputeEngine } from '../../scripts/engines/compute-engine.js';
import type { Engine } from '../../scripts/engines/engine.js';
import { startPushpinEngine } from '../../scripts/engines/pushpin-engine.js';
import { createApp } from '../../src/app.js';

// Starts real engines: needs Pushpin, Viceroy and a built Wasm. Not part of `npm test`.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const wasm = process.env['WASM'] ?? join(ROOT, 'bin/main.wasm');
// Everything that is started makes its folders in here, so that what others run doesn't count.
const temporary = mkdtempSync(join(tmpdir(), 'engines-'));

const engines: [string, () => Promise<Engine>][] = [
  ['pushpin', () => startPushpinEngine(createApp({ logger: () => undefined }))],
  ['compute', () => startComputeEngine({ wasm })],
];

const usual = process.env['TMPDIR'] ?? tmpdir();
beforeAll(() => {
  process.env['TMPDIR'] = temporary;
});
afterAll(() => {
  process.env['TMPDIR'] = usual;
  rmSync(temporary, { recursive: true });
});

/** The command lines of what still runs, and the folders. */
function left(): string[] {
  const all = execFileSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8' }).split('\n');
  const folders = readdirSync(temporary).filter((name) => name.startsWith('hono-fanout-'));
  return [...all.filter((line) => line.includes(temporary)), ...folders];
}

async function publish(engine: Engine): Promise<void> {
  const formats = {
    'ws-message': { content: 'hello' },
    'http-stream': { content: 'data: hello\n\n' },
    'http-response': { body: 'hello\n' },
  };
  const body = JSON.stringify({ items: [{ channel: 'test', formats }] });
  const response = await fetch(engine.publish, { method: 'POST', body });
  expect(response.status).toBe(200);
}

async function curl(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('curl', ['-sN', ...args]);
  return stdout;
}

/** What a stream sends until a word has come; then its client leaves. */
async function firstWith(word: string, url: string): Promise<string> {
  const leave = new AbortController();
  const response = await fetch(url, { signal: leave.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (reader !== undefined && !text.includes(word)) text += (await reader.read()).value ?? '';
  leave.abort();
  return text;
}

async function everyTransport(engine: Engine): Promise<void> {
  const socket = new WebSocket(`${engine.client.replace('http', 'ws')}/ws`);
  await once(socket, 'open');
  const long = 'x'.repeat(100_000);
  socket.send(long);
  expect(String((await once(socket, 'message'))[0])).toBe(long);

  // Published until all have it: when a client is subscribed, only Pushpin knows.
  const received = [
    once(socket, 'message').then(([message]) => String(message)),
    firstWith('hello', `${engine.client}/sse`),
    firstWith('hello', `${engine.client}/stream`),
    curl(`${engine.client}/response`),
  ];
  const publishing = setInterval(() => void publish(engine), 500);
  try {
    for (const text of await Promise.all(received)) expect(text).toContain('hello');
  } finally {
    clearInterval(publishing);
  }

  const closed = once(socket, 'close');
  socket.close(4001, 'bye');
  expect((await closed)[0]).toBe(4001);

  expect((await fetch(`${engine.client}/ws`)).status).toBe(426);
  expect((await fetch(`${engine.client}/nothing`)).status).toBe(404);
  expect((await fetch(`${engine.client}/sse`, { headers: { 'Grip-Sig': 'a.b.c' } })).status).toBe(403);
}

describe.each(engines)('the engine %s', (_name, start) => {
  it.each([1, 2])(
    'serves every transport, %d at once, and leaves nothing',
    { timeout: 120_000 },
    async (count) => {
      const running = await Promise.all(Array.from({ length: count }, start));
      try {
        for (const engine of running) await everyTransport(engine);
      } catch (error) {
        throw new Error(running.map((engine) => engine.log()).join('\n'), { cause: error });
      } finally {
        await Promise.all(running.map((engine) => engine.stop()));
      }
      expect(left()).toEqual([]);
    },
  );
});

it('a process that ignores SIGTERM is ended', { timeout: 30_000 }, async () => {
  const script = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")';
  const started = Date.now();
  const running = await startProcess({
    name: 'The test',
    programs: 'node',
    prepare: async (folder) => ({ command: process.execPath, args: ['-e', script, folder] }),
    isReady: async () => Date.now() - started > 3000, // the script runs by then
  });
  expect(running.log()).toBe('up\n');
  await running.stop();
  expect(await running.ended).toBe('The test was ended by SIGKILL.');
  expect(left()).toEqual([]);
});

describe('an engine whose process ends', () => {
  const start = `
    import { startPushpinEngine } from './scripts/engines/pushpin-engine.js';
    import { createApp } from './src/app.js';
    await startPushpinEngine(createApp());
    console.log('up');`;

  it.each([
    ['SIGINT', ''],
    ['SIGTERM', ''],
    ['SIGHUP', ''],
    ['SIGKILL', ''],
    ['an exception', 'setTimeout(() => { throw new Error("not caught"); });'],
    ['process.exit', 'process.exit(0)'],
  ])('by %s leaves nothing', { timeout: 30_000 }, async (how, more) => {
    const args = ['--import', 'tsx', '--input-type=module', '-e', start + more];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    if (more === '') expect(left()).not.toEqual([]);
    const ended = once(child, 'exit');
    if (more === '') child.kill(how as NodeJS.Signals);
    await ended;
    for (let tries = 0; left().length > 0 && tries < 50; tries++) await sleep(100);
    expect(left()).toEqual([]);
  });
});
