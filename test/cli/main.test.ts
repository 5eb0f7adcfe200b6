import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { StreamClient } from '../contract/http-clients.js';
import { Command } from './command.js';

describe('hono-fanout start', { timeout: 30_000 }, () => {
  let command: Command;
  afterEach(async () => {
    command.child.kill('SIGKILL');
    await command.exit();
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('serves, prints where, and ends cleanly on %s', async (signal) => {
    command = new Command(['start', '--port', '0'], { PUBLISH_PORT: '0' });
    const [, client = ''] = await command.until(/Clients connect to {3}(\S+)/);
    const [, publish = ''] = await command.until(/Publishing is at {5}(\S+)/);
    const stream = new StreamClient(new URL('/sse', client));
    await stream.until('the first comment', (received) => received.includes(': open') || undefined);
    const body = JSON.stringify({
      items: [{ channel: 'test', formats: { 'http-stream': { content: 'hello' } } }],
    });
    expect((await fetch(publish, { method: 'POST', body })).status).toBe(200);
    await stream.until('the message', (received) => received.endsWith('hello') || undefined);

    command.child.kill(signal);
    expect(await command.exit()).toBe(0);
    await stream.close();
    await expect(fetch(client)).rejects.toThrow();
  });

  it('says which port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    command = new Command(['start', '--port', String(port), '--publish-port', '0']);
    expect(await command.exit()).toBe(1);
    expect(command.output.trim()).toMatch(new RegExp(`^Port ${port} for clients is in use`));
    taken.close();
  });

  it.each<[string[], RegExp]>([
    [['start', '--port', 'http'], /Expected a port from 0 to 65535, found "http"/],
    [['start', '--port', '65536'], /found "65536"/],
    [['start', '--prot', '1'], /--prot/],
    [['stop'], /Usage: hono-fanout start/],
    [['constructor'], /Usage: hono-fanout start/],
    [[], /Usage: hono-fanout start/],
  ])('refuses %o with one clear message', async (args, message) => {
    command = new Command(args);
    expect(await command.exit()).toBe(2);
    expect(command.output).toMatch(message);
    expect(command.output).not.toMatch(/^\s+at /m);
  });

  it.each([
    [['--help'], /^Usage: hono-fanout start/],
    [['start', '--help'], /^Usage: hono-fanout start \[--port 7676\]/],
    [['publish', '-h'], /^Usage: hono-fanout publish CHANNEL/],
    [['listen', '--help'], /^Usage: hono-fanout listen URL/],
  ])('explains itself at %o', async (args, usage) => {
    command = new Command(args);
    expect(await command.exit()).toBe(0);
    expect(command.stdout).toMatch(usage);
  });
});
