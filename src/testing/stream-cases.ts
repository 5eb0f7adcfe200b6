import assert from 'node:assert/strict';
import { assertNoGripHeaders } from './exchange.js';
import { EVERY_BYTE, FORGEABLE, UNICODE } from './payloads.js';
import { itemFor, unique } from './published-item.js';
import { type TargetCase, type TransportPlace, targetCase } from './target-case.js';

/** What holds for every transport that holds a stream. */
export function streamCases({ path, channel }: TransportPlace): TargetCase[] {
  const item = (stream: object) => itemFor(channel, { 'http-stream': stream });
  return [
    targetCase(`${path} answers 200 with a Content-Type, without Grip headers`, async (clients) => {
      const stream = clients.stream(path);
      await clients.subscribed([stream], channel);
      const { status, headers } = await stream.response();
      assert.equal(status, 200);
      assert.ok(headers.has('Content-Type'), 'the response has no Content-Type');
      assertNoGripHeaders(headers);
    }),

    targetCase(`${path} appends UTF-8 text byte by byte as it was published`, async (clients) => {
      const stream = clients.stream(path);
      await clients.subscribed([stream], channel);
      const [start, end] = [unique('start'), unique('end')];
      await clients.publish(item({ content: `${start}${UNICODE}${end}` }));
      assert.deepEqual(await stream.between(start, end), Buffer.from(UNICODE));
    }),

    targetCase(`${path} appends all 256 byte values of a content-bin`, async (clients) => {
      const stream = clients.stream(path);
      await clients.subscribed([stream], channel);
      const [start, end] = [unique('start'), unique('end')];
      const content = Buffer.concat([Buffer.from(start), EVERY_BYTE, Buffer.from(end)]);
      await clients.publish(item({ 'content-bin': content.toString('base64') }));
      assert.deepEqual(await stream.between(start, end), EVERY_BYTE);
    }),

    targetCase(`${path} ends when a close is published`, async (clients) => {
      const [stream, other] = [clients.stream(path), clients.stream(path)];
      await clients.subscribed([stream, other], channel);
      const last = unique('last');
      await clients.publish(item({ content: last }), item({ action: 'close' }));
      assert.equal(await stream.ended(), 'ended');
      assert.equal(await other.ended(), 'ended');
      assert.ok(stream.received.endsWith(last), 'what was published before the close was lost');
    }),

    targetCase(`${path} serves a client that sends Fanout’s own headers as any other`, async (clients) => {
      const stream = clients.stream(path, FORGEABLE);
      await clients.subscribed([stream], channel);
      const { status, headers } = await stream.response();
      assert.equal(status, 200);
      assertNoGripHeaders(headers);
    }),
  ];
}
