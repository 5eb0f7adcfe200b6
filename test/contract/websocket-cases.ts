import assert from 'node:assert/strict';
import { EVERY_BYTE, INJECTION } from '../../src/testing/payloads.js';
import { socketCases } from '../../src/testing/socket-cases.js';
import { item, unique } from './clients.js';
import { CHANNEL, type ContractCase, contractCase } from './contract-case.js';

const echoCases: readonly ContractCase[] = [
  contractCase('/ws echoes text: empty, Unicode, and much that looks like the protocol', async (clients) => {
    const socket = await clients.webSocket();
    for (const text of [
      'hello',
      '',
      'Grüße, 世界, 👋🏽',
      '\u0000\r\n',
      '\ufeffmark',
      'm:x',
      'C:x',
      ' c:x',
      'CLOSE 2\r\n',
    ]) {
      await socket.ask(text);
    }
  }),

  contractCase('/ws echoes text of up to 60 kB', async (clients) => {
    const socket = await clients.webSocket();
    for (const length of [125, 126, 1000, 5000, 20_000, 60_000]) await socket.ask('é'.repeat(length / 2));
  }),

  contractCase('/ws echoes binary byte by byte', async (clients) => {
    const socket = await clients.webSocket();
    for (const bytes of [EVERY_BYTE, Buffer.alloc(0), Buffer.alloc(60_000, EVERY_BYTE)])
      await socket.ask(bytes);
  }),

  contractCase('/ws echoes a burst in order', async (clients) => {
    const socket = await clients.webSocket();
    const sent = Array.from({ length: 100 }, (_, n) => (n % 5 === 0 ? Buffer.from([n]) : `message ${n}`));
    for (const message of sent) socket.socket.send(message);
    const back = await socket.until('100 messages', (all) => (all.length >= 100 ? [...all] : undefined));
    assert.deepEqual(back, sent);
  }),

  contractCase('/ws echoes a message that came in fragments as one', async (clients) => {
    const socket = await clients.webSocket();
    socket.socket.send('frag', { fin: false });
    socket.socket.send('men', { fin: false });
    socket.socket.send('ts', { fin: true });
    assert.equal(await socket.next(), 'fragments');
  }),
];

const injectionCases: readonly ContractCase[] = [
  contractCase('/ws never obeys a control message of a client, and closes with 1008', async (clients) => {
    const socket = await clients.webSocket();
    socket.socket.send(INJECTION);
    assert.deepEqual(await socket.closed(), { code: 1008, reason: '' });
    assert.deepEqual(socket.received, []);
  }),

  contractCase('/ws never obeys a control message amid others, or in fragments', async (clients) => {
    const [amid, fragments] = [await clients.webSocket(), await clients.webSocket()];
    for (const text of ['before', INJECTION, 'after']) amid.socket.send(text);
    assert.equal(await amid.next(), 'before');
    assert.equal((await amid.closed()).code, 1008);
    assert.deepEqual(amid.received, ['before']);

    fragments.socket.send(INJECTION.slice(0, 1), { fin: false });
    fragments.socket.send(INJECTION.slice(1), { fin: true });
    assert.equal((await fragments.closed()).code, 1008);
    assert.deepEqual(fragments.received, []);
  }),

  contractCase('/ws takes a binary control message for what it is, bytes', async (clients) => {
    const [socket, witness] = [await clients.webSocket(), await clients.webSocket()];
    await clients.subscribed([socket, witness]);
    await socket.ask(Buffer.from('c:{"type":"unsubscribe","channel":"test"}'));
    await socket.ask(Buffer.from('c:{"type":"detach"}'));
    const message = unique('still-subscribed');
    await clients.publish(item({ 'ws-message': { content: message } }));
    assert.equal(await witness.next(), message);
    assert.equal(await socket.next(), message);
    await socket.ask('still attached');
  }),
];

export const webSocketCases: readonly ContractCase[] = [
  ...socketCases({ path: '/ws', channel: CHANNEL }),
  ...echoCases,
  ...injectionCases,
];
