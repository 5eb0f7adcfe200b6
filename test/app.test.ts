import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/app.js';
import { SseTransport } from '../src/transports/sse-transport.js';
import { answer, fakePlatform, request, signed, signedEvents } from './support/fake-platform.js';
import { namedChannels } from './support/grip-headers.js';

const logger = () => undefined;

describe('createApp', () => {
  it.each(['/sse', '/stream', '/response'])("hands a client's GET %s off to self", async (path) => {
    const platform = fakePlatform();
    expect(await answer(createApp({ logger }), request(path), platform)).toBe(platform.response);
    expect(platform.handoffs[0]?.backend).toBe('self');
  });

  it("hands a client's WebSocket off", async () => {
    const platform = fakePlatform();
    const sent = request('/ws', { headers: { Upgrade: 'websocket' } });
    expect(await answer(createApp({ logger }), sent, platform)).toBe(platform.response);
  });

  it.each(['/', '/sse/', '/ssee', '/SSE', '/ws/x', '/favicon.ico'])(
    'answers 404 for %s, signed or not',
    async (path) => {
      const platform = fakePlatform();
      expect((await answer(createApp({ logger }), request(path), platform)).status).toBe(404);
      expect((await answer(createApp({ logger }), signed(path), platform)).status).toBe(404);
      expect(platform.handoffs).toEqual([]);
    },
  );

  it('takes the options of a mount', async () => {
    const app = createApp({ channels: ['other'], transports: [SseTransport], backend: 'origin', logger });
    const platform = fakePlatform();
    await answer(app, request('/sse'), platform);
    expect(platform.handoffs[0]?.backend).toBe('origin');
    expect(namedChannels(await answer(app, signed('/sse')))).toBe('other');
    expect((await answer(app, signed('/stream'))).status).toBe(404);
  });

  it('takes routes until it is served', async () => {
    const app = createApp({ logger });
    app.get('/hello', (c) => c.text('hello'));
    expect(await (await answer(app, request('/hello'))).text()).toBe('hello');
    expect(() => app.get('/late', (c) => c.text('late'))).toThrow();
  });

  it('can be mounted itself', async () => {
    const app = new Hono().route('/v1', createApp({ logger }));
    expect(namedChannels(await answer(app, signed('/v1/sse')))).toBe('test');
    expect((await answer(app, signedEvents('/v1/ws', 'OPEN\r\n'))).status).toBe(200);
  });

  it('makes apps that share nothing', async () => {
    const one = createApp({ channels: ['one'], logger });
    const two = createApp({ logger });
    one.get('/only', (c) => c.text('one'));
    expect(namedChannels(await answer(one, signed('/sse')))).toBe('one');
    expect(namedChannels(await answer(two, signed('/sse')))).toBe('test');
    expect((await answer(two, request('/only'))).status).toBe(404);
  });
});
