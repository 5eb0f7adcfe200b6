import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { control, messages, subscribe, text, webSocket } from '../responses.js';
import type { Scene } from '../scene.js';
import { table } from '../table.js';

interface Got {
  readonly messages: readonly Json[];
  readonly pings: readonly string[];
  readonly pongs: readonly string[];
}

/** What comes in four seconds of a keep-alive of one second, each kind once. */
async function keptAlive(scene: Scene, number: number, fields: readonly object[]): Promise<Json> {
  const path = `/${number}`;
  const list = fields.map((each) => control({ type: 'keep-alive', ...each }));
  scene.serve(path, webSocket(list), 'websocket');
  const client = scene.socketNow(path);
  const pings: string[] = [];
  client.socket.on('ping', (data) => pings.push(data.toString()));
  await scene.sleep(4500);
  const {
    messages: got,
    pings: pinged,
    pongs,
  }: Got = {
    messages: [...new Set(messages(client.received))],
    pings: [...new Set(pings)],
    pongs: [...new Set(client.pongs.map(String))],
  };
  const more = client.received.length + pings.length + client.pongs.length > 1;
  return { got, pinged, pongs, more };
}

/** The keep-alives of WebSockets, each up to a second early. */
export const socketKeepAliveCases: readonly FidelityCase[] = [
  fidelityCase('control: keep-alive', (scene) =>
    table<readonly object[]>(
      {
        text: [{ content: 'k', timeout: 1 }],
        binary: [{ 'message-type': 'binary', content: 'k', timeout: 1, mode: 'interval' }],
        'content-bin': [{ 'content-bin': 'aw==', timeout: 1, mode: 'interval' }],
        ping: [{ 'message-type': 'ping', content: 'k', timeout: 1, mode: 'interval' }],
        'empty ping': [{ 'message-type': 'ping', content: '', timeout: 1, mode: 'interval' }],
        pong: [{ 'message-type': 'pong', content: 'k', timeout: 1, mode: 'interval' }],
        'empty text': [{ content: '', timeout: 1, mode: 'interval' }],
        idle: [{ content: 'k', timeout: 1, mode: 'idle' }],
        'unknown mode': [{ content: 'k', timeout: 1, mode: 'x' }],
        'mode a number': [{ content: 'k', timeout: 1, mode: 5 }],
        'timeout 0': [{ content: 'k', timeout: 0, mode: 'interval' }],
        'timeout negative': [{ content: 'k', timeout: -1, mode: 'interval' }],
        'timeout as text': [{ content: 'k', timeout: '1', mode: 'interval' }],
        'timeout that is none': [{ content: 'k', timeout: 'x', mode: 'interval' }],
        'no timeout': [{ content: 'k', mode: 'interval' }],
        removed: [{ content: 'k', timeout: 3, mode: 'interval' }, {}],
        'removed, with a timeout': [{ content: 'k', timeout: 3, mode: 'interval' }, { timeout: 1 }],
        replaced: [
          { content: 'k', timeout: 3, mode: 'interval' },
          { content: 'l', timeout: 1, mode: 'interval' },
        ],
        'a bad one after a good one': [
          { content: 'k', timeout: 1, mode: 'interval' },
          { content: 5, timeout: 1 },
        ],
      },
      (fields, number) => keptAlive(scene, number, fields),
    ),
  ),
  ...['idle', 'interval'].map((mode) =>
    fidelityCase(`control: keep-alive, mode ${mode}, while messages come`, async (scene) => {
      const channel = scene.channel();
      const keepAlive = control({ type: 'keep-alive', content: 'k', timeout: 3, mode });
      scene.serve('/', webSocket([subscribe(channel), keepAlive]), 'websocket');
      const client = await scene.socket('/');
      for (let sent = 0; sent < 12; sent += 1) {
        await scene.publishNow({ channel, 'ws-message': { content: '.' } });
        await scene.sleep(400);
      }
      return messages(client.received).includes('k');
    }),
  ),
  fidelityCase('control: keep-alive, mode idle: what the client says does not count', async (scene) => {
    const answer = webSocket([control({ type: 'keep-alive', content: 'k', timeout: 3, mode: 'idle' })]);
    scene.serve('/', answer, 'websocket');
    const client = await scene.socket('/');
    for (let sent = 0; sent < 12; sent += 1) {
      client.socket.send('.');
      await scene.sleep(400);
    }
    return messages(client.received).includes('k');
  }),
  fidelityCase('control: keep-alive goes on after detach', async (scene) => {
    const list = [
      control({ type: 'keep-alive', content: 'k', timeout: 1, mode: 'interval' }),
      control({ type: 'detach' }),
    ];
    scene.serve('/', webSocket(list), 'websocket');
    const client = await scene.socket('/');
    await scene.sleep(4000);
    return messages(client.received).length > 1;
  }),
  fidelityCase('control: keep-alive is set while the socket is open', async (scene) => {
    const answer = webSocket([], (event) =>
      event.type === 'TEXT'
        ? [control({ type: 'keep-alive', content: 'k', timeout: 1, mode: 'interval' }), text('set')]
        : [],
    );
    scene.serve('/', answer, 'websocket');
    const client = await scene.socket('/');
    client.socket.send('go');
    await client.until('the keep-alive', (all) => all.includes('k') || undefined);
    return client.received[0]?.toString() ?? null;
  }),
];
