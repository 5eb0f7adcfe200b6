import { Hono } from 'hono';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { channelsFromJwt } from '../src/channels-from-jwt.js';
import { type FanoutOptions, fanout } from '../src/fanout.js';
import { startLocalFanout } from '../src/local-fanout/index.js';
import { hmacKey } from '../src/protocol/grip-signature.js';
import { readHoldProof, signHoldProof } from '../src/protocol/hold-proof.js';
import { WebSocketClient } from '../src/testing/websocket-client.js';
import { SseClient } from './contract/http-clients.js';
import { answer, fakePlatform, request, signed, signedEvents } from './support/fake-platform.js';
import { gripToken, hmacSigner, seconds } from './support/grip-tokens.js';

const logger = () => undefined;

/** A mount whose holds end this many seconds from now. */
function mount(life: number, options: FanoutOptions = {}) {
  return fanout({
    channels: (c) => {
      c.set('fanoutExpires', Date.now() / 1000 + life);
      return ['a', { name: 'b', filters: ['skip-self'] }];
    },
    secret: () => 'secret',
    logger,
    ...options,
  });
}
const linkOf = (response: Response) =>
  /^<([^>]+)>; rel=next; timeout=(\d+)$/.exec(response.headers.get('Grip-Link') ?? '');

afterEach(() => {
  vi.useRealTimers();
});

describe('a response hold that expires', () => {
  it.each([
    [30, '30'],
    [300, '55'],
    [2, '5'],
  ])('in %i s has a timeout of %s s', async (life, timeout) => {
    expect((await answer(mount(life), signed('/response'))).headers.get('Grip-Timeout')).toBe(timeout);
  });
});

describe('a stream that expires', () => {
  it.each(['/sse', '/stream'])(
    'goes on by its next link with the life that is left, and then ends: %s',
    async (path) => {
      vi.useFakeTimers({ toFake: ['Date'] });
      const app = mount(60);
      const first = await answer(app, signed(`${path}?q=1,2`));
      const [, link = '', timeout] = linkOf(first) ?? [];
      expect(timeout).toBe('60');
      expect(new URL(link, 'http://x').searchParams.get('q')).toBe('1,2');
      expect(link).not.toMatch(/[,;\s]/);

      vi.advanceTimersByTime(45_000);
      const second = await answer(app, signed(link));
      expect(second.headers.get('Grip-Channel')).toBe(first.headers.get('Grip-Channel'));
      expect([second.headers.get('Grip-Hold'), await second.text()]).toEqual(['stream', '']);
      expect(linkOf(second)?.[2]).toBe('15');

      vi.advanceTimersByTime(15_000);
      const last = await answer(app, signed(link));
      expect([last.status, await last.text()]).toEqual([200, '']);
      expect([...last.headers.keys()].filter((name) => name.startsWith('grip-'))).toEqual([]);
    },
  );

  it('needs no cookie and no authorization again', async () => {
    const authorize = vi.fn(() => true);
    const app = mount(60, { authorize });
    const [, link = ''] = linkOf(await answer(app, signed('/sse'))) ?? [];
    authorize.mockReturnValue(false);
    expect((await answer(app, signed(link))).headers.get('Grip-Hold')).toBe('stream');
    expect(authorize).toHaveBeenCalledTimes(1);
  });

  it('is not for clients to go on with, nor at another path, nor with another proof', async () => {
    const app = new Hono().route('/one', mount(60)).route('/two', mount(60));
    const [, link = ''] = linkOf(await answer(app, signed('/one/sse'))) ?? [];
    const platform = fakePlatform();
    expect((await answer(app, request(link), platform)).status).toBe(403);
    expect(platform.handoffs).toEqual([]);
    for (const other of [
      link.replace('/one', '/two'),
      `${link}x`,
      '/one/sse?fanout-proof=',
      '/one/sse?fanout-proof=a.b',
    ]) {
      const response = await answer(app, signed(other));
      expect([response.status, response.headers.has('Grip-Hold')]).toEqual([200, false]);
    }
  });

  it('is a ConfigurationError where the mount has no secret', async () => {
    const { secret: _, ...options } = { secret: undefined };
    const app = fanout({
      channels: (c) => {
        c.set('fanoutExpires', seconds() + 60);
        return ['a'];
      },
      logger,
      ...options,
    });
    app.onError((error, c) => c.text(error.name, 500));
    expect(await (await answer(app, signed('/sse'))).text()).toBe('ConfigurationError');
  });

  it('has no link where nothing expires', async () => {
    const response = await answer(fanout({ channels: ['a'], logger }), signed('/sse'));
    expect(response.headers.has('Grip-Link')).toBe(false);
  });
});

describe('a WebSocket that expires', () => {
  it('remembers when, and is asked about it at that time, or after 20 s', async () => {
    for (const [life, interval] of [
      [60, '60'],
      [5, '20'],
    ] as const) {
      const response = await answer(mount(life), signedEvents('/ws', 'OPEN\r\n'));
      expect(response.headers.get('Keep-Alive-Interval')).toBe(interval);
      expect(Number(response.headers.get('Set-Meta-Fanout-Expires'))).toBeCloseTo(
        Date.now() / 1000 + life,
        -1,
      );
    }
  });

  it.each([
    ['a message', 'TEXT 1\r\nx\r\n', 'CLOSE 9\r\n\x111expired\r\n'],
    ['a keep-alive', '', 'CLOSE 9\r\n\x111expired\r\n'],
    ['a close', 'CLOSE 2\r\n\x03\xe8\r\n', 'CLOSE 2\r\n\x03\xe8\r\n'],
    ['its loss', 'DISCONNECT\r\n', ''],
  ])('is closed with 4401 in a 200 at %s', async (_, events, expected) => {
    const body = Uint8Array.from(events, (char) => char.charCodeAt(0));
    const at = (expires: number) =>
      answer(mount(60), signedEvents('/ws', body, { 'Meta-Fanout-Expires': String(expires) }));
    const response = await at(seconds() - 1);
    expect([response.status, Buffer.from(await response.arrayBuffer()).toString('latin1')]).toEqual([
      200,
      expected,
    ]);
    expect(await (await at(seconds() + 60)).text()).not.toContain('expired');
  });
});

describe('a proof', () => {
  it('is read back whole, by its secret alone', async () => {
    const proof = { path: '/sse', channels: [{ name: 'a', filters: ['skip-self'] }], expires: 7 };
    const text = await signHoldProof(proof, 'secret');
    expect(await readHoldProof(text, '/sse', 'secret')).toEqual(proof);
    expect(await readHoldProof(text, '/sse', 'other')).toBeUndefined();
    expect(await readHoldProof(text, '/ws', 'secret')).toBeUndefined();
    for (const wrong of ['', '.', 'a.b.c', `${text}.`, text.slice(1), text.slice(0, -1)]) {
      expect(await readHoldProof(wrong, '/sse', 'secret')).toBeUndefined();
    }
  });
});

it('ends what a token opened when it expires, on the embedded Fanout', { timeout: 30_000 }, async () => {
  const key = 'the key of the tokens';
  const app = fanout({ channels: channelsFromJwt({ keys: [hmacKey(key)] }), secret: () => 'secret', logger });
  const local = await startLocalFanout(app, { logger });
  const token = gripToken({ alg: 'HS256' }, { channels: ['a'], exp: seconds() + 4 }, hmacSigner(key));
  const headers = { Authorization: `Bearer ${token}` };
  const sse = new SseClient(new URL('/sse', local.clientUrl), headers);
  const socket = new WebSocketClient(new URL('/ws', local.clientUrl.replace('http', 'ws')), headers);
  await socket.opened();
  await socket.ask('while it lasts');
  const body = JSON.stringify({
    items: [{ channel: 'a', formats: { 'http-stream': { content: 'data: x\n\n' } } }],
  });
  // By then Fanout has asked at the next link once, as it does soon after a first subscription.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await fetch(local.publishUrl, { method: 'POST', body });
  await sse.event('what is published', ({ data }) => data === 'x');
  expect(await sse.ended()).toBe('ended');
  expect(sse.comments).toEqual(['open']);
  socket.socket.send('too late');
  expect(await socket.closed()).toEqual({ code: 4401, reason: 'expired' });
  await Promise.all([sse.close(), socket.close(), local.close()]);
});
