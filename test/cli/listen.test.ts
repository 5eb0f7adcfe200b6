import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createApp } from '../../src/app.js';
import { type LocalFanout, startLocalFanout } from '../../src/local-fanout/index.js';
import { Publisher } from '../../src/publisher/index.js';
import { Command } from './command.js';

describe('hono-fanout listen', { timeout: 30_000 }, () => {
  let fanout: LocalFanout;
  let publisher: Publisher;
  let command: Command;
  const servers: Server[] = [];

  beforeAll(async () => {
    fanout = await startLocalFanout(createApp({ logger: () => undefined }), { logger: () => undefined });
    publisher = new Publisher({ url: fanout.publishUrl });
  });
  afterAll(() => fanout.close());
  afterEach(async () => {
    command.child.kill('SIGKILL');
    await command.exit();
    await expect.poll(() => fanout.subscribers('test')).toBe(0);
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function listenTo(path: string, protocol = 'http'): Promise<void> {
    command = new Command(['listen', fanout.clientUrl.replace('http', protocol) + path]);
    await expect.poll(() => fanout.subscribers('test'), { timeout: 20_000 }).toBe(1);
  }
  async function serving(
    ...answers: ((response: ServerResponse, lastId: unknown) => void)[]
  ): Promise<string> {
    const server = createServer((request, response) => {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(response, request.headers['last-event-id']);
    });
    servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it.each([
    ['/ws', 'ws'],
    ['/ws', 'http'], // which turns out to be a WebSocket
    ['/sse', 'http'],
    ['/stream', 'http'],
  ])('prints what is published to %s, by %s, until Ctrl-C', async (path, protocol) => {
    await listenTo(path, protocol);
    await publisher.publish('test', 'hello');
    await publisher.publish('test', 'two\nlines ✓');
    await command.until(/lines ✓\n/);
    command.child.kill('SIGINT');
    expect(await command.exit()).toBe(0);
    expect(command.stdout).toBe('hello\ntwo\nlines ✓\n');
  });

  it('polls again and again', async () => {
    await listenTo('/response');
    for (const message of ['one', 'two', 'three']) {
      // Between two polls nobody listens: so it is published until it was printed.
      while (!command.stdout.includes(message)) {
        await publisher.publish('test', { data: message }, { to: ['long-poll'] });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    command.child.kill('SIGINT');
    expect(await command.exit()).toBe(0);
    expect(command.stdout).toMatch(/^(one\n)+(two\n)+(three\n)+$/);
  });

  it('prints names and ids of events, and binary as Base64', async () => {
    await listenTo('/sse');
    await publisher.publish('test', { data: { who: 'ada' }, event: 'joined', id: '42' });
    await publisher.publish('test', { data: 'x', id: '43' });
    await command.until(/x\n/);
    expect(command.stdout).toBe('(joined, id 42) {"who":"ada"}\n(id 43) x\n');
    command.child.kill('SIGKILL');
    await command.exit();
    await expect.poll(() => fanout.subscribers('test')).toBe(0);

    await listenTo('/ws', 'ws');
    await publisher.publish('test', Uint8Array.of(1, 2, 255));
    await command.until(/AQL\/\n/);
    expect(command.stdout).toBe('(binary, 3 bytes) AQL/\n');
  });

  it('comes back to a stream of events that ended, with the id of the last', async () => {
    const start = (response: ServerResponse) =>
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const url = await serving(
      (response) => start(response).end('retry: 10\n\ndata: first\nid: 7\n\n'),
      (response, lastId) => start(response).write(`data: after ${lastId}\n\n`),
    );
    command = new Command(['listen', url]);
    await command.until(/after 7\n/);
    expect(command.output).toContain('connecting again');
    expect(command.stdout).toBe('(id 7) first\nafter 7\n');
  });

  it('does not ask without end for a page that is not held', async () => {
    let requests = 0;
    const url = await serving((response) => {
      requests += 1;
      response.end('page');
    });
    command = new Command(['listen', url]);
    await command.until(/page\n/);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(requests).toBeLessThan(10);
    expect(command.stdout).toMatch(/^(page\n)+$/);
  });

  it('ends when the other side closes the WebSocket, with 1 when that was no good end', async () => {
    for (const [code, status] of [
      [1000, 0],
      [4401, 1],
    ] as const) {
      await listenTo('/ws', 'ws');
      await publisher.close('test', { code, reason: 'over' });
      expect(await command.exit()).toBe(status);
      expect(command.output).toContain(`The WebSocket was closed with code ${code}: over`);
    }
  });

  it.each([
    [[], 2, /^Usage: hono-fanout listen URL/],
    [['http://localhost/', 'x'], 2, /^Usage: hono-fanout listen URL/],
    [['localhost:7676'], 2, /Expected an http, https, ws or wss URL/],
    [['http://localhost:1/'], 1, /^Can't listen to http:\/\/localhost:1\/: .*ECONNREFUSED/],
    [['ws://localhost:1/'], 1, /^Can't listen to ws:\/\/localhost:1\/: .*ECONNREFUSED/],
  ])('refuses %j with status %i', async (args, status, message) => {
    command = new Command(['listen', ...args]);
    expect(await command.exit()).toBe(status);
    expect(command.output).toMatch(message);
    expect(command.output).not.toMatch(/^\s+at /m);
  });

  it('says what it was answered', async () => {
    for (const [status, text] of [
      [404, '404 Not Found'],
      [302, '302 Found, which points to /there'],
      [204, '204'],
    ] as const) {
      const url = await serving((response) => response.writeHead(status, { Location: '/there' }).end());
      command = new Command(['listen', url]);
      expect(await command.exit()).toBe(1);
      expect(command.output).toContain(text);
    }
    const refusing = new WebSocketServer({ port: 0, host: '127.0.0.1', verifyClient: () => false });
    await once(refusing, 'listening');
    command = new Command(['listen', `ws://127.0.0.1:${(refusing.address() as AddressInfo).port}/`]);
    expect(await command.exit()).toBe(1);
    expect(command.output).toContain('401');
    refusing.close();
  });
});
