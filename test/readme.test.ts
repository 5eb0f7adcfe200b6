import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Hono } from 'hono';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/app.js';
import { type LocalFanout, startLocalFanout } from '../src/local-fanout/index.js';
import { WebSocketClient } from '../src/testing/websocket-client.js';
import { SseClient, StreamClient } from './contract/http-clients.js';
import { gripToken, hmacSigner } from './support/grip-tokens.js';

// What the README shows is run as it stands there; only ports and package names are those of this place.

const readme = await readFile('README.md', 'utf8');
const blocks = [...readme.matchAll(/^```(\S*)( norun)?\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', norun, text = '']) => ({ language, norun: norun !== undefined, text }),
);
const commands = blocks
  .filter(({ language, norun }) => language === 'sh' && !norun)
  .flatMap(({ text }) => text.trim().split('\n'));

function shell(command: string): {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
} {
  const child = spawn('sh', ['-c', command], { detached: true });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  return { child, output: () => output, ended: new Promise((resolve) => child.once('exit', resolve)) };
}

async function eventually(holds: () => boolean, describeIt: () => string): Promise<void> {
  for (const until = Date.now() + 20_000; !holds(); ) {
    if (Date.now() > until) throw new Error(`Waited 20 s; ${describeIt()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

describe('the commands of the README', { timeout: 60_000 }, () => {
  let service: ReturnType<typeof shell>;
  /** A command with the ports of this run. */
  let here: (command: string) => string;

  beforeAll(async () => {
    expect(commands.slice(0, 2)).toEqual(['npm ci', 'npm start']); // `npm ci` is how this test came to run
    service = shell(`${commands[1]} -- --port 0 --publish-port 0`);
    await eventually(() => service.output().includes('Ctrl-C'), service.output);
    const [, port = '', publishPort = ''] =
      /connect to\s+http:\/\/localhost:(\d+)[\s\S]*http:\/\/localhost:(\d+)\/publish/.exec(
        service.output(),
      ) ?? [];
    here = (command) =>
      command
        .replace('localhost:7676', `localhost:${port}`)
        .replace('localhost:5561', `localhost:${publishPort}`);
  }, 30_000);
  afterAll(async () => {
    if (service.child.pid) process.kill(-service.child.pid, 'SIGINT'); // to the whole group, as Ctrl-C does
    expect(await service.ended).not.toBe(1);
  });

  it('deliver what is published to curl, and say so', async () => {
    const [sse, publishOne, stream, poll, publishAll, ...rest] = commands.slice(2).map(here);
    expect(rest).toEqual([]);

    const listening = [sse, stream, poll].map((command) => shell(command ?? ''));
    const [sseClient, streamClient, pollClient] = listening;
    const blank = blocks.find(({ language, text }) => language === '' && text.includes(': open'))?.text;
    expect(blank).toBeDefined();
    await eventually(
      () => sseClient?.output().endsWith(blank ?? '?') ?? false,
      () => sseClient?.output() ?? '',
    );

    const published = shell(publishOne ?? '');
    expect(await published.ended).toBe(0);
    expect(published.output()).toContain('Published');
    await eventually(
      () => sseClient?.output().includes('data: hello') ?? false,
      () => sseClient?.output() ?? '',
    );

    // Nothing tells when a poll is held: it is published to until it was answered.
    let answered = false;
    void pollClient?.ended.then(() => {
      answered = true;
    });
    while (!answered) await shell(publishAll ?? '').ended;
    expect(pollClient?.output()).toContain('hello\n');
    await eventually(
      () => streamClient?.output().includes('data: hello') ?? false,
      () => streamClient?.output() ?? '',
    );
    for (const { child } of [sseClient, streamClient].flatMap((client) => client ?? [])) {
      if (child.pid) process.kill(-child.pid, 'SIGTERM');
    }
  });

  it('and the lines that the service prints itself are the same', () => {
    for (const command of commands.slice(2).map(here)) {
      if (!command.includes('"http-stream":{"content":"data: hello\\n\\n"}}}]}'))
        expect(service.output()).toContain(command);
    }
  });
});

describe('the code of the README', { timeout: 60_000 }, () => {
  const directory = 'test/.readme';
  const sources = new Map<string, string>();
  let fanout: LocalFanout | undefined;

  beforeAll(async () => {
    await mkdir(directory, { recursive: true });
    const names = [
      'app',
      'service',
      'local',
      'origin',
      'tokens',
      'user',
      'transports',
      'sessions',
      'contract',
      'publish',
      'endpoints',
      'compute',
      'more',
      'proven',
    ];
    const texts = blocks.filter(({ language }) => language === 'ts').map(({ text }) => text);
    expect(texts).toHaveLength(names.length);
    for (const [index, name] of names.entries()) {
      const text = (texts[index] ?? '')
        .replace(/'hono-fanout'/g, `'../../src/index.js'`)
        .replace(/'hono-fanout\/(fastly|publisher|testing)'/g, `'../../src/$1/index.js'`)
        .replace(/'hono-fanout\/local'/g, `'../../src/local-fanout/index.js'`);
      sources.set(name, join(directory, `${name}.ts`));
      await writeFile(join(directory, `${name}.ts`), text);
    }
  });
  afterAll(async () => {
    await fanout?.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('has no type errors', () => {
    const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
    const files = [...sources.values(), 'src/fastly/modules.d.ts', 'examples/modules.d.ts'];
    const program = ts.createProgram(files, {
      ...options,
      noEmit: true,
      isolatedDeclarations: false,
      declaration: false,
    });
    const messages = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(messages).toEqual([]);
  });

  async function serve(name: string): Promise<URL> {
    const path = resolve(sources.get(name) ?? '');
    const { default: app } = (await import(/* @vite-ignore */ path)) as { default: Hono };
    await fanout?.close();
    fanout = await startLocalFanout(app, { logger: () => undefined });
    return new URL(fanout.clientUrl);
  }

  async function publish(channel: string, content: string): Promise<void> {
    const body = JSON.stringify({ items: [{ channel, formats: { 'http-stream': { content } } }] });
    expect((await fetch(fanout?.publishUrl ?? '', { method: 'POST', body })).status).toBe(200);
  }

  it('mounts rooms', async () => {
    const url = await serve('app');
    expect(await (await fetch(url)).text()).toBe('home');
    const client = new StreamClient(new URL('/rooms/lobby/sse', url));
    await client.response();
    await publish('room-attic', 'not for this room');
    await publish('room-lobby', 'data: hello\n\n');
    await client.until('the message', (received) => received.endsWith('\n\ndata: hello\n\n') || undefined);
    await client.close();
  });

  it('publishes', async () => {
    const logger = () => undefined;
    await fanout?.close();
    fanout = await startLocalFanout(createApp({ logger }), { logger });
    const client = new SseClient(new URL('/sse', fanout.clientUrl));
    await client.response();
    const path = sources.get('publish') ?? '';
    const here = new URL(fanout.publishUrl).host;
    await writeFile(path, (await readFile(path, 'utf8')).replace('localhost:5561', here));
    await import(/* @vite-ignore */ resolve(path));
    const joined = await client.event('who joined', ({ event }) => event === 'joined');
    expect([joined.id, joined.data]).toEqual(['42', '{"who":"ada"}']);
    expect(client.events.map(({ data }) => data)).toContain('hello');
    await client.close();
  });

  it('opens what a token names', async () => {
    const url = await serve('tokens');
    const claims = { channels: ['news', 'room-*'], exp: Math.floor(Date.now() / 1000) + 60 };
    const token = gripToken({ alg: 'HS256' }, claims, hmacSigner('the key of the tokens'));
    const headers = { Cookie: `session=${token}` };
    const open = async (query: string) => {
      const client = new StreamClient(new URL(`/live/sse${query}`, url), headers);
      const { status } = await client.response();
      await client.close();
      return status;
    };
    expect([await open(''), await open('?channel=room-7'), await open('?channel=other')]).toEqual([
      200, 200, 403,
    ]);
  });

  it('adds transports', async () => {
    const url = await serve('transports');
    const lines = new StreamClient(new URL('/lines', url));
    await eventually(
      () => fanout?.subscribers('test') === 1,
      () => 'nobody listens',
    );
    await publish('test', '{"a":1}\n');
    expect((await lines.response()).headers.get('Content-Type')).toBe('application/x-ndjson');
    const notes = new StreamClient(new URL('/notes', url));
    await notes.response();
    expect(fanout?.subscribers('notes')).toBe(1);
    const socket = new WebSocketClient(new URL('/greet/ada', url.href.replace('http', 'ws')));
    expect(await socket.next()).toBe('hello, ada');
    await Promise.all([lines.close(), notes.close(), socket.close()]);
  });
});

describe('the README', () => {
  it('names only commands that there are, and all of them', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = new Set(['start', 'test'].filter((name) => readme.includes(`npm ${name}`)));
    for (const [, name = ''] of readme.matchAll(/npm run ([\w:-]+)/g)) named.add(name);
    expect([...named].sort()).toEqual(
      Object.keys(scripts)
        .filter((name) => name !== 'prepack')
        .sort(),
    );
  });
});
