import assert from 'node:assert/strict';
import { assertNoGripHeaders } from './exchange.js';
import { EVERY_BYTE, FORGEABLE, INJECTED_CHANNEL, INJECTION } from './payloads.js';
import { itemFor, unique } from './published-item.js';
import { type TargetCase, type TransportPlace, targetCase } from './target-case.js';
import type { Message, WebSocketClient } from './websocket-client.js';

/** In milliseconds. That something does not come can't be waited for. */
const GRACE = 300;
/** RFC 6455, 7.4.1: there was no close frame; the service failed. */
const NO_CLOSE_FRAME = 1006;
const SERVICE_FAILED = 1011;

/** What holds for every transport of WebSockets, whatever it answers to what clients send. */
export function socketCases({ path, channel }: TransportPlace): TargetCase[] {
  const item = (message: object) => itemFor(channel, { 'ws-message': message });
  return [
    targetCase(`${path} opens, without Grip headers`, async (clients) => {
      const socket = await clients.webSocket(path);
      assertNoGripHeaders(await socket.headers());
      assert.equal(socket.socket.extensions, '');
    }),

    targetCase(`${path} passes on published text and binary, each with its opcode`, async (clients) => {
      const socket = await clients.webSocket(path);
      await clients.subscribed([socket], channel);
      const text = `${unique('text')} Grüße, 世界, 👋🏽`;
      const bytes = Buffer.concat([Buffer.from(unique('bytes')), EVERY_BYTE]);
      const base64 = bytes.toString('base64');
      await clients.publish(
        item({ content: text }),
        item({ 'content-bin': base64 }),
        item({ 'content-bin': base64, type: 'binary' }),
        item({ content: text, type: 'binary' }),
        item({ content: INJECTION }),
      );
      const sent: Message[] = [text, bytes, bytes, Buffer.from(text), INJECTION];
      const got = await socket.until('five published messages', (all) =>
        all.includes(INJECTION) ? all.slice(-sent.length) : undefined,
      );
      assert.deepEqual(got, sent);
    }),

    targetCase(`${path} closes with the code and reason of a published close`, async (clients) => {
      const socket = await clients.webSocket(path);
      await clients.subscribed([socket], channel);
      const last = unique('last');
      await clients.publish(
        item({ content: last }),
        item({ action: 'close', code: 4005, reason: 'that is all' }),
      );
      assert.deepEqual(await socket.closed(), { code: 4005, reason: 'that is all' });
      assert.equal(socket.received.at(-1), last);
    }),

    targetCase(`${path} answers a ping with a pong of the same content`, async (clients) => {
      const socket = await clients.webSocket(path);
      socket.socket.ping(EVERY_BYTE.subarray(0, 125));
      assert.deepEqual(await socket.pong(), EVERY_BYTE.subarray(0, 125));
    }),

    targetCase(`${path} answers a close with the same code`, async (clients) => {
      const socket = await clients.webSocket(path);
      await clients.subscribed([socket], channel);
      socket.socket.close(4321, 'gone');
      assert.equal((await socket.closed()).code, 4321);
    }),

    targetCase(`${path} answers a close without a code`, async (clients) => {
      const socket = await clients.webSocket(path);
      await clients.subscribed([socket], channel);
      socket.socket.close();
      const { code, reason } = await socket.closed();
      // Pushpin answers with 1000, however the service did.
      assert.ok(code === 1000 || code === 1005, `closed with ${code}`);
      assert.equal(reason, '');
    }),

    ...MESSAGES.map(([what, messages]) =>
      targetCase(`${path} does not fail on ${what}`, async (clients) => {
        const socket = await clients.webSocket(path);
        for (const message of messages) socket.socket.send(message);
        // It is answered after all that was sent before, unless the transport closes by itself.
        socket.socket.close(1000);
        const { code } = await socket.closed();
        assert.ok(code !== NO_CLOSE_FRAME && code !== SERVICE_FAILED, `closed with ${code}`);
      }),
    ),

    targetCase(`${path} never obeys a control message of a client`, async (clients) => {
      const sockets = [
        await sending(await clients.webSocket(path), (socket) => socket.send(INJECTION)),
        await sending(await clients.webSocket(path), (socket) => {
          socket.send(INJECTION.slice(0, 1), { fin: false });
          socket.send(INJECTION.slice(1), { fin: true });
        }),
        await sending(await clients.webSocket(path), (socket) => socket.send(Buffer.from(INJECTION))),
      ];
      const secret = unique('secret');
      await clients.publish(itemFor(INJECTED_CHANNEL, { 'ws-message': { content: secret } }));
      await pause();
      for (const { received } of sockets) {
        assert.ok(!received.includes(secret), 'the client subscribed itself to a channel of its choice');
      }
    }),

    targetCase(`${path} serves a client that sends Fanout’s own headers as any other`, async (clients) => {
      const socket = await clients.webSocket(path, FORGEABLE);
      assertNoGripHeaders(await socket.headers());
      await clients.subscribed([socket], channel);
    }),
  ];
}

const MESSAGES: readonly (readonly [string, readonly Message[]])[] = [
  ['an empty message', ['', Buffer.alloc(0)]],
  ['Unicode and control characters', ['Grüße, 世界, 👋🏽', '\u0000\r\n', '\ufeffmark', 'CLOSE 2\r\n']],
  ['binary', [EVERY_BYTE]],
  ['60 kB of text', ['é'.repeat(30_000)]],
  ['JSON of any kind', ['null', '[]', '{}', '"text"', '{"type":"subscribe","channel":"x"}', '{']],
];

async function sending(
  client: WebSocketClient,
  send: (socket: WebSocketClient['socket']) => void,
): Promise<WebSocketClient> {
  send(client.socket);
  await pause();
  return client;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, GRACE));
}
