import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { publishEndpoints } from '../../src/cli/publish-target.js';
import { scripted } from '../publisher/scripted.js';
import type { ScriptedServer } from '../publisher/scripted-server.js';
import { Command } from './command.js';

const texts = (items: ReturnType<ScriptedServer['items']>) =>
  items.flatMap(({ webSocket }) => (webSocket?.action === 'send' ? String(webSocket.content) : []));

describe('hono-fanout publish', { timeout: 30_000 }, () => {
  let command: Command;
  afterEach(async () => {
    command?.child.kill('SIGKILL');
    await command?.exit();
  });

  it('publishes a message to all transports', async () => {
    const server = await scripted();
    command = new Command([
      'publish',
      'test',
      'hello',
      '--url',
      server.origin,
      '--sse-event',
      'greeting',
      '--id',
      '7',
    ]);
    expect(await command.exit()).toBe(0);
    expect(command.output).toBe('Published to test, id 7.\n');
    expect(server.requests).toHaveLength(1);
    expect(server.items()).toMatchObject([
      { channel: 'test', id: '7', webSocket: { content: Buffer.from('hello') } },
      { channel: 'test~sse', stream: { content: Buffer.from('event: greeting\nid: 7\ndata: hello\n\n') } },
      { channel: 'test~stream', stream: { content: Buffer.from('hello\n') } },
    ]);
  });

  it('publishes lines of standard input in order, in few requests, and says nothing else off a terminal', async () => {
    const server = await scripted();
    const lines = Array.from({ length: 2000 }, (_, index) => `line ${index} ✓`);
    command = new Command(['publish', 'test'], { GRIP_URL: `${server.origin}/?iss=me&key=k3y` });
    command.child.stdin?.end(`${lines.join('\r\n')}\n\n\nwithout an end`);
    expect(await command.exit()).toBe(0);
    expect(command.output).toBe(`Published 2001 messages to test in ${server.requests.length} requests.\n`);
    expect(texts(server.items())).toEqual([...lines, 'without an end']);
    expect(server.requests.length).toBeLessThan(30);
    expect(server.requests[0]?.headers.authorization).toMatch(/^Bearer /);
  });

  it('publishes a line as soon as it comes', async () => {
    const server = await scripted();
    command = new Command(['publish', 'test', '--url', server.url]);
    for (const line of ['one', 'two']) {
      command.child.stdin?.write(`${line}\n`);
      await expect.poll(() => texts(server.items()).at(-1), { timeout: 10_000 }).toBe(line);
    }
    command.child.stdin?.end();
    expect(await command.exit()).toBe(0);
  });

  it('says what failed, how many were published before, and no secret', async () => {
    const server = await scripted(200, 403);
    command = new Command(['publish', 'test', '--url', `${server.origin}/?iss=me&key=k3y`]);
    command.child.stdin?.write('payl0ad\n');
    await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBe(1);
    command.child.stdin?.end('payl0ad\n');
    expect(await command.exit()).toBe(1);
    expect(command.output).toBe(
      `Publishing to ${server.url} failed after one try: status 403, its token may not publish there.\n` +
        '1 messages were published before.\n',
    );
  });

  it.each([
    [['publish'], 2, /^Usage: hono-fanout publish/],
    [['publish', 'test', 'hello', 'world'], 2, /^Usage: hono-fanout publish/],
    [['publish', 'test', '--id', '7'], 2, /One --id is for one message/],
    [['publish', 'test', 'x', '--sse-evnt', 'y'], 2, /--sse-evnt/],
    [['publish', 'test', 'x', '--service-id', 'abc'], 2, /set FASTLY_API_TOKEN/],
    [['publish', 'test', 'x', '--service-id', 'abc', '--url', 'http://localhost/'], 2, /found both/],
    [['publish', 'test', 'x', '--url', 'localhost'], 2, /found no URL/],
    [['publish', 'test', 'x', '--service-id', '../x', '--token', 'secret'], 2, /letters and digits/],
    [['publish', 'a,b', 'x'], 1, /channel name/],
    [['publish', 'test', 'x', '--sse-event', 'a\nb'], 1, /one line/],
  ])('refuses %j with status %i', async (args, status, message) => {
    command = new Command(args);
    expect(await command.exit()).toBe(status);
    expect(command.output).toMatch(message);
    expect(command.output).not.toMatch(/^\s+at /m);
  });

  it('shows its progress on a terminal', async (context) => {
    const server = await scripted();
    const run = `printf 'a\\nb\\n' | ${process.execPath} --import tsx src/cli/main.ts publish test --url ${server.url}`;
    // util-linux's `script` gives it a terminal.
    const child = spawn('sh', ['-c', 'script -qec "$0" /dev/null', run], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (data) => {
      output += data;
    });
    const [status] = await once(child, 'close');
    if (status === 127) context.skip('there is no `script` here');
    expect(output).toContain('\r2 published\r\x1b[KPublished 2 messages to test in 1 requests.');
    expect(status).toBe(0);
  });
});

describe('the token of the environment', () => {
  const target = { urls: [], serviceId: undefined, token: undefined };
  const env = { FASTLY_API_TOKEN: 'secret' };

  it('goes to Fastly', async () => {
    const [byId] = publishEndpoints({ ...target, serviceId: 'abc', env });
    expect(byId?.url).toBe('https://api.fastly.com/service/abc/publish/');
    const [byUrl] = publishEndpoints({
      ...target,
      urls: ['https://api.fastly.com/service/abc/publish/'],
      env,
    });
    for (const endpoint of [byId, byUrl])
      expect(await endpoint?.auth?.()).toEqual({ 'Fastly-Key': 'secret' });
  });

  it.each([
    'http://api.fastly.com/',
    'https://evilfastly.com/',
    'https://api.fastly.com.evil.test/',
    'http://localhost:5561/',
  ])('does not go to %s', (url) => {
    expect(publishEndpoints({ ...target, urls: [url], env })[0]?.auth).toBeUndefined();
    expect(publishEndpoints({ ...target, env: { ...env, GRIP_URL: url } })[0]?.auth).toBeUndefined();
  });

  it('is not the one that is given, which goes everywhere', async () => {
    const urls = ['http://localhost:5561/', 'http://localhost:5562/'];
    for (const { auth } of publishEndpoints({ ...target, urls, token: 'given', env })) {
      expect(await auth?.()).toEqual({ 'Fastly-Key': 'given' });
    }
    expect(publishEndpoints({ ...target, env: {} })).toEqual([{ url: 'http://localhost:5561/publish/' }]);
  });
});
