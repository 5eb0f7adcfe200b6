import type { WebSocketClient } from '../../../src/testing/websocket-client.js';
import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import {
  control,
  events,
  eventsOf,
  GRIP,
  messages,
  OPEN,
  rawEvents,
  respond,
  text,
  UPGRADE,
} from '../responses.js';
import type { Scene } from '../scene.js';
import { table, tableOf } from '../table.js';

/** A socket that was answered, and had time for what follows. */
async function opening(scene: Scene, path: string): Promise<WebSocketClient> {
  const client = scene.socketNow(path);
  await client.opened().catch(() => client.closed());
  await scene.sleep(1500);
  return client;
}

/** What a socket does whose service answers OPEN so: what it gets, and how it ends, if it does. */
async function afterOpening(scene: Scene, path: string, answer: () => Response): Promise<Json> {
  scene.serve(path, (_, count) => (count === 1 ? answer() : events([])), 'websocket');
  const client = await opening(scene, path);
  const isOpen = client.socket.readyState === client.socket.OPEN;
  return {
    got: messages(client.received),
    state: isOpen ? 'open' : JSON.stringify(await client.closed()),
    requests: eventsOf(scene.requests(path)),
  };
}

/** How a WebSocket begins. */
export const socketOpenCases: readonly FidelityCase[] = [
  fidelityCase('OPEN: bodies', (scene) =>
    table<() => Response>(
      {
        OPEN: () => rawEvents('OPEN\r\n'),
        'OPEN with content': () => rawEvents('OPEN 3\r\nabc\r\n'),
        'OPEN in small letters': () => rawEvents('open\r\n'),
        'TEXT first': () => rawEvents('TEXT 1\r\na\r\nOPEN\r\n'),
        'CLOSE first': () => rawEvents('CLOSE\r\n'),
        'an unknown event first': () => rawEvents('HELLO\r\nOPEN\r\n'),
        empty: () => rawEvents(''),
        'empty, with a keep-alive': () => rawEvents('', { 'Keep-Alive-Interval': '30' }),
        'empty, with a keep-alive that is none': () => rawEvents('', { 'Keep-Alive-Interval': 'x' }),
        'empty, with a keep-alive of 0': () => rawEvents('', { 'Keep-Alive-Interval': '0' }),
        'no CR': () => rawEvents('OPEN\n'),
        'no line end': () => rawEvents('OPEN'),
        'a length that is none': () => rawEvents('OPEN\r\nTEXT x\r\na\r\n'),
        'a length too large': () => rawEvents('OPEN\r\nTEXT 5\r\na\r\n'),
        'a length with 0x': () => rawEvents('OPEN\r\nTEXT 0x1\r\na\r\n'),
        'a space at the end of the line': () => rawEvents('OPEN \r\n'),
        'half a line after': () => rawEvents('OPEN\r\nTEX'),
        twice: () => rawEvents('OPEN\r\nOPEN\r\n'),
      },
      async (answer, number) => {
        // A client of an accepted one would wait for ever where nothing comes.
        const path = `/${number}`;
        scene.serve(path, answer, 'websocket');
        const client = scene.open(path, UPGRADE);
        await Promise.race([client.ended(), scene.sleep(2500)]);
        return client.head?.status ?? 'no answer';
      },
    ),
  ),
  fidelityCase('OPEN: headers of the answer that the client gets', async (scene) => {
    const headers = {
      'X-Own': '1',
      'Sec-WebSocket-Protocol': 'chat',
      'Keep-Alive-Interval': '30',
      'Set-Meta-A': 'b',
      'Set-Cookie': 'c=d',
      'Cache-Control': 'no-store',
      'Grip-Colour': 'red',
      'Grip-Hold': 'stream',
      'Content-Language': 'en',
    };
    scene.serve('/', () => events([OPEN], { ...GRIP, ...headers }), 'websocket');
    const client = scene.open('/', {
      headers: { ...UPGRADE.headers, 'Sec-WebSocket-Protocol': 'chat, other' },
    });
    await client.ended();
    const names = Object.keys(client.head?.headers ?? {}).filter(
      (name) => !/^(?:date|connection|keep-alive)$/.test(name),
    );
    return { names: names.sort(), accept: client.head?.headers['sec-websocket-accept'] ?? null };
  }),
  fidelityCase('OPEN: subprotocols that a client asks for in no list', (scene) =>
    tableOf(['a, "b"', ',;=', 'a, a', ' ', 'ü'], async (asked, number) => {
      scene.serve(`/${number}`, () => events([OPEN], GRIP), 'websocket');
      const headers = { ...UPGRADE.headers, 'Sec-WebSocket-Protocol': asked };
      const { status, headers: got } = await scene.open(`/${number}`, { headers }).response();
      return [status, got['sec-websocket-protocol'] ?? null];
    }),
  ),
  fidelityCase('OPEN: events behind it', (scene) =>
    table<() => Response>(
      {
        messages: () =>
          events([OPEN, text('a'), { type: 'BINARY', content: new Uint8Array([1, 255]) }], GRIP),
        'an empty message': () => events([OPEN, text(''), { type: 'TEXT' }], GRIP),
        'an unknown event': () => events([OPEN, { type: 'HELLO', content: 'x' }, text('a')], GRIP),
        'a second OPEN': () => events([OPEN, text('a'), OPEN, text('b')], GRIP),
        'a DISCONNECT': () => events([OPEN, text('a'), { type: 'DISCONNECT' }, text('b')], GRIP),
        'a CLOSE': () =>
          events([OPEN, text('a'), { type: 'CLOSE', content: new Uint8Array([0x0f, 0xa0]) }], GRIP),
        'a CLOSE and more': () => events([OPEN, { type: 'CLOSE' }, text('a')], GRIP),
        'small letters': () => rawEvents('OPEN\r\ntext 1\r\na\r\n'),
        'half an event behind': () => rawEvents('OPEN\r\nTEXT 1\r\na\r\nTEXT 9\r\nb'),
      },
      (answer, number) => afterOpening(scene, `/${number}`, answer),
    ),
  ),
  fidelityCase('OPEN: the grip extension', (scene) =>
    table<string | undefined>(
      {
        absent: undefined,
        another: 'permessage-deflate',
        bare: 'grip',
        'an empty prefix': 'grip; message-prefix=""',
        'an empty prefix, no quotes': 'grip; message-prefix=',
        'a prefix without a value': 'grip; message-prefix',
        'a prefix': 'grip; message-prefix="p:"',
        'a prefix without quotes': 'grip; message-prefix=p:',
        'the prefix c:': 'grip; message-prefix="c:"',
        'beside another': 'permessage-deflate, grip; message-prefix="p:"',
        capitals: 'GRIP; message-prefix="p:"',
        'a parameter in capitals': 'grip; Message-Prefix="p:"',
        'quotes not closed': 'grip; message-prefix="p:',
        'an unknown parameter': 'grip; colour=red; message-prefix="p:"',
        'no space': 'grip;message-prefix="p:"',
      },
      async (extension, number) => {
        const path = `/${number}`;
        const list = ['plain', 'm:m', 'p:p', 'c:no json'].map(text);
        const binary = { type: 'BINARY', content: 'c:binary' };
        const headers = extension === undefined ? {} : { 'Sec-WebSocket-Extensions': extension };
        scene.serve(
          path,
          (_, count) => (count === 1 ? events([OPEN, ...list, binary], headers) : events([])),
          'websocket',
        );
        const client = await opening(scene, path);
        if (client.socket.readyState !== client.socket.OPEN) return JSON.stringify(await client.closed());
        return client.received.map((message) =>
          typeof message === 'string' ? message : `binary ${message}`,
        );
      },
    ),
  ),
  fidelityCase(
    'OPEN: a control message in the same answer is in force before a client can say anything',
    async (scene) => {
      const channel = scene.channel();
      const detach = [OPEN, control({ type: 'subscribe', channel }), control({ type: 'detach' })];
      scene.serve('/', (_, count) => (count === 1 ? events(detach, GRIP) : events([])), 'websocket');
      const client = await scene.socket('/');
      client.socket.send('ignored');
      await scene.publish({ channel, 'ws-message': { content: 'x' } });
      return { got: messages(client.received), requests: eventsOf(scene.requests('/')) };
    },
  ),
  fidelityCase('OPEN: plain requests where a WebSocket is served, and the other way round', async (scene) => {
    scene.serve('/ws', () => events([OPEN], GRIP), 'everything');
    scene.serve('/http', () => respond({}, 'hello\n'), 'everything');
    const plain = await scene.answer('/ws');
    const upgrade = await scene.answer('/http', UPGRADE);
    const [asWebSocket] = scene.requests('/http');
    return {
      plain: [plain.status, plain.headers['content-type'] ?? null, plain.body],
      upgrade: [upgrade.status, upgrade.body],
      method: asWebSocket?.method ?? null,
      events: eventsOf(scene.requests('/http')),
    };
  }),
];
