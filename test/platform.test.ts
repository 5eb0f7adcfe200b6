import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { fetchOn, handOff, platformOf } from '../src/platform.js';
import { fakePlatform, request } from './support/fake-platform.js';

describe('fetchOn', () => {
  it("returns the app's response where it hands nothing off", async () => {
    const response = new Response('own');
    expect(await fetchOn(fakePlatform(), { fetch: () => response }, request('/'))).toBe(response);
  });

  it('gives the app the request and the environment', async () => {
    const sent = request('/');
    const seen: unknown[] = [];
    const app = {
      fetch(received: Request, env?: object) {
        seen.push(received, env);
        return new Response();
      },
    };
    await fetchOn(fakePlatform(), app, sent, { STORE: 'kv' });
    expect(seen[0]).toBe(sent);
    expect(seen[1]).toMatchObject({ STORE: 'kv' });
  });

  it('shows its handlers the platform, and no name of it in the environment', async () => {
    const platform = fakePlatform();
    const app = new Hono().get('/', (c) =>
      c.json({ same: platformOf(c) === platform, names: Object.keys(c.env as object) }),
    );
    const response = await fetchOn(platform, app, request('/'), { STORE: 'kv' });
    expect(await response.json()).toEqual({ same: true, names: ['STORE'] });
  });

  it('fails as the app fails', async () => {
    const app = { fetch: () => Promise.reject(new Error('broken')) };
    await expect(fetchOn(fakePlatform(), app, request('/'))).rejects.toThrow('broken');
  });
});

describe('without an entry', () => {
  it('there is no platform', async () => {
    const app = new Hono().get('/', (c) => c.text(String(platformOf(c))));
    expect(await (await app.request('/')).text()).toBe('undefined');
    expect(await (await app.request('/', {}, { STORE: 'kv' })).text()).toBe('undefined');
  });

  it('nothing can be handed off', async () => {
    const app = new Hono()
      .get('/', (c) => handOff(c, 'self'))
      .onError((error, c) => c.text(error.message, 500));
    expect(await (await app.request('/')).text()).toBe('There is no platform to hand the request off to.');
  });
});
