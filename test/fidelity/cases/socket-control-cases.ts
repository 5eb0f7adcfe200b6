import type { OutgoingWebSocketEvent } from '../../../src/protocol/websocket-events.js';
import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { control, eventsOf, messages, subscribe, text, webSocket } from '../responses.js';
import type { Scene } from '../scene.js';
import { table } from '../table.js';

/** What a socket gets whose service says this, then subscribes to `b`: of one message each to `a` and `b`. */
async function afterControl(
  scene: Scene,
  number: number,
  first: readonly OutgoingWebSocketEvent[],
): Promise<Json> {
  const path = `/${number}`;
  const b = scene.channel(`${number}b`);
  scene.serve(path, webSocket([...first, subscribe(b), text('ready')]), 'websocket');
  const client = await scene.socket(path);
  await scene.publish(
    { channel: scene.channel(`${number}a`), 'ws-message': { content: 'a' } },
    { channel: b, 'ws-message': { content: 'b' } },
  );
  const state = client.socket.readyState === client.socket.OPEN ? 'open' : (await client.closed()).code;
  const got = client.received.map((message) => scene.plain(message.toString()));
  return { got, state };
}

function delayed(fields: object): OutgoingWebSocketEvent {
  return control({ type: 'send-delayed', ...fields });
}

/** Control messages of a service, but keep-alives. */
export const socketControlCases: readonly FidelityCase[] = [
  fidelityCase('control: malformed ones are dropped', (scene) =>
    table<(channel: string) => OutgoingWebSocketEvent>(
      {
        'no JSON': () => text('c:hello'),
        empty: () => text('c:'),
        'a number': () => text('c:5'),
        'a list': (channel) => text(`c:[{"type":"subscribe","channel":"${channel}"}]`),
        null: () => text('c:null'),
        'no type': (channel) => control({ channel }),
        'type a number': (channel) => control({ type: 5, channel }),
        'unknown type': (channel) => control({ type: 'hello', channel }),
        'type in capitals': (channel) => control({ type: 'SUBSCRIBE', channel }),
        'a space before': (channel) => text(`c: {"type":"subscribe","channel":"${channel}"}`),
        'C: in capitals': (channel) => text(`C:{"type":"subscribe","channel":"${channel}"}`),
        'JSON and more': (channel) => text(`c:{"type":"subscribe","channel":"${channel}"} x`),
        binary: (channel) => ({ type: 'BINARY', content: `c:{"type":"subscribe","channel":"${channel}"}` }),
        'subscribe without a channel': () => control({ type: 'subscribe' }),
        'subscribe to nothing': () => control({ type: 'subscribe', channel: '' }),
        'subscribe to a number': () => control({ type: 'subscribe', channel: 5 }),
        'unknown filter': (channel) => control({ type: 'subscribe', channel, filters: ['colour'] }),
        'filters a text': (channel) => control({ type: 'subscribe', channel, filters: 'skip-self' }),
        'filters null': (channel) => control({ type: 'subscribe', channel, filters: null }),
        'a filter a number': (channel) => control({ type: 'subscribe', channel, filters: [5] }),
        'a field nobody knows': (channel) => control({ type: 'subscribe', channel, colour: 'red' }),
        'a good one': (channel) => control({ type: 'subscribe', channel }),
        'unsubscribe from what is not subscribed to': (channel) => control({ type: 'unsubscribe', channel }),
        'set-meta without a name': () => control({ type: 'set-meta', value: 'x' }),
        'set-meta with a number': () => control({ type: 'set-meta', name: 'x', value: 5 }),
        'keep-alive of an unknown type': () =>
          control({ type: 'keep-alive', 'message-type': 'x', content: 'k' }),
        'a keep-alive whose content is a number': () => control({ type: 'keep-alive', content: 5 }),
        session: () => control({ type: 'session', id: 'x' }),
        'more than 4,000 bytes': (channel) =>
          control({ type: 'subscribe', channel, padding: 'x'.repeat(4000) }),
        'more than 20,000 bytes': (channel) =>
          control({ type: 'subscribe', channel, padding: 'x'.repeat(20_000) }),
      },
      (event, number) => afterControl(scene, number, [event(scene.channel(`${number}a`))]),
    ),
  ),
  fidelityCase('control: more than 20 channels', async (scene) => {
    const names = Array.from({ length: 22 }, (_, index) => String(index));
    const again = subscribe(scene.channel('0'));
    const instead = [
      control({ type: 'unsubscribe', channel: scene.channel('1') }),
      subscribe(scene.channel('instead')),
    ];
    scene.serve(
      '/',
      webSocket([...names.map((name) => subscribe(scene.channel(name))), again, ...instead]),
      'websocket',
    );
    const client = await scene.socket('/');
    await scene.publish(
      ...[...names, 'instead'].map((name) => ({
        channel: scene.channel(name),
        'ws-message': { content: name },
      })),
    );
    return messages(client.received);
  }),
  fidelityCase('control: at 20 channels one of them can have other filters', async (scene) => {
    const names = Array.from({ length: 20 }, (_, index) => String(index));
    const again = control({ type: 'subscribe', channel: scene.channel('0'), filters: ['var-subst'] });
    scene.serve('/', webSocket([...names.map((name) => subscribe(scene.channel(name))), again]), 'websocket');
    const client = await scene.socket('/');
    await scene.publish({ channel: scene.channel('0'), 'ws-message': { content: '%%' } });
    return messages(client.received);
  }),
  fidelityCase('control: unsubscribe', async (scene) => {
    const channel = scene.channel();
    const answer = webSocket([subscribe(channel), subscribe(channel)], (event) =>
      event.type === 'TEXT' ? [control({ type: 'unsubscribe', channel }), text('gone')] : [],
    );
    scene.serve('/', answer, 'websocket');
    const client = await scene.socket('/');
    await scene.publish({ channel, 'ws-message': { content: 'before' } });
    client.socket.send('unsubscribe');
    await client.until('the answer', (all) => all.includes('gone') || undefined);
    await scene.publish({ channel, 'ws-message': { content: 'after' } });
    return messages(client.received);
  }),
  ...['close', 'terminate'].map((end) =>
    fidelityCase(`control: detach, then the client ends by ${end}`, async (scene) => {
      const channel = scene.channel();
      const answer = webSocket([subscribe(channel)], (event) =>
        event.type === 'TEXT'
          ? [control({ type: 'detach' }), text('detached')]
          : event.type === 'CLOSE'
            ? [event]
            : [],
      );
      scene.serve('/', answer, 'websocket');
      const client = await scene.socket('/');
      client.socket.send('detach');
      await client.until('the answer', (all) => all.includes('detached') || undefined);
      await scene.sleep(500);
      client.socket.send('not heard');
      client.socket.ping('neither');
      await scene.publish({ channel, 'ws-message': { content: 'x' } });
      if (end === 'close') client.socket.close(4001, 'bye');
      else client.socket.terminate();
      const { code } = await client.closed();
      await scene.sleep(500);
      return {
        code,
        got: messages(client.received),
        pongs: client.pongs.length,
        asked: eventsOf(scene.requests('/')),
      };
    }),
  ),
  fidelityCase('control: detach, then a close is published', async (scene) => {
    const channel = scene.channel();
    scene.serve('/', webSocket([subscribe(channel), control({ type: 'detach' })]), 'websocket');
    const client = await scene.socket('/');
    await scene.publish({ channel, 'ws-message': { action: 'close', code: 4005, reason: 'r' } });
    return { ...(await client.closed()), asked: eventsOf(scene.requests('/')) };
  }),
  fidelityCase('control: send-delayed', (scene) =>
    table<readonly OutgoingWebSocketEvent[]>(
      {
        'by itself': [delayed({ content: 'd', timeout: 1 })],
        binary: [delayed({ 'content-bin': 'AP8=', 'message-type': 'binary', timeout: 1 })],
        'binary without a type': [delayed({ 'content-bin': 'YQ==', timeout: 1 })],
        'without content': [delayed({ timeout: 1 }), control({ type: 'flush-delayed' })],
        flushed: [delayed({ content: 'd', timeout: 50 }), control({ type: 'flush-delayed' })],
        'flushed twice': [
          delayed({ content: 'd', timeout: 50 }),
          control({ type: 'flush-delayed' }),
          control({ type: 'flush-delayed' }),
        ],
        'flushed without one': [control({ type: 'flush-delayed' })],
        'one after another': [delayed({ content: 'd', timeout: 50 }), delayed({ content: 'e', timeout: 1 })],
        'without a timeout': [delayed({ content: 'd' })],
        'a timeout of 0': [delayed({ content: 'd', timeout: 0 })],
        'a timeout as text': [delayed({ content: 'd', timeout: '1' })],
        'a bad timeout': [delayed({ content: 'd', timeout: -1 })],
        'not sent yet': [delayed({ content: 'd', timeout: 20 })],
      },
      async (list, number) => {
        const path = `/${number}`;
        scene.serve(path, webSocket(list), 'websocket');
        const client = await scene.socket(path);
        await scene.sleep(3000);
        return messages(client.received);
      },
    ),
  ),
];
