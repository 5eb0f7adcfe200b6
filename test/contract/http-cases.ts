import assert from 'node:assert/strict';
import { type Clients, item, unique } from './clients.js';
import { type ContractCase, contractCase } from './contract-case.js';
import { assertNoGripHeaders } from './http-clients.js';

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const UNICODE = 'Grüße, 世界, 👋🏽, \u0000, \u2028, \ufeff, a\r\nb';

/** Headers that mean something to Fanout, and must mean nothing when they come from a client. */
const FORGEABLE = {
  'Meta-User': 'admin',
  'Connection-Id': 'somebody-else',
  'Grip-Last': 'test; last-id=1',
  'Grip-Hold': 'response',
  'Grip-Channel': 'private',
  'Grip-Feature': 'none',
  'Grip-Status': '418',
  'Set-Meta-User': 'admin',
};

/** Publishes numbered messages until a poll is answered, and says what the answer is. */
async function pollFor(
  clients: Clients,
  message: (attempt: number) => object,
  headers?: Record<string, string>,
) {
  return clients.untilReceived(clients.poll(headers), (attempt) =>
    item({ 'http-response': message(attempt) }),
  );
}

const streamCases: readonly ContractCase[] = [
  contractCase('/stream answers 200 text/plain, without Grip headers', async (clients) => {
    const stream = clients.stream();
    await clients.subscribed([stream]);
    const { status, headers } = await stream.response();
    assert.equal(status, 200);
    assert.equal(headers.get('Content-Type'), 'text/plain');
    assertNoGripHeaders(headers);
  }),

  contractCase('/stream appends UTF-8 text byte by byte as it was published', async (clients) => {
    const stream = clients.stream();
    await clients.subscribed([stream]);
    const [start, end] = [unique('start'), unique('end')];
    await clients.publish(item({ 'http-stream': { content: `${start}${UNICODE}${end}` } }));
    assert.deepEqual(await stream.between(start, end), Buffer.from(UNICODE));
  }),

  contractCase('/stream appends all 256 byte values of a content-bin', async (clients) => {
    const stream = clients.stream();
    await clients.subscribed([stream]);
    const [start, end] = [unique('start'), unique('end')];
    const content = Buffer.concat([Buffer.from(start), EVERY_BYTE, Buffer.from(end)]);
    await clients.publish(item({ 'http-stream': { 'content-bin': content.toString('base64') } }));
    assert.deepEqual(await stream.between(start, end), EVERY_BYTE);
  }),

  contractCase('/stream ends when a close is published', async (clients) => {
    const [stream, other] = [clients.stream(), clients.stream()];
    await clients.subscribed([stream, other]);
    const last = unique('last');
    await clients.publish(
      item({ 'http-stream': { content: last } }),
      item({ 'http-stream': { action: 'close' } }),
    );
    assert.equal(await stream.ended(), 'ended');
    assert.equal(await other.ended(), 'ended');
    assert.equal(stream.received, last);
  }),
];

const sseCases: readonly ContractCase[] = [
  contractCase(
    '/sse opens at once: headers, a comment and retry come before any message',
    async (clients) => {
      const sse = clients.sse();
      const { status, headers } = await sse.response();
      assert.equal(status, 200);
      assert.equal(headers.get('Content-Type'), 'text/event-stream');
      assertNoGripHeaders(headers);
      await sse.until('the end of the first block', (text) => text.endsWith('\n\n') || undefined);
      assert.equal(sse.comments.length, 1, `found the comments ${JSON.stringify(sse.comments)}`);
      assert.equal(sse.retry, 3000);
      assert.deepEqual(sse.events, []);
    },
  ),

  contractCase('/sse passes on an event with name, id and data of several lines', async (clients) => {
    const sse = clients.sse();
    await clients.subscribed([sse]);
    const [name, id] = [unique('event'), unique('id')];
    const content = `event: ${name}\nid: ${id}\ndata: Grüße, 世界\ndata:  👋🏽\n\n`;
    await clients.publish(item({ 'http-stream': { content } }));
    const event = await sse.event(name, ({ event }) => event === name);
    assert.deepEqual(event, { event: name, id, data: 'Grüße, 世界\n 👋🏽' });
  }),
];

const pollCases: readonly ContractCase[] = [
  contractCase('/response answers with the code, headers and text of a message', async (clients) => {
    const body = `${unique('poll')} ${UNICODE}`;
    const answer = await pollFor(clients, () => ({
      code: 202,
      reason: 'Accepted',
      headers: { 'X-Message': 'yes', 'Content-Type': 'application/x-contract' },
      body,
    }));
    assert.equal(answer.status, 202);
    assert.equal(answer.headers['x-message'], 'yes');
    assert.equal(answer.headers['content-type'], 'application/x-contract');
    assert.deepEqual(answer.body, Buffer.from(body));
    assertNoGripHeaders(answer.headers);
  }),

  contractCase(
    '/response keeps the headers it was held with, unless a message has others',
    async (clients) => {
      const body = unique('poll');
      const answer = await pollFor(clients, () => ({ code: 200, body }));
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'text/plain');
      assert.equal(answer.body.toString(), body);
      assertNoGripHeaders(answer.headers);
    },
  ),

  contractCase('/response answers with all 256 byte values of a body-bin', async (clients) => {
    const answer = await pollFor(clients, () => ({ 'body-bin': EVERY_BYTE.toString('base64') }));
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, EVERY_BYTE);
  }),

  contractCase('/response answers the next poll with a later message', async (clients) => {
    const name = unique('poll');
    let published = 0;
    const numbered = () => {
      published += 1;
      return { body: `${name}:${published}` };
    };
    const first = await pollFor(clients, numbered);
    const second = await pollFor(clients, numbered);
    const [one, two] = [first, second].map(
      ({ body }) => new RegExp(`^${name}:(\\d+)$`).exec(String(body))?.[1],
    );
    assert.ok(Number(two) > Number(one), `the polls were answered with ${first.body} and ${second.body}`);
  }),

  contractCase('/response answers every poll that waits', async (clients) => {
    const name = unique('poll');
    const answers = await clients.untilReceived(
      Promise.all(Array.from({ length: 10 }, () => clients.poll())),
      () => item({ 'http-response': { body: name } }),
    );
    assert.deepEqual(
      answers.map(({ body }) => String(body)),
      Array.from({ length: 10 }, () => name),
    );
  }),
];

const hygieneCases: readonly ContractCase[] = [
  contractCase('a client that sends Fanout’s own headers is served as any other', async (clients) => {
    const [stream, sse, socket] = [
      clients.stream(FORGEABLE),
      clients.sse(FORGEABLE),
      await clients.webSocket('/ws', FORGEABLE),
    ];
    await clients.subscribed([stream, sse, socket]);
    for (const client of [stream, sse]) {
      const { status, headers } = await client.response();
      assert.equal(status, 200);
      assertNoGripHeaders(headers);
    }
    await socket.ask('as any other');

    const body = unique('poll');
    const answer = await pollFor(clients, () => ({ body }), FORGEABLE);
    assert.equal(answer.status, 200);
    assert.equal(answer.body.toString(), body);
  }),
];

export const httpCases: readonly ContractCase[] = [
  ...streamCases,
  ...sseCases,
  ...pollCases,
  ...hygieneCases,
];
