import { encodeClose, type OutgoingWebSocketEvent } from '../../../src/protocol/websocket-events.js';
import type { WebSocketClient } from '../../../src/testing/websocket-client.js';
import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { events, eventsOf, GRIP, messages, OPEN, respond, sameClose, subscribe, text } from '../responses.js';
import type { Scene } from '../scene.js';
import type { ServiceRequest } from '../site.js';
import { table } from '../table.js';

type Answer = (request: ServiceRequest) => Response | Promise<Response>;

/** A socket that is open, and whose service answers so from then on. */
async function opened(scene: Scene, path: string, answer: Answer, first: OutgoingWebSocketEvent[] = []) {
  scene.serve(
    path,
    (request, count) => (count === 1 ? events([OPEN, ...first], GRIP) : answer(request)),
    'websocket',
  );
  return scene.socket(path);
}

/** How it ended, or that it is open still after two seconds; and what the service was told. */
async function ending(scene: Scene, path: string, client: WebSocketClient): Promise<Json> {
  const how = await Promise.race([client.closed(), scene.sleep(2500)]);
  await scene.sleep(1500);
  return {
    how: how === undefined ? 'open' : `${how.code} ${how.reason}`.trimEnd(),
    got: messages(client.received),
    asked: eventsOf(scene.requests(path)).slice(1),
  };
}

function close(content?: Uint8Array): OutgoingWebSocketEvent {
  return content === undefined ? { type: 'CLOSE' } : { type: 'CLOSE', content };
}

/** How a WebSocket ends. */
export const socketCloseCases: readonly FidelityCase[] = [
  fidelityCase('CLOSE: by the client, answered', (scene) =>
    table<(client: WebSocketClient) => void>(
      {
        'a code': (client) => client.socket.close(4001),
        'a code and a reason': (client) => client.socket.close(4002, 'bye é'),
        1000: (client) => client.socket.close(1000),
        none: (client) => client.socket.close(),
        'a long reason': (client) => client.socket.close(4003, 'x'.repeat(123)),
        vanished: (client) => client.socket.terminate(),
      },
      async (close, number) => {
        const path = `/${number}`;
        const client = await opened(scene, path, (request) => events(request.events.flatMap(sameClose)));
        close(client);
        return ending(scene, path, client);
      },
    ),
  ),
  fidelityCase('CLOSE: by the client with 4001, answered otherwise', (scene) =>
    table<Answer>(
      {
        'nothing at all': () => events([]),
        'nothing, with a keep-alive': () => events([], { 'Keep-Alive-Interval': '30' }),
        'no content': () => events([close()]),
        'another code': () => events([close(encodeClose(4009, 'mine'))]),
        'a code of 1005': () => events([close(encodeClose(1005))]),
        'one byte': () => events([close(new Uint8Array([15]))]),
        'a message first': () => events([text('late'), close(encodeClose(4001))]),
        'a message only': () => events([text('late')]),
        404: () => respond({}, 'no', 404),
        500: () => respond({}, 'no', 500),
      },
      async (answer, number) => {
        const path = `/${number}`;
        const client = await opened(scene, path, answer);
        client.socket.close(4001, 'bye');
        return ending(scene, path, client);
      },
    ),
  ),
  fidelityCase('CLOSE: by the service', (scene) =>
    table<OutgoingWebSocketEvent>(
      {
        'a code': close(encodeClose(4001)),
        'a code and a reason': close(encodeClose(4002, 'bye é')),
        none: close(),
        empty: close(new Uint8Array()),
        'one byte': close(new Uint8Array([15])),
        999: close(encodeClose(999)),
        1000: close(encodeClose(1000)),
        1005: close(encodeClose(1005)),
        1006: close(encodeClose(1006)),
        1015: close(encodeClose(1015)),
        2000: close(encodeClose(2000)),
        5000: close(encodeClose(5000)),
        'a reason of 123 bytes': close(encodeClose(4003, 'x'.repeat(123))),
        'a reason of 124 bytes': close(encodeClose(4003, 'x'.repeat(124))),
        'a reason that is cut in a character': close(encodeClose(4003, `${'x'.repeat(122)}é`)),
        'a reason that is not UTF-8': close(new Uint8Array([0x0f, 0xa3, 0x61, 0xff])),
        DISCONNECT: { type: 'DISCONNECT' },
      },
      async (event, number) => {
        const path = `/${number}`;
        const client = await opened(scene, path, (request) =>
          events(request.events[0]?.type === 'TEXT' ? [text('last'), event, text('never')] : []),
        );
        client.socket.send('go');
        return ending(scene, path, client);
      },
    ),
  ),
  fidelityCase('CLOSE: by publishing', (scene) =>
    table<object>(
      {
        'no code': {},
        'a code': { code: 4001 },
        'a code and a reason': { code: 4002, reason: 'bye é' },
        'a reason only': { reason: 'bye' },
        0: { code: 0 },
        999: { code: 999 },
        1000: { code: 1000 },
        1005: { code: 1005 },
        1006: { code: 1006 },
        5000: { code: 5000 },
        70000: { code: 70_000 },
        'a code as text': { code: '4001' },
        'a word as code': { code: 'x' },
        'a reason of 123 bytes': { code: 4003, reason: 'x'.repeat(123) },
        'a reason of 124 bytes': { code: 4003, reason: 'x'.repeat(124) },
        'a reason of 300 bytes': { code: 4003, reason: 'x'.repeat(300) },
        'a reason that is cut in a character': { code: 4003, reason: `${'x'.repeat(122)}é` },
      },
      async (fields, number) => {
        const path = `/${number}`;
        const channel = scene.channel(path.slice(1));
        const answer: Answer = (request) => events(request.events.flatMap(sameClose));
        const client = await opened(scene, path, answer, [subscribe(channel)]);
        await scene.publish({ channel, 'ws-message': { action: 'close', ...fields } });
        return ending(scene, path, client);
      },
    ),
  ),
  fidelityCase('CLOSE: by publishing, and the service does not answer', async (scene) => {
    const channel = scene.channel();
    const client = await opened(scene, '/', () => events([]), [subscribe(channel)]);
    const after = { channel, 'ws-message': { content: 'late' } };
    await scene.publish({ channel, 'ws-message': { action: 'close', code: 4001 } }, after);
    return ending(scene, '/', client);
  }),
  fidelityCase('a request that fails while the socket is open', (scene) =>
    table<Answer>(
      {
        400: () => respond({}, 'no', 400),
        404: () => respond({}, 'no', 404),
        500: () => respond({}, 'no', 500),
        204: () => respond({}, '', 204),
        302: () => respond({ Location: '/x' }, '', 302),
        'another type': () => respond({}, 'TEXT 1\r\na\r\n'),
        'a charset': () =>
          events([text('a')], { 'Content-Type': 'application/websocket-events; charset=utf-8' }),
        'bad events': () => respond({ 'Content-Type': 'application/websocket-events' }, 'TEXT x\r\n'),
        'good events and bad ones': () =>
          respond({ 'Content-Type': 'application/websocket-events' }, 'TEXT 1\r\na\r\nTEXT x\r\n'),
        'an empty body': () => events([]),
        OPEN: () => events([OPEN]),
      },
      async (answer, number) => {
        const path = `/${number}`;
        const client = await opened(scene, path, answer);
        client.socket.send('go');
        return ending(scene, path, client);
      },
    ),
  ),
  fidelityCase('CLOSE: while a request is under way', async (scene) => {
    const answer: Answer = async (request) => {
      if (request.events.some(({ type }) => type === 'TEXT')) await scene.sleep(800);
      return events(
        request.events.flatMap((event) => (event.type === 'TEXT' ? [text('done')] : sameClose(event))),
      );
    };
    const client = await opened(scene, '/', answer);
    client.socket.send('slow');
    await scene.sleep(200);
    client.socket.send('next');
    client.socket.close(4001);
    return ending(scene, '/', client);
  }),
  fidelityCase('a client that vanishes while a request is under way', async (scene) => {
    const answer: Answer = async () => {
      await scene.sleep(800);
      return events([]);
    };
    const client = await opened(scene, '/', answer);
    client.socket.send('slow');
    await scene.sleep(200);
    client.socket.terminate();
    await scene.sleep(1500);
    return eventsOf(scene.requests('/'));
  }),
];
