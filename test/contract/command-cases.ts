import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { item, unique } from './clients.js';
import { type ContractCase, contractCase } from './contract-case.js';

/**
 * In milliseconds. That something does not come can't be waited for; nor can the end of a subscription or of the
 * link to the service, which Pushpin may carry out after it has passed on `done`.
 */
const GRACE = 300;

/** What a session can do to its socket, by the `CommandTransport` of the contract's app. */
export const commandCases: readonly ContractCase[] = [
  contractCase(
    'unsubscribe: publishes pass the socket by, the service still hears it',
    async (clients) => {
      const [socket, witness] = [await clients.commands(), await clients.commands()];
      await clients.subscribed([socket, witness]);
      await socket.ask('unsubscribe', 'done');

      await sleep(GRACE);
      const message = unique('unsubscribed');
      await clients.publish(item({ 'ws-message': { content: message } }));
      assert.equal(await witness.next(), message);
      await socket.ask('still heard');
      await sleep(GRACE);
      assert.deepEqual(socket.received, ['done', 'still heard']);

      await socket.ask('subscribe test', 'done');
      await clients.untilReceived(
        socket.until('a message after subscribing again', (all) => all.includes(message) || undefined),
        () => item({ 'ws-message': { content: message } }),
      );
    },
    'commands',
  ),

  contractCase(
    'detach: publishes still arrive, the service hears no more',
    async (clients) => {
      const [socket, witness] = [await clients.commands(), await clients.commands()];
      await clients.subscribed([socket, witness]);
      await socket.ask('heard');
      await socket.ask('detach', 'done');
      await sleep(GRACE);
      const message = unique('detached');
      for (const text of ['unheard', 'close 4001 unheard']) socket.socket.send(text);
      await witness.ask('heard');
      await sleep(GRACE);
      await clients.publish(item({ 'ws-message': { content: message } }));
      assert.equal(await socket.next(), message);
      await sleep(GRACE);
      assert.deepEqual(socket.received, ['heard', 'done', message]);
    },
    'commands',
  ),

  contractCase(
    'subscribe: the socket gets what is published on one more channel',
    async (clients) => {
      const [socket, witness] = [await clients.commands(), await clients.commands()];
      await clients.subscribed([socket, witness]);
      await socket.ask('subscribe other', 'done');
      await clients.subscribed([socket], 'other');

      const [other, both] = [unique('other'), unique('both')];
      await clients.publish(item({ 'ws-message': { content: other } }, 'other'));
      assert.equal(await socket.next(), other);
      await clients.publish(item({ 'ws-message': { content: both } }));
      assert.equal(await socket.next(), both);
      assert.equal(
        await witness.next(),
        both,
        'only who subscribed to a channel gets what is published on it',
      );
    },
    'commands',
  ),

  contractCase(
    'close: the client gets code and reason, after what was sent before',
    async (clients) => {
      const socket = await clients.commands();
      await socket.ask('before');
      socket.socket.send('close 4001 bye, Grüße');
      assert.deepEqual(await socket.closed(), { code: 4001, reason: 'bye, Grüße' });
      assert.deepEqual(socket.received, ['before']);
    },
    'commands',
  ),

  contractCase(
    'a handler that throws closes the socket with 1011',
    async (clients) => {
      const [socket, witness] = [await clients.commands(), await clients.commands()];
      socket.socket.send('throw');
      assert.deepEqual(await socket.closed(), { code: 1011, reason: '' });
      await witness.ask('not concerned');
    },
    'commands',
  ),
];
