import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { longPoll, respond } from '../responses.js';
import type { Scene } from '../scene.js';
import { table } from '../table.js';

/** What a held client gets of this `http-response`: with the headers of its own that a message may replace. */
async function published(scene: Scene, number: number, format: object): Promise<Json> {
  const channel = scene.channel(String(number));
  const own = { 'X-Own': 'own', 'Content-Type': 'text/own', ETag: '"own"' };
  scene.serve(`/${number}`, () => longPoll(channel, own));
  await scene.warm(channel);
  const client = await scene.hold(`/${number}`);
  await scene.publish({ channel, 'http-response': format });
  if (client.ending === undefined) return 'still held';
  const { status, reason, headers, body } = await client.answer();
  return { status, reason, headers: ownHeaders(headers), body };
}

function ownHeaders(headers: Readonly<Record<string, string>>): Json {
  const names = Object.entries(headers).filter(([name]) => /^(?:x-|content-|etag|set-|grip-)/.test(name));
  return Object.fromEntries(names);
}

/** What is published to clients that wait for a response. */
export const responsePublishCases: readonly FidelityCase[] = [
  fidelityCase('http-response: status and reason', (scene) =>
    table<object>(
      {
        'none given': { body: 'b' },
        201: { code: 201, body: 'b' },
        'a reason': { code: 201, reason: 'Fine enough', body: 'b' },
        'a reason only': { reason: 'Fine enough', body: 'b' },
        'an empty reason': { code: 404, reason: '', body: 'b' },
        'a status nobody knows': { code: 299, body: 'b' },
        'a status as text': { code: '404', body: 'b' },
        'a fraction': { code: 200.7, body: 'b' },
        '204 with a body': { code: 204, body: 'b' },
        '304 with a body': { code: 304, body: 'b' },
        999: { code: 999, body: 'b' },
      },
      (format, number) => published(scene, number, format),
    ),
  ),
  fidelityCase('http-response: headers', (scene) =>
    table<object>(
      {
        none: { body: 'b' },
        'an object': { headers: { 'X-New': 'new', 'Content-Type': 'text/new' }, body: 'b' },
        'a list': {
          headers: [
            ['X-New', '1'],
            ['X-New', '2'],
            ['x-own', 'new'],
          ],
          body: 'b',
        },
        'an empty value': { headers: { 'X-Own': '' }, body: 'b' },
        'a length that is wrong': { headers: { 'Content-Length': '99' }, body: 'b' },
        'of GRIP': { headers: { 'Grip-Hold': 'stream', 'Grip-Status': '404', 'X-New': 'new' }, body: 'b' },
        // A quirk: those that are named are the ones that are dropped.
        'Grip-Expose-Headers': { headers: { 'Grip-Expose-Headers': 'X-Own', 'X-New': 'new' }, body: 'b' },
        'Grip-Expose-Headers of two': {
          headers: { 'Grip-Expose-Headers': 'x-own, X-NEW', 'X-New': '1' },
          body: 'b',
        },
        cookies: {
          headers: [
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2'],
          ],
          body: 'b',
        },
      },
      (format, number) => published(scene, number, format),
    ),
  ),
  fidelityCase('http-response: bodies', (scene) =>
    table<object>(
      {
        empty: { body: '' },
        'text of two bytes a character': { body: 'é' },
        base64: { 'body-bin': 'AP+A' },
        'base64 before text': { 'body-bin': 'YmluCg==', body: 'text' },
        'base64 that is none': { 'body-bin': '****' },
        'base64 for the Web': { 'body-bin': '-_-_' },
        'a close': { action: 'close' },
        'an empty action': { action: 'send', body: 'b' },
      },
      (format, number) => published(scene, number, format),
    ),
  ),
  fidelityCase('http-response: to all who wait, once', async (scene) => {
    scene.serve('/', () => longPoll(scene.channel()));
    await scene.warm(scene.channel());
    const clients = await Promise.all([scene.hold('/'), scene.hold('/'), scene.hold('/')]);
    await scene.publish(
      { channel: scene.channel(), 'http-response': { body: 'first\n' } },
      { channel: scene.channel(), 'http-response': { body: 'second\n' } },
    );
    return clients.map((client) => client.body);
  }),
  fidelityCase('http-response and http-stream: each kind gets its own', async (scene) => {
    scene.serve('/poll', () => longPoll(scene.channel()));
    scene.serve('/stream', () =>
      respond({ 'Grip-Hold': 'stream', 'Grip-Channel': scene.channel() }, 'open\n'),
    );
    await scene.warm(scene.channel());
    const poll = await scene.hold('/poll');
    const stream = await scene.stream('/stream', 'open\n');
    const channel = scene.channel();
    await scene.publish({ channel, 'http-stream': { content: 's' } });
    await scene.publish({ channel, 'ws-message': { content: 'w' } });
    const before = [poll.body, stream.body];
    await scene.publish({
      channel,
      formats: { 'http-response': { body: 'r' }, 'http-stream': { content: 't' } },
    });
    return { before, after: [poll.body, stream.body], open: stream.ending === undefined };
  }),
  fidelityCase(
    'http-response: a channel that had no subscriber is asked for again after a second',
    async (scene) => {
      scene.serve('/', (_, count) => longPoll(scene.channel(), { 'X-Count': String(count) }));
      const first = await scene.hold('/');
      await scene.eventually(() => scene.requests('/').length > 1, 'the second request');
      await scene.sleep(1500);
      // Now that there is a subscriber, another one is not asked again.
      const second = await scene.hold('/');
      await scene.sleep(2000);
      await scene.publish({ channel: scene.channel(), 'http-response': { body: 'done' } });
      const { headers } = await first.answer();
      return {
        requests: scene.requests('/').length,
        counts: [headers['x-count'] ?? null, (await second.answer()).headers['x-count'] ?? null],
        methods: scene.requests('/').map(({ method }) => method),
      };
    },
  ),
  fidelityCase('http-response: what is published while nobody waits is not kept', async (scene) => {
    scene.serve('/', () => longPoll(scene.channel(), { 'Grip-Timeout': '5' }));
    await scene.publish({ channel: scene.channel(), 'http-response': { body: 'early\n' } });
    return (await scene.answer('/')).body;
  }),
  fidelityCase(
    'http-response: body-patch into a list',
    async (scene) => {
      const channel = scene.channel();
      const headers = { 'Grip-Hold': 'response', 'Grip-Channel': channel };
      scene.serve('/', () => respond(headers, '{"list":[1,2]}\n'));
      await scene.warm(channel);
      const client = await scene.hold('/');
      const patch = [{ op: 'add', path: '/list/0', value: 0 }];
      await scene.publish({ channel, 'http-response': { 'body-patch': patch } });
      return (await client.answer()).body;
    },
    { kept: 'Pushpin 1.36 replaces what is there, where RFC 6902, 4.1, says that it is moved up.' },
  ),
  fidelityCase('http-response: body-patch', (scene) =>
    table<readonly unknown[]>(
      {
        replace: [{ op: 'replace', path: '/a', value: 2 }],
        add: [{ op: 'add', path: '/c', value: [1, null, 'x'] }],
        remove: [{ op: 'remove', path: '/a' }],
        'at the end of a list': [{ op: 'add', path: '/list/-', value: 9 }],
        move: [{ op: 'move', from: '/a', path: '/b' }],
        copy: [{ op: 'copy', from: '/a', path: '/b' }],
        'a test that holds': [
          { op: 'test', path: '/a', value: 1 },
          { op: 'replace', path: '/a', value: 2 },
        ],
        'a test that fails': [
          { op: 'test', path: '/a', value: 7 },
          { op: 'replace', path: '/a', value: 2 },
        ],
        'a path that is not there': [{ op: 'remove', path: '/none' }],
        'an operation nobody knows': [{ op: 'x', path: '/a' }],
        nonsense: [5],
        empty: [],
      },
      async (patch, number) => {
        const channel = scene.channel(String(number));
        const headers = { 'Grip-Hold': 'response', 'Grip-Channel': channel };
        scene.serve(`/${number}`, () => respond(headers, '{"a":1,"list":[1,2]}\n'));
        await scene.warm(channel);
        const client = await scene.hold(`/${number}`);
        await scene.publish({ channel, 'http-response': { 'body-patch': patch } });
        return (await client.answer()).body;
      },
    ),
  ),
  fidelityCase('http-response: body-patch of what is no JSON', async (scene) => {
    scene.serve('/', () => longPoll(scene.channel()));
    await scene.warm(scene.channel());
    const client = await scene.hold('/');
    const patch = [{ op: 'add', path: '/a', value: 1 }];
    await scene.publish({ channel: scene.channel(), 'http-response': { 'body-patch': patch } });
    return (await client.answer()).body;
  }),
  fidelityCase('http-response: a hint asks the service again', async (scene) => {
    const state = { done: false };
    scene.serve('/', () => (state.done ? respond({ 'X-New': '1' }, 'new\n') : longPoll(scene.channel())));
    await scene.warm(scene.channel());
    const client = await scene.hold('/', { headers: { 'X-Client': 'kept', Cookie: 'a=1' } });
    state.done = true;
    await scene.publish({ channel: scene.channel(), 'http-response': { action: 'hint' } });
    const { status, headers, body } = await client.answer();
    const last = scene.requests('/').at(-1)?.headers ?? {};
    return {
      status,
      new: headers['x-new'] ?? null,
      body,
      asked: [last['x-client'] ?? null, last['cookie'] ?? null, last['grip-last'] ?? null],
    };
  }),
];
