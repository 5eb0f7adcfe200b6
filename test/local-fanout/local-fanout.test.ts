import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { afterAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.js';
import { ConfigurationError } from '../../src/errors.js';
import type { FanoutEnv } from '../../src/fanout-env.js';
import { startLocalFanout } from '../../src/local-fanout/index.js';
import type { LogRecord } from '../../src/logger.js';
import { fanoutHandoff } from '../../src/middleware/fanout-handoff.js';
import { StreamClient } from '../contract/http-clients.js';

const logger = () => undefined;
const fanout = await startLocalFanout(createApp({ logger }), { logger });
afterAll(() => fanout.close());

describe('the publish endpoint', () => {
  const at = (path: string, init?: RequestInit) => fetch(new URL(path, fanout.publishUrl), init);
  const padded = (bytes: number) => {
    const body = (content: string) =>
      JSON.stringify({ items: [{ channel: 'a', formats: { 'http-stream': { content } } }] });
    return body('x'.repeat(bytes - body('').length));
  };

  it.each([
    ['GET', '/', 200],
    ['GET', '/publish/', 405],
    ['GET', '/publish', 405],
    ['PUT', '/publish/', 405],
    ['GET', '/elsewhere', 404],
  ])('%s %s: %i', async (method, path, status) => {
    const response = await at(path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('Allow')).toBe(status === 405 ? 'POST' : null);
  });

  it('takes a request with and without a slash at the end of its path', async () => {
    for (const path of ['/publish', '/publish/']) {
      const response = await at(path, { method: 'POST', body: padded(1000) });
      expect([response.status, await response.text()]).toEqual([200, 'Published\n']);
    }
  });

  it('takes 65,536 bytes and no more', async () => {
    expect((await at('/publish/', { method: 'POST', body: padded(65_536) })).status).toBe(200);
    const response = await at('/publish/', { method: 'POST', body: padded(65_537) });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('found 65537')]);
  });
});

describe('startLocalFanout', () => {
  it.each(['port', 'publishPort'] as const)(
    'says so when the %s is in use, and leaves nothing open',
    async (name) => {
      const taken = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => taken.once('listening', resolve));
      const { port } = taken.address() as AddressInfo;
      await expect(startLocalFanout(createApp(), { [name]: port })).rejects.toThrow(ConfigurationError);
      await expect(startLocalFanout(createApp(), { [name]: port })).rejects.toThrow(`Port ${port}`);
      taken.close();
    },
  );

  it('ends held connections when it is closed', async () => {
    const closing = await startLocalFanout(createApp({ logger }), { logger });
    const client = new StreamClient(new URL('/sse', closing.clientUrl));
    await client.response();
    await closing.close();
    expect(await client.ended()).toMatch(/^failed/);
    await client.close();
    await expect(fetch(closing.clientUrl)).rejects.toThrow();
  });

  it('serves the rest of the app as it is', async () => {
    const app = new Hono();
    app.post('/own', async (c) => c.text((await c.req.text()).toUpperCase(), 201));
    app.route('/live', createApp({ logger }));
    const own = await startLocalFanout(app, { logger });
    const response = await fetch(`${own.clientUrl}/own`, { method: 'POST', body: 'text' });
    expect([response.status, await response.text()]).toEqual([201, 'TEXT']);
    const client = new StreamClient(new URL('/live/sse', own.clientUrl));
    expect((await client.response()).status).toBe(200);
    await client.close();
    await own.close();
  });

  it('refuses a backend that it does not have, and an app that hands off for ever', async () => {
    const records: LogRecord[] = [];
    const app = new Hono<FanoutEnv>();
    app.get('/elsewhere', fanoutHandoff({ backend: 'origin', logger }));
    const handOffAgain = fanoutHandoff({ logger });
    app.get('/loop', (c, next) => {
      c.req.raw.headers.delete('Grip-Sig');
      return handOffAgain(c, next);
    });
    const own = await startLocalFanout(app, { logger: (record) => records.push(record) });
    expect((await fetch(`${own.clientUrl}/elsewhere`)).status).toBe(502);
    expect(records.at(-1)?.['reason']).toContain('found "origin"');
    expect((await fetch(`${own.clientUrl}/loop`)).status).toBe(502);
    expect(records.at(-1)?.['reason']).toContain('handed off a request that came from Fanout');
    await own.close();
  });
});
