import assert from 'node:assert/strict';
import { type Listener, message, messagesUntil } from '../../src/testing/delivery-cases.js';
import { type Clients, item, unique } from './clients.js';
import { CHANNEL, type ContractCase, contractCase } from './contract-case.js';

/** Fanout takes publish requests of up to this size, in bytes. */
const MAX_PUBLISH = 65_536;

/** So many clients of each kind, all of them subscribed. */
async function listeners(
  clients: Clients,
  streams: number,
  sses: number,
  sockets: number,
): Promise<Listener[]> {
  const all: Listener[] = [
    ...Array.from({ length: streams }, () => clients.stream()),
    ...Array.from({ length: sses }, () => clients.sse()),
    ...(await Promise.all(Array.from({ length: sockets }, () => clients.webSocket()))),
  ];
  await clients.subscribed(all);
  return all;
}

const sharingCases: readonly ContractCase[] = [
  contractCase('one item in three formats reaches clients of all four transports', async (clients) => {
    const all = await listeners(clients, 1, 1, 1);
    const text = unique('for-all');
    const answer = await clients.untilReceived(clients.poll(), () =>
      item({ ...message(text), 'http-response': { body: `${text} by poll` } }),
    );
    assert.equal(answer.body.toString(), `${text} by poll`);
    for (const client of all) assert.equal((await messagesUntil(client, text))[0], text);
  }),

  contractCase('200 clients get each of 100 messages once and in order', async (clients) => {
    const all = await listeners(clients, 70, 70, 60);
    const name = unique('message');
    const texts = Array.from({ length: 100 }, (_, n) => `${name}-${n}`);
    for (const text of texts.slice(0, 50)) await clients.publish(item(message(text)));
    for (let n = 50; n < 100; n += 10) {
      await clients.publish(...texts.slice(n, n + 10).map((text) => item(message(text))));
    }
    const got = await Promise.all(all.map((client) => messagesUntil(client, `${name}-99`)));
    for (const messages of got) assert.deepEqual(messages, texts);
  }),

  contractCase('a client that goes away does not disturb the others', async (clients) => {
    const leaving = await listeners(clients, 5, 5, 5);
    const staying = await listeners(clients, 5, 5, 5);
    const name = unique('message');
    await clients.publish(item(message(`${name}-0`)));
    await Promise.all(leaving.map((client) => messagesUntil(client, `${name}-0`)));
    const gone = Promise.all(leaving.map((client) => client.close()));
    for (let n = 1; n < 20; n += 1) await clients.publish(item(message(`${name}-${n}`)));
    await gone;

    const texts = Array.from({ length: 20 }, (_, n) => `${name}-${n}`);
    for (const client of staying) assert.deepEqual(await messagesUntil(client, `${name}-19`), texts);
  }),
];

const publishCases: readonly ContractCase[] = [
  contractCase('what is published to nobody is accepted', async (clients) => {
    await clients.publish(item(message('nobody'), unique('silent')));
  }),

  contractCase('the same channel and id is delivered once', async (clients) => {
    const all = await listeners(clients, 1, 1, 1);
    const [once, last] = [unique('once'), unique('last')];
    const repeated = item(message(once));
    await clients.publish(repeated);
    await clients.publish(repeated);
    await clients.publish({ ...item(message(`${once}-elsewhere`), unique('silent')), id: repeated.id });
    await clients.publish(item(message(last)));
    for (const client of all) assert.deepEqual(await messagesUntil(client, last), [once, last]);
  }),

  contractCase('a publish request of just under 64 KiB is delivered whole', async (clients) => {
    const all = await listeners(clients, 1, 1, 1);
    const requestOf = (text: string) => ({ channel: CHANNEL, id: unique('large'), formats: message(text) });
    const room = MAX_PUBLISH - 1 - JSON.stringify({ items: [requestOf('')] }).length;
    const text = 'x'.repeat(Math.floor(room / 2));
    await clients.publish(requestOf(text));
    for (const client of all) assert.deepEqual(await messagesUntil(client, text), [text]);
  }),

  contractCase('one bad item refuses all that were published with it', async (clients) => {
    const all = await listeners(clients, 1, 1, 1);
    const last = unique('last');
    const good = () => item(message(unique('with-a-bad-one')));
    const bad: readonly object[] = [
      { id: unique('bad'), formats: message('no channel') },
      { channel: CHANNEL, id: unique('bad') },
      { channel: CHANNEL, id: unique('bad'), formats: { 'http-stream': {} } },
      { channel: CHANNEL, id: unique('bad'), formats: { 'ws-message': { content: 7 } } },
    ];
    for (const each of bad) {
      const { status } = await clients.publishRaw(JSON.stringify({ items: [good(), each, good()] }));
      assert.equal(status, 400, `${JSON.stringify(each)} was answered with ${status}`);
    }
    const { status } = await clients.publishRaw('{"items":[');
    assert.equal(status, 400);
    await clients.publish(item(message(last)));
    for (const client of all) assert.deepEqual(await messagesUntil(client, last), [last]);
  }),
];

export const deliveryCases: readonly ContractCase[] = [...sharingCases, ...publishCases];
