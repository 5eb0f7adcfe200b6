import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { WebSocketEvent } from '../../src/protocol/websocket-events.js';
import { item } from '../contract/clients.js';
import { control, events, eventually, GRIP_EXTENSION, rawService, receivedEvents } from './raw-service.js';

const OPEN = { type: 'OPEN' };
/** What reached `/recorded`, one text an event. */
const recorded: { type: string; text: string; meta: string | null; id: string | null }[] = [];
const text = ({ content }: WebSocketEvent) => Buffer.from(content ?? []).toString('latin1');
const subscribe = (channel: string) => control({ type: 'subscribe', channel });

const { clients, fanout, records } = await rawService(
  {
    webSocket: {
      '/recorded': async (c) => {
        const received = await receivedEvents(c);
        for (const event of received) {
          const [meta, id] = [c.req.header('Meta-State') ?? null, c.req.header('Connection-Id') ?? null];
          recorded.push({ type: event.type, text: text(event), meta, id });
        }
        const [first] = received;
        if (first?.type === 'OPEN') {
          return events([OPEN, subscribe('a')], {
            ...GRIP_EXTENSION,
            'Set-Meta-State': 'one',
            'X-Shown': 'yes',
          });
        }
        if (first?.type === 'CLOSE') return events([{ type: 'CLOSE', content: first.content }]);
        const changed = first && text(first) === 'forget' ? '' : 'two';
        return events(
          received.filter(({ type }) => type === 'TEXT'),
          { 'Set-Meta-State': changed },
        );
      },
      '/silent-close': async (c) => {
        const [first] = await receivedEvents(c);
        return first?.type === 'OPEN' ? events([OPEN], GRIP_EXTENSION) : events([]);
      },
      '/prefix': () =>
        events(
          [
            OPEN,
            subscribe('a'),
            { type: 'TEXT', content: 'lost' },
            { type: 'TEXT', content: 'm:c:kept' },
            { type: 'BINARY', content: 'm:\x00' },
          ],
          { 'Sec-WebSocket-Extensions': 'grip' },
        ),
      '/no-grip': () => events([OPEN, { type: 'TEXT', content: 'c:{"type":"subscribe","channel":"a"}' }]),
      '/many': () =>
        events([OPEN, ...Array.from({ length: 21 }, (_, i) => subscribe(`many-${i}`))], GRIP_EXTENSION),
      '/keep-alive': () =>
        events(
          [
            OPEN,
            subscribe('a'),
            control({
              type: 'keep-alive',
              content: 'tick',
              timeout: 1,
              'message-type': 'binary',
              mode: 'interval',
            }),
          ],
          GRIP_EXTENSION,
        ),
      '/malformed-control': () =>
        events(
          [OPEN, { type: 'TEXT', content: 'c:{' }, control({ type: 'subscribe' }), subscribe('a')],
          GRIP_EXTENSION,
        ),
      '/unsupported-control': () =>
        events(
          [OPEN, control({ type: 'session', id: 'x' }), { type: 'TEXT', content: 'on' }],
          GRIP_EXTENSION,
        ),
      '/long-control': () =>
        events(
          [
            OPEN,
            control({ type: 'subscribe', channel: 'long', padding: 'x'.repeat(16_384) }),
            { type: 'TEXT', content: 'on' },
          ],
          GRIP_EXTENSION,
        ),
      '/closed-at-once': () =>
        events(
          [OPEN, { type: 'TEXT', content: 'bye' }, { type: 'CLOSE', content: new Uint8Array([0x0f, 0xa1]) }],
          GRIP_EXTENSION,
        ),
      '/protocol': (c) =>
        events([OPEN], {
          ...GRIP_EXTENSION,
          'Sec-WebSocket-Protocol': c.req.header('Sec-WebSocket-Protocol')?.split(',')[1]?.trim() ?? '',
        }),
      '/rejected': (c) => c.text('not you', 401, { 'X-Why': 'because' }),
      '/no-content': (c) => c.body(null, 204),
      '/charset': () =>
        events([OPEN], { ...GRIP_EXTENSION, 'Content-Type': 'application/websocket-events; charset=utf-8' }),
      '/not-open': () => events([{ type: 'TEXT', content: 'x' }], GRIP_EXTENSION),
      '/nothing': () => events([], GRIP_EXTENSION),
      '/malformed': () =>
        new Response('OPEN', { headers: { 'Content-Type': 'application/websocket-events' } }),
      '/fails-later': async (c) => {
        const [first] = await receivedEvents(c);
        return first?.type === 'OPEN' ? events([OPEN], GRIP_EXTENSION) : c.text('broken', 500);
      },
    },
  },
  { maxBufferedBytes: 200_000 },
);

/** How an attempt to connect that must fail is answered. */
function rejection(
  path: string,
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  const url = new URL(path, fanout.clientUrl);
  url.protocol = 'ws:';
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.on('error', reject);
    socket.on('open', () => reject(new Error(`${path} was opened`)));
    socket.on('unexpected-response', async (_, response) => {
      const body = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode ?? 0, body, headers: response.headers });
    });
  });
}

describe('an OPEN that is not accepted', () => {
  it('reaches the client with status, headers and body', async () => {
    const { status, body, headers } = await rejection('/rejected');
    expect([status, body, headers['x-why']]).toEqual([401, 'not you', 'because']);
  });

  it.each(['/not-open', '/nothing', '/malformed'])('%s is a 502', async (path) => {
    expect(await rejection(path)).toMatchObject({ status: 502, body: 'Error while proxying to origin.\n' });
    expect(records.at(-1)).toMatchObject({ event: 'service-failed', path });
  });

  it.each([
    ['/no-content', 204],
    ['/charset', 200],
  ])('%s is passed on as the HTTP response that it is', async (path, status) => {
    expect((await rejection(path)).status).toBe(status);
  });

  it('is a 404 or 426 when no transport is there', async () => {
    expect((await rejection('/nowhere')).status).toBe(404);
  });
});

describe('an open WebSocket', () => {
  it('carries meta and its id through all requests, and the headers of the OPEN answer', async () => {
    recorded.length = 0;
    const socket = await clients.webSocket('/recorded', {
      'Meta-State': 'forged',
      'Connection-Id': 'forged',
    });
    await socket.ask('first');
    await socket.ask('second');
    await socket.ask('forget');
    await socket.ask('fourth');
    socket.socket.close(4000, 'done');
    expect(await socket.closed()).toEqual({ code: 4000, reason: 'done' });
    expect(recorded.map(({ type, meta }) => [type, meta])).toEqual([
      ['OPEN', null],
      ['TEXT', 'one'],
      ['TEXT', 'two'],
      ['TEXT', 'two'],
      ['TEXT', null],
      ['CLOSE', 'two'],
    ]);
    expect(new Set(recorded.map(({ id }) => id)).size).toBe(1);
    expect(recorded[0]?.id).not.toBe('forged');
  });

  it('tells the service of a connection that is lost, and frees its subscriptions', async () => {
    recorded.length = 0;
    const socket = await clients.webSocket('/recorded');
    await eventually(() => fanout.subscribers('a') === 1, 'the subscription');
    socket.socket.terminate();
    await eventually(() => recorded.at(-1)?.type === 'DISCONNECT', 'DISCONNECT');
    expect(fanout.subscribers('a')).toBe(0);
  });

  it('takes the prefix off, drops what has none, and lets text that starts with c: through behind it', async () => {
    const socket = await clients.webSocket('/prefix');
    expect(await socket.next()).toBe('c:kept');
    expect(await socket.next()).toEqual(Buffer.from([0]));
    await clients.publish(item({ 'ws-message': { content: 'published' } }, 'a'));
    expect(await socket.next()).toBe('published');
  });

  it('has no control messages without the grip extension', async () => {
    const socket = await clients.webSocket('/no-grip');
    expect(await socket.next()).toBe('c:{"type":"subscribe","channel":"a"}');
  });

  it('is subscribed to twenty channels at most', async () => {
    await clients.webSocket('/many');
    await eventually(() => fanout.subscribers('many-19') === 1, 'the twentieth subscription');
    expect(fanout.subscribers('many-20')).toBe(0);
  });

  it('is kept alive as the service asks', async () => {
    const socket = await clients.webSocket('/keep-alive');
    expect(await socket.next()).toEqual(Buffer.from('tick'));
    expect(await socket.next()).toEqual(Buffer.from('tick'));
  });

  it('is not disturbed by a control message that makes no sense', async () => {
    const socket = await clients.webSocket('/malformed-control');
    await clients.subscribed([{ probed: () => socket.probed('a') }], 'a');
    expect(records.at(-1)).toMatchObject({ event: 'service-failed', path: '/malformed-control' });
  });

  it.each([
    ['/unsupported-control', /control message 'session'/],
    ['/long-control', /at most 16384 bytes/],
  ])('stays open on %s, and the log says why nothing came of it', async (path, reason) => {
    const socket = await clients.webSocket(path);
    expect(await socket.next()).toBe('on');
    expect(fanout.subscribers('long')).toBe(0);
    expect(records).toContainEqual(expect.objectContaining({ path, reason: expect.stringMatching(reason) }));
  });

  it.each<[string, (socket: WebSocket) => void]>([
    ['a message of 200,000 bytes', (socket) => socket.send('x'.repeat(200_000))],
    ['a reason that is not UTF-8', (socket) => socket.close(4001, Buffer.from([0xff]))],
    [
      'a ping among fragments',
      (socket) => {
        socket.send('x', { fin: false });
        socket.ping();
      },
    ],
  ])('is cut off for %s', async (_, send) => {
    const client = await clients.webSocket('/recorded');
    recorded.length = 0;
    send(client.socket);
    expect((await client.closed()).code).toBe(1006);
    await eventually(() => recorded.length > 0, 'an event');
    expect(recorded.map(({ type }) => type)).toEqual(['DISCONNECT']);
  });

  it('is closed by an answer to OPEN that closes', async () => {
    const socket = await clients.webSocket('/closed-at-once');
    expect(await socket.next()).toBe('bye');
    expect((await socket.closed()).code).toBe(4001);
  });

  it('speaks the subprotocol that the service chooses', async () => {
    const url = new URL('/protocol', fanout.clientUrl);
    url.protocol = 'ws:';
    const socket = new WebSocket(url, ['one', 'two']);
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    expect(socket.protocol).toBe('two');
    socket.terminate();
  });

  it('is cut off when the service fails or does not answer a close', async () => {
    const failed = await clients.webSocket('/fails-later');
    failed.socket.send('x');
    expect((await failed.closed()).code).toBe(1006);
    const unanswered = await clients.webSocket('/silent-close');
    unanswered.socket.close(4000);
    expect((await unanswered.closed()).code).toBe(1006);
  });

  it('sends what waits in one request, in order', async () => {
    recorded.length = 0;
    const socket = await clients.webSocket('/recorded');
    const texts = Array.from({ length: 50 }, (_, index) => `message ${index}`);
    for (const each of texts) socket.socket.send(each);
    await socket.until('all echoes', (all) => all.length === texts.length || undefined);
    expect(socket.received).toEqual(texts);
  });

  it('drops a client that does not read', async () => {
    const socket = await clients.webSocket('/recorded');
    await eventually(() => fanout.subscribers('a') >= 1, 'the subscription');
    socket.socket.pause();
    const before = fanout.subscribers('a');
    for (let sent = 0; fanout.subscribers('a') === before; sent += 1) {
      if (sent > 1000) throw new Error('a client that does not read is held for ever');
      await clients.publish(item({ 'ws-message': { content: 'x'.repeat(50_000) } }, 'a'));
    }
    expect(records.some(({ event }) => event === 'slow-client-dropped')).toBe(true);
    socket.socket.resume();
  });

  it.each([
    [{ code: 4001, reason: `${'é'.repeat(61)}x` }, 4001, `${'é'.repeat(61)}x`],
    [{ code: 4001, reason: 'é'.repeat(62) }, 1006, ''], // more than a close frame holds
    [{ code: 1000 }, 1000, ''],
    [{ reason: 'dropped' }, 1000, ''],
    [{ code: 1 }, 1006, ''], // sent as it is, and no client takes it
  ])('closes as a published %o says', async (close, code, reason) => {
    const socket = await clients.webSocket('/recorded');
    await clients.subscribed([{ probed: () => socket.probed('a') }], 'a');
    await clients.publish(item({ 'ws-message': { action: 'close', ...close } }, 'a'));
    expect(await socket.closed()).toEqual({ code, reason });
  });
});
