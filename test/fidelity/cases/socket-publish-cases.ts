import { type FidelityCase, fidelityCase } from '../fidelity-case.js';
import { eventsOf, messages, subscribe, webSocket } from '../responses.js';
import { table } from '../table.js';

/** What is published to WebSockets. */
export const socketPublishCases: readonly FidelityCase[] = [
  fidelityCase('ws-message: types and contents', (scene) =>
    table<object>(
      {
        text: { content: 'a é' },
        'text of base64': { type: 'text', 'content-bin': 'YQ==' },
        base64: { 'content-bin': 'AP8=' },
        'binary of text': { type: 'binary', content: 'a' },
        both: { 'content-bin': 'AP8=', content: 'a' },
        empty: { content: '' },
        'empty base64': { 'content-bin': '' },
        ping: { type: 'ping' },
        'ping with content': { type: 'ping', content: 'p' },
        'a long ping': { type: 'ping', content: 'p'.repeat(126) },
        pong: { type: 'pong', content: 'q' },
        'text that is not UTF-8': { type: 'text', 'content-bin': '/w==' },
        hint: { action: 'hint', content: 'a' },
      },
      async (format, number) => {
        const path = `/${number}`;
        const channel = scene.channel(String(number));
        scene.serve(path, webSocket([subscribe(channel)]), 'websocket');
        const client = await scene.socket(path);
        const pings: string[] = [];
        client.socket.on('ping', (data) => pings.push(`${data.length} ${data.toString().slice(0, 5)}`));
        await scene.publish({ channel, 'ws-message': format });
        await scene.publish({ channel, 'ws-message': { content: 'after' } });
        const asked = eventsOf(scene.requests(path)).slice(1);
        return { got: messages(client.received), pings, pongs: client.pongs.map(String), asked };
      },
    ),
  ),
  fidelityCase('ws-message: order, and what comes after a close', async (scene) => {
    const channel = scene.channel();
    scene.serve('/', webSocket([subscribe(channel)]), 'websocket');
    const client = await scene.socket('/');
    const items = Array.from({ length: 50 }, (_, index) => ({
      channel,
      'ws-message': { content: `${index}` },
    }));
    await scene.publish(...items, { channel, 'ws-message': { action: 'close', code: 4000 } }, ...items);
    return { got: messages(client.received).join(' '), code: (await client.closed()).code };
  }),
  fidelityCase('ws-message: ids and sequences', async (scene) => {
    const channel = scene.channel();
    scene.serve('/', webSocket([subscribe(channel)]), 'websocket');
    const client = await scene.socket('/');
    const item = (id: string, previous?: string) => ({
      channel,
      id,
      ...(previous && { 'prev-id': previous }),
      'ws-message': { content: id },
    });
    await scene.publish(item('1'), item('1'), item('4', '3'), item('3', '2'), item('2', '1'));
    return messages(client.received);
  }),
  fidelityCase('ws-message: 60,000 bytes', async (scene) => {
    const channel = scene.channel();
    scene.serve('/', webSocket([subscribe(channel)]), 'websocket');
    const client = await scene.socket('/');
    await scene.publish({ channel, 'ws-message': { content: 'x'.repeat(60_000) } });
    return client.received.map(({ length }) => length);
  }),
  fidelityCase('ws-message: the same subscriber twice, and others', async (scene) => {
    const channel = scene.channel();
    scene.serve('/', webSocket([subscribe(channel), subscribe(channel)]), 'websocket');
    const clients = await Promise.all([scene.socket('/'), scene.socket('/')]);
    await scene.publish({ channel, 'ws-message': { content: 'x' } });
    return clients.map(({ received }) => messages(received));
  }),
];
