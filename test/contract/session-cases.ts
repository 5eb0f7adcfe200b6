import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectionChannel, userChannel } from '../../src/protocol/private-channel.js';
import { Publisher } from '../../src/publisher/index.js';
import type { WebSocketClient } from '../../src/testing/websocket-client.js';
import { type Clients, item, unique } from './clients.js';
import { type ContractCase, contractCase } from './contract-case.js';
import { exchange } from './http-clients.js';

/** In milliseconds. That something does not come can't be waited for. */
const GRACE = 300;
/** In milliseconds: Fanout takes no interval of less than 20 s. */
const LONG = 60_000;

/** What the `SessionTransport` says of a session. */
interface Seen {
  readonly id: string;
  readonly channel: string;
  readonly channels: readonly string[];
  readonly protocol: string | null;
  readonly state: { readonly count: number; readonly text?: string };
}

/** A socket of the `SessionTransport`. */
interface Opened {
  readonly socket: WebSocketClient;
  readonly id: string;
  /** Sends commands; the answer is what the session then is. */
  ask(commands: object): Promise<Seen>;
}

async function open(
  clients: Clients,
  { user = unique('user'), room = unique('room'), protocols = [] as readonly string[] } = {},
): Promise<Opened> {
  const socket = await clients.webSocket(`/sessions/${user}/ws?room=${room}`, {}, protocols);
  const ask = async (commands: object): Promise<Seen> => {
    socket.socket.send(JSON.stringify(commands));
    return JSON.parse(String(await socket.next('the session')));
  };
  const { id } = await ask({});
  return { socket, id, ask };
}

const publisherOf = ({ target }: Clients) =>
  new Publisher({ url: target.publish, auth: () => target.publishHeaders ?? {} });

const sessionCase = (name: string, run: (clients: Clients) => Promise<void>): ContractCase =>
  contractCase(name, run, 'commands');

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** What a session of a WebSocket is and can do, by the `SessionTransport` of the contract's app. */
export const sessionCases: readonly ContractCase[] = [
  sessionCase('a session keeps its state and its channels from request to request', async (clients) => {
    const room = unique('room');
    const { id, ask } = await open(clients, { room });
    const text = 'Grüße, 世界\r\n"\\\u0000';
    const session = { id, channel: connectionChannel(id), protocol: null };
    assert.deepEqual(await ask({ keep: text }), { ...session, channels: [room], state: { count: 2, text } });
    assert.deepEqual(await ask({ subscribe: 'more' }), {
      ...session,
      channels: [room, 'more'],
      state: { count: 3, text },
    });
    assert.deepEqual(await ask({ unsubscribe: room }), {
      ...session,
      channels: ['more'],
      state: { count: 4, text },
    });
    assert.deepEqual(await ask({}), { ...session, channels: ['more'], state: { count: 5, text } });
  }),

  sessionCase('a session keeps a state of 4,000 bytes and 18 channels of 230 letters', async (clients) => {
    const { ask } = await open(clients);
    const names = Array.from({ length: 17 }, (_, index) => `${index}-`.padEnd(230, 'x'));
    for (const subscribe of names) await ask({ subscribe });
    await ask({ keep: 'x'.repeat(4000) });
    const { channels, state } = await ask({});
    assert.deepEqual(channels.slice(1), names);
    assert.equal(state.text?.length, 4000);
  }),

  ...[302, 401, 403, 404, 429, 500, 503].map((status) =>
    sessionCase(`a socket is turned away with ${status} and a body`, async ({ target }) => {
      const url = new URL(`/sessions/ada/ws?reject=${status}`, target.client);
      const answer = await exchange(url, { headers: UPGRADE });
      assert.deepEqual(
        [answer.status, String(answer.body), answer.headers['x-reason']],
        [status, 'turned away', 'the query'],
      );
    }),
  ),

  sessionCase('a subprotocol is agreed on, the best of ours that the client offers', async (clients) => {
    for (const [protocols, agreed] of [
      [['one'], 'one'],
      [['one', 'two'], 'two'],
      [['zero', 'one'], 'one'],
    ] as const) {
      const { socket, ask } = await open(clients, { protocols });
      assert.equal(socket.socket.protocol, agreed);
      assert.equal((await ask({})).protocol, agreed);
    }
  }),

  sessionCase('a session pings its client', async (clients) => {
    const { socket, ask } = await open(clients);
    await ask({ ping: 'are you there?' });
    assert.equal(String(await socket.ping()), 'are you there?');
  }),

  sessionCase('a session is kept alive by Fanout with pings or text, until it is not', async (clients) => {
    const [pinged, told] = [await open(clients), await open(clients)];
    await pinged.ask({ keepAlive: { timeout: 1 } });
    assert.equal(String(await pinged.socket.ping()), '');
    await told.ask({ keepAlive: { timeout: 1, type: 'text', content: 'still here', mode: 'interval' } });
    assert.equal(await told.socket.next(), 'still here');
    await told.ask({ keepAlive: false });
    await sleep(1500);
    assert.equal(told.socket.received.at(-1)?.toString().includes('state'), true);
  }),

  sessionCase(
    'a silent client brings a request of its own after 20 s, and is closed if it may listen no more',
    async (clients) => {
      const [{ socket }, expiring] = [await open(clients), await clients.webSocket('/expiring/ws')];
      await Promise.all([
        socket.until('the keep-alive', (all) => all.includes('{"keptAlive":1}') || undefined, LONG),
        expiring.closed(LONG).then((closing) => {
          assert.deepEqual(closing, { code: 4401, reason: 'expired' });
        }),
      ]);
    },
  ),

  sessionCase('what is published on the channel of a session reaches it alone', async (clients) => {
    const room = unique('room');
    const [one, other] = [await open(clients, { room }), await open(clients, { room })];
    await clients.subscribed([one.socket, other.socket], room);
    const [alone, all] = [unique('alone'), unique('all')];
    await clients.publish(
      item({ 'ws-message': { content: alone } }, connectionChannel(one.id)),
      item({ 'ws-message': { content: all } }, room),
    );
    assert.equal(await one.socket.next(), alone);
    assert.equal(await one.socket.next(), all);
    assert.equal(await other.socket.next(), all);
  }),

  sessionCase('all that a user has open is reached, and closed, by one channel', async (clients) => {
    const [user, room] = [unique('user'), unique('room')];
    const sockets = [await open(clients, { user, room }), await open(clients, { user })];
    const stranger = await open(clients, { room });
    const events = clients.sse(`/sessions/${user}/sse`);
    const channel = userChannel(user);
    await clients.subscribed([...sockets.map(({ socket }) => socket), events], channel);
    await clients.subscribed([stranger.socket], room);
    await publisherOf(clients).close(channel, { code: 4001, reason: 'signed out' });
    for (const { socket } of sockets) {
      assert.deepEqual(await socket.closed(), { code: 4001, reason: 'signed out' });
    }
    assert.equal(await events.ended(), 'ended');
    await stranger.ask({});
  }),

  sessionCase('what a session publishes passes its own socket by, with its id as sender', async (clients) => {
    const [user, room] = [unique('user'), unique('room')];
    const [sender, other] = [await open(clients, { user, room }), await open(clients, { user, room })];
    await clients.subscribed([sender.socket, other.socket], room);
    const [said, last] = [unique('said'), unique('last')];
    const publisher = publisherOf(clients);
    await publisher.publish(room, said, { sender: sender.id });
    await publisher.publish(room, last);
    assert.equal(await other.socket.next(), said);
    assert.equal(await other.socket.next(), last);
    assert.equal(await sender.socket.next(), last);
    await sleep(GRACE);
    assert.ok(!sender.socket.received.includes(said));
  }),

  sessionCase('a session that subscribes to too many or reserved channels is closed', async (clients) => {
    for (const subscribe of [userChannel('ada'), 'news~sse', 'a,b']) {
      const { socket } = await open(clients);
      socket.socket.send(JSON.stringify({ subscribe }));
      assert.equal((await socket.closed()).code, 1008);
    }
  }),
];
