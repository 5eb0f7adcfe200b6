import assert from 'node:assert/strict';
import { assertNoGripHeaders } from '../../src/testing/exchange.js';
import { pollCases } from '../../src/testing/poll-cases.js';
import { streamCases } from '../../src/testing/stream-cases.js';
import { item, unique } from './clients.js';
import { CHANNEL, type ContractCase, contractCase } from './contract-case.js';

const STREAM = { path: '/stream', channel: CHANNEL };
const SSE = { path: '/sse', channel: CHANNEL };
const POLL = { path: '/response', channel: CHANNEL };

const ownStreamCases: readonly ContractCase[] = [
  contractCase('/stream has the Content-Type text/plain, and no body of its own', async (clients) => {
    const stream = clients.stream();
    await clients.subscribed([stream]);
    assert.equal((await stream.response()).headers.get('Content-Type'), 'text/plain');
    assert.equal(stream.received, '');
  }),
];

const ownSseCases: readonly ContractCase[] = [
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

const ownPollCases: readonly ContractCase[] = [
  contractCase(
    '/response keeps the headers it was held with, unless a message has others',
    async (clients) => {
      const body = unique('poll');
      const answer = await clients.untilReceived(clients.poll(), () =>
        item({ 'http-response': { code: 200, body } }),
      );
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'text/plain');
      assert.equal(answer.body.toString(), body);
      assertNoGripHeaders(answer.headers);
    },
  ),
];

/** Pushpin would answer a hold there with 500. */
const urlCases: readonly ContractCase[] = [
  contractCase(
    'held at a URL with characters that are to be escaped, and that browsers leave as they are',
    async (clients) => {
      const query = '?json={%22a%22:[1]}&or=a|b&rest=^`\\&done=100%&zz=%zz';
      const streams = [clients.stream(`/stream${query}`), clients.sse(`/sse${query}`)];
      for (const stream of streams) assert.equal((await stream.response()).status, 200);
      await clients.subscribed(streams);
      const body = unique('polled');
      const answer = await clients.untilReceived(clients.poll(`/response${query}`), () =>
        item({ 'http-response': { body } }),
      );
      assert.deepEqual([answer.status, answer.body.toString()], [200, body]);
    },
  ),

  contractCase(
    '/sessions/100%|: held at a path with such characters as well',
    async (clients) => {
      const sse = clients.sse('/sessions/100%|/sse?room=escaped');
      assert.equal((await sse.response()).status, 200);
      await clients.subscribed([sse], 'escaped');
    },
    'commands',
  ),
];

export const httpCases: readonly ContractCase[] = [
  ...streamCases(STREAM),
  ...ownStreamCases,
  ...streamCases(SSE),
  ...ownSseCases,
  ...pollCases(POLL),
  ...ownPollCases,
  ...urlCases,
];
