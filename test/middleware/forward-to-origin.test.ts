import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fanout } from '../../src/fanout.js';
import { startLocalFanout } from '../../src/local-fanout/index.js';
import { forwardToOrigin } from '../../src/middleware/forward-to-origin.js';
import { answer, fakePlatform, request } from '../support/fake-platform.js';

const logger = () => undefined;
const app = new Hono();
app.route('/live', fanout({ channels: ['a'], logger }));
app.all('*', forwardToOrigin('origin'));

describe('forwardToOrigin', () => {
  it('hands off GET requests and upgrades, and fetches the rest', async () => {
    const platform = fakePlatform();
    await answer(app, request('/page'), platform);
    await answer(app, request('/socket', { headers: { Upgrade: 'websocket' } }), platform);
    expect(platform.handoffs.map(({ backend }) => backend)).toEqual(['origin', 'origin']);
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
      const response = await answer(app, request('/page', { method }), platform);
      expect(response.status).toBe(200);
    }
    expect(platform.handoffs).toHaveLength(2);
  });

  it('hands off what a URL may only have escaped so', async () => {
    const platform = fakePlatform();
    await answer(app, request('/page?q={a|b}', { headers: { Cookie: 'kept=1' } }), platform);
    const [handedOff] = platform.handoffs;
    expect(handedOff?.request.url).toBe('https://edge.example/page?q=%7Ba%7Cb%7D');
    expect(handedOff?.request.headers.get('Cookie')).toBe('kept=1');
  });

  it('sends the request on as it is, but for a signature', async () => {
    let sent: Request | undefined;
    const fetch = async (to: Request, backend: string) => {
      sent = to;
      return new Response(backend);
    };
    const init = { method: 'POST', body: 'text', headers: { 'X-Own': 'kept', 'Grip-Sig': 'a.b.c' } };
    const response = await answer(app, request('/page?q=1', init), fakePlatform({ fetch }));
    expect(await response.text()).toBe('origin');
    expect([sent?.url, sent?.method, await sent?.text()]).toEqual([
      'https://edge.example/page?q=1',
      'POST',
      'text',
    ]);
    expect([sent?.headers.get('X-Own'), sent?.headers.get('Grip-Sig')]).toEqual(['kept', null]);
  });

  it('says what is missing where there is no platform', async () => {
    expect((await app.request('/page')).status).toBe(501);
  });

  describe('on the embedded Fanout', () => {
    let origin: Server;
    beforeAll(async () => {
      origin = createServer((incoming, response) => {
        const { method, url, headers } = incoming;
        const held = url === '/held' ? { 'Grip-Hold': 'response', 'Grip-Channel': 'of-origin' } : {};
        response.writeHead(200, held).end(JSON.stringify({ method, url, signed: 'grip-sig' in headers }));
      });
      await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    });
    afterAll(() => origin.close());

    it('reaches the origin, which may hold what comes through Fanout', async () => {
      const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
      const fanout = await startLocalFanout(app, { logger, backends: { origin: url } });
      const at = (path: string, init?: RequestInit) => fetch(new URL(path, fanout.clientUrl), init);
      expect(await (await at('/a?b=c')).json()).toEqual({ method: 'GET', url: '/a?b=c', signed: true });
      expect(await (await at('/a', { method: 'PUT', body: 'x' })).json()).toEqual({
        method: 'PUT',
        url: '/a',
        signed: false,
      });
      const held = at('/held');
      while (fanout.subscribers('of-origin') === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      const body = JSON.stringify({
        items: [{ channel: 'of-origin', formats: { 'http-response': { body: 'x' } } }],
      });
      await fetch(fanout.publishUrl, { method: 'POST', body });
      expect(await (await held).text()).toBe('x');
      await fanout.close();
    });
  });
});
