import type { WebSocketClient } from '../../../src/testing/websocket-client.js';
import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { events, eventsOf, eventText, GRIP, messages, OPEN, respond, text, webSocket } from '../responses.js';
import type { Scene } from '../scene.js';
import { table } from '../table.js';

const BUFFER = {
  kept: 'how much a client can get at once is client_buffer_size, a setting of this Pushpin; more is never sent',
};

/** How it ended by now. */
async function end(scene: Scene, client: WebSocketClient): Promise<Json> {
  if (client.socket.readyState === client.socket.OPEN) return 'open';
  const closing = await Promise.race([client.closed(), scene.sleep(1000)]);
  return closing?.code ?? 'closing';
}

/** Whether a client's message of this size reaches the service, and its echo the client. */
async function echoed(scene: Scene, size: number, binary: boolean): Promise<Json> {
  scene.serve(
    '/',
    webSocket([], (event) => [event]),
    'websocket',
  );
  const client = await scene.socket('/');
  client.socket.send(binary ? Buffer.alloc(size, 1) : 'x'.repeat(size));
  const echo = client.until('the echo', (all) => all[0] && true).catch(() => undefined);
  await Promise.race([echo, scene.sleep(4000)]);
  const [, asked] = scene
    .requests('/')
    .map(({ events: [event] }) => `${event?.type} ${event?.content?.length}`);
  const got = client.received.map(({ length }) => length);
  // Of one that is too long a part may have been sent before that is seen.
  return { ...(size < 200_000 && { asked: asked ?? null }), got, end: await end(scene, client) };
}

function sends(name: string, send: (client: WebSocketClient) => void | Promise<void>): FidelityCase {
  return fidelityCase(`messages: ${name}`, async (scene) => {
    scene.serve('/', webSocket([]), 'websocket');
    const client = await scene.socket('/');
    await send(client);
    await scene.sleep(1200);
    return { asked: eventsOf(scene.requests('/')).slice(1), state: await end(scene, client) };
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What clients and the service say to each other. */
export const socketMessageCases: readonly FidelityCase[] = [
  ...[1_000, 16_000, 100_000, 131_000, 199_999, 200_000, 200_001, 500_000].flatMap((size) =>
    ['text', 'binary'].map((type) =>
      fidelityCase(
        `messages: ${size} bytes of ${type} from a client`,
        (scene) => echoed(scene, size, type === 'binary'),
        size === 199_999 ? BUFFER : {},
      ),
    ),
  ),
  ...[50_000, 100_000, 130_000, 150_000, 199_000, 300_000, 999_000, 1_100_000].map((size) =>
    fidelityCase(
      `messages: ${size} bytes from the service`,
      async (scene) => {
        const big = webSocket([], (event) => (event.type === 'TEXT' ? [text('x'.repeat(size))] : []));
        scene.serve('/', big, 'websocket');
        const client = await scene.socket('/');
        client.socket.send('go');
        const how = await Promise.race([
          client.closed(),
          client.next().catch(() => undefined),
          scene.sleep(3000),
        ]);
        const code = typeof how === 'object' && 'code' in how ? how.code : 'open';
        return { got: client.received.map(({ length }) => length), code };
      },
      size > 131_072 && size < 1_000_000 ? BUFFER : {},
    ),
  ),
  sends('empty ones', (client) => {
    client.socket.send('');
    client.socket.send(Buffer.alloc(0));
  }),
  sends('fragments', (client) => {
    client.socket.send('one ', { fin: false });
    client.socket.send('two ', { fin: false });
    client.socket.send('three', { fin: true });
  }),
  sends('fragments with time between them', async (client) => {
    client.socket.send('one ', { fin: false });
    await pause(300);
    client.socket.send('two', { fin: true });
  }),
  sends('a ping among fragments', async (client) => {
    client.socket.send('one ', { fin: false });
    client.socket.ping('p');
    await pause(200);
    client.socket.send('two', { fin: true });
  }),
  sends('fragments that never end', async (client) => {
    client.socket.send('one ', { fin: false });
    await pause(300);
    client.socket.close(4001);
  }),
  sends('pings and pongs', async (client) => {
    client.socket.ping();
    await pause(100);
    client.socket.ping('with');
    await pause(100);
    client.socket.pong();
    await pause(100);
    client.socket.pong('with');
  }),
  sends('text that is not UTF-8', (client) => {
    client.socket.send(Buffer.from([0x61, 0xff, 0x62]), { binary: false });
  }),
  sends('a character of four bytes', (client) => client.socket.send('😀')),
  sends('bytes', (client) => client.socket.send(Buffer.from([0, 13, 10, 255]))),
  sends('line ends', (client) => client.socket.send('a\r\nTEXT 1\r\nb\r\n')),
  fidelityCase('messages: those that come while the service is busy come together', async (scene) => {
    const answer = async (): Promise<Response> => {
      await scene.sleep(600);
      return events([]);
    };
    scene.serve('/', (_, count) => (count === 1 ? events([OPEN], GRIP) : answer()), 'websocket');
    const client = await scene.socket('/');
    client.socket.send('1');
    await scene.sleep(200);
    for (const content of ['2', '3', '4']) client.socket.send(content);
    await scene.eventually(() => scene.requests('/').length > 2, 'a third request');
    return scene.requests('/').map((request) => request.events.map(eventText).join(', '));
  }),
  fidelityCase('messages: from the service', async (scene) => {
    const list = [
      text('text'),
      { type: 'BINARY', content: new Uint8Array([0, 255]) },
      { type: 'TEXT', content: new Uint8Array([0x61, 0xff]) },
    ];
    const answer = webSocket([], (event) => (event.type === 'TEXT' ? list : []));
    scene.serve('/', answer, 'websocket');
    const client = await scene.socket('/');
    client.socket.send('go');
    const how = await Promise.race([client.closed(), scene.sleep(1500)]);
    return { got: messages(client.received), code: how?.code ?? 'open' };
  }),
  fidelityCase('messages: pings and pongs from the service', async (scene) => {
    const list = [
      { type: 'PING' },
      { type: 'PING', content: 'p' },
      { type: 'PONG', content: 'q' },
      { type: 'PONG' },
    ];
    const answer = webSocket([], (event) => (event.type === 'TEXT' ? list : []));
    scene.serve('/', answer, 'websocket');
    const client = await scene.socket('/');
    const pings: string[] = [];
    client.socket.on('ping', (data) => pings.push(data.toString()));
    client.socket.send('go');
    await scene.sleep(1000);
    return { pings, pongs: client.pongs.map(String), asked: eventsOf(scene.requests('/')).slice(1) };
  }),
  fidelityCase('messages: Keep-Alive-Interval', (scene) =>
    table<string>({ 1: '1', 20: '20', none: 'x' }, async (interval, number) => {
      const path = `/${number}`;
      const headers = { ...GRIP, 'Keep-Alive-Interval': interval };
      scene.serve(path, (_, count) => events(count === 1 ? [OPEN] : [], headers), 'websocket');
      await scene.socket(path);
      await scene.sleep(19_000);
      const early = scene.requests(path).length;
      await scene.sleep(3_500);
      return { early, late: scene.requests(path).map((request) => request.body.toString()) };
    }),
  ),
  fidelityCase('messages: the service is gone for a moment', async (scene) => {
    // What Fanout asks in vain is a matter of connections, which a service in the same process has none of.
    scene.serve(
      '/',
      (_, count) => (count === 1 ? events([OPEN], GRIP) : respond({}, 'busy', 503)),
      'websocket',
    );
    const client = await scene.socket('/');
    client.socket.send('go');
    const { code } = await client.closed();
    return { code, requests: scene.requests('/').length };
  }),
];
