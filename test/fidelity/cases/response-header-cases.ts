import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import type { Head, HttpClient } from '../http-client.js';
import { longPoll, respond, stream } from '../responses.js';
import { table } from '../table.js';

const SENT: Readonly<Record<string, string>> = {
  'X-Own': 'x',
  'Access-Control-Allow-Origin': '*',
  'Accept-Ranges': 'bytes',
  Age: '5',
  'Cache-Control': 'no-store',
  'Content-Language': 'en',
  'Content-Type': 'text/x; charset=utf-8',
  'Content-Disposition': 'inline',
  ETag: '"e"',
  Expires: '0',
  'Grip-Colour': 'red',
  'Last-Modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
  Link: '</x>; rel=next',
  Server: 'own',
  'Set-Cookie': 'a=1',
  'Set-Meta-User': 'ada',
  'Keep-Alive-Interval': '30',
  Vary: 'Accept',
  Via: '1.1 x',
  'X-Accel-Buffering': 'no',
};

/** Those that depend on the machinery between the client and Fanout. */
const HOP = /^(?:connection|keep-alive|date|transfer-encoding)$/;

function shown({ status, headers }: Head): Json {
  return {
    status,
    ...Object.fromEntries(
      Object.entries(headers)
        .filter(([name]) => !HOP.test(name))
        .sort(),
    ),
  };
}

function framing({ headers }: Head): Json {
  return [headers['content-length'] ?? null, headers['transfer-encoding'] ?? null];
}

/** How much of a response has come after a second. */
async function afterASecond(client: HttpClient): Promise<Json> {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return { head: client.head?.status ?? null, body: client.body.length, ending: client.ending ?? 'open' };
}

/** What of the service's response a client sees. */
export const responseHeaderCases: readonly FidelityCase[] = [
  fidelityCase('response: headers without a hold', async (scene) => {
    scene.serve('/plain', () => respond({ ...SENT, 'Grip-Colour': '' }, 'hello\n'));
    const { 'Grip-Colour': _, ...without } = SENT;
    scene.serve('/none', () => respond(without, 'hello\n'));
    return {
      plain: shown(await scene.answer('/plain')),
      'without any of GRIP': shown(await scene.answer('/none')),
    };
  }),
  fidelityCase('response: headers of a stream', async (scene) => {
    scene.serve('/', () => stream(scene.channel(), SENT));
    return shown(await scene.open('/').response());
  }),
  fidelityCase('response: headers of a response hold, at its timeout', async (scene) => {
    scene.serve('/', () => longPoll(scene.channel(), { ...SENT, 'Grip-Timeout': '5' }));
    return shown(await scene.answer('/'));
  }),
  fidelityCase('response: headers of a message', async (scene) => {
    scene.serve('/', () => longPoll(scene.channel(), SENT));
    await scene.warm(scene.channel());
    const client = await scene.hold('/');
    await scene.publish({ channel: scene.channel(), 'http-response': { body: 'done' } });
    return shown(await client.answer());
  }),
  fidelityCase('response: how its length is told', async (scene) => {
    scene.serve('/plain', () => respond({}, 'hello\n'));
    scene.serve('/grip', () => respond({ 'Grip-Channel': 'x' }, 'hello\n'));
    scene.serve('/empty', () => respond({}));
    scene.serve('/204', () => respond({}, '', 204));
    scene.serve('/304', () => respond({ ETag: '"e"' }, '', 304));
    scene.serve('/stream', () => stream(scene.channel()));
    scene.serve('/poll', () => longPoll(scene.channel('b'), { 'Grip-Timeout': '5' }));
    return {
      plain: framing(await scene.answer('/plain')),
      grip: framing(await scene.answer('/grip')),
      empty: framing(await scene.answer('/empty')),
      204: framing(await scene.answer('/204')),
      304: framing(await scene.answer('/304')),
      stream: framing(await scene.open('/stream').response()),
      poll: framing(await scene.answer('/poll')),
    };
  }),
  fidelityCase('response: a stream without a body', (scene) =>
    table<Record<string, string>>(
      {
        plain: {},
        'event-stream': { 'Content-Type': 'text/event-stream' },
        'a status': { 'Grip-Status': '201' },
      },
      async (headers, number) => {
        const channel = scene.channel(String(number));
        scene.serve(`/${number}`, () => stream(channel, headers, ''));
        const client = await scene.hold(`/${number}`);
        const before = await afterASecond(client);
        await scene.publish({ channel, 'http-stream': { content: '' } });
        const afterNothing = await afterASecond(client);
        await scene.publish({ channel, 'http-stream': { content: 'x' } });
        return { before, afterNothing, after: await afterASecond(client) };
      },
    ),
  ),
  fidelityCase('response: a stream without a body that is closed at once', async (scene) => {
    const channel = scene.channel();
    scene.serve('/', () => stream(channel, {}, ''));
    const client = await scene.hold('/');
    await scene.publish({ channel, 'http-stream': { action: 'close' } });
    const { status, headers, body } = await client.answer();
    return { status, length: headers['content-length'] ?? null, body };
  }),
  fidelityCase('response: a stream without a body, without a hold and with a link', async (scene) => {
    scene.serve('/', () => respond({ 'Grip-Link': '<next>; rel=next' }));
    scene.serve('/next', async () => {
      await scene.sleep(1500);
      return respond({}, 'next\n');
    });
    const client = await scene.hold('/');
    return { before: await afterASecond(client), after: (await client.answer()).body };
  }),
  fidelityCase('response: statuses of holds', (scene) =>
    table<number>({ 201: 201, 204: 204, 304: 304, 404: 404, 500: 500, 302: 302 }, async (status, number) => {
      const body = status === 204 || status === 304 ? '' : 'open\n';
      const channel = scene.channel(String(number));
      const headers = { 'Grip-Hold': 'stream', 'Grip-Channel': channel, Location: '/x' };
      scene.serve(`/${number}`, () => respond(headers, body, status));
      const client = await scene.hold(`/${number}`);
      await scene.publish({ channel, 'http-stream': { content: 'x' } });
      return { status: client.head?.status ?? null, body: client.body, ending: client.ending ?? 'open' };
    }),
  ),
  fidelityCase('response: statuses of response holds', (scene) =>
    table<number>({ 201: 201, 304: 304, 404: 404, 500: 500 }, async (status, number) => {
      const channel = scene.channel(String(number));
      const headers = { 'Grip-Hold': 'response', 'Grip-Channel': channel, 'Grip-Timeout': '5' };
      scene.serve(`/${number}`, () => respond(headers, status === 304 ? '' : 'timeout\n', status));
      const answer = await scene.answer(`/${number}`);
      return { status: answer.status, body: answer.body };
    }),
  ),
  fidelityCase('response: content codings of one without a hold', async (scene) => {
    const seen = async (path: string) => {
      const { status, headers, body } = await scene.answer(path);
      return [status, headers['content-encoding'] ?? null, body];
    };
    const serve = (path: string, coding: string, body: Uint8Array<ArrayBuffer>) =>
      scene.serve(path, () => new Response(body, { headers: { 'Content-Encoding': coding } }));
    serve('/unknown', 'x-own', new TextEncoder().encode('hello\n'));
    serve('/gzip', 'gzip', new Uint8Array(gzipSync('hello\n')));
    serve('/br', 'br', new Uint8Array(brotliCompressSync('hello\n')));
    serve('/pretends', 'gzip', new TextEncoder().encode('hello\n'));
    return {
      unknown: await seen('/unknown'),
      gzip: await seen('/gzip'),
      br: await seen('/br'),
      pretends: await seen('/pretends'),
    };
  }),
  fidelityCase('response: content codings', async (scene) => {
    const encoded = { 'Content-Encoding': 'x-own' };
    scene.serve('/grip', () => respond({ ...encoded, 'Grip-Channel': 'x' }, 'hello\n'));
    scene.serve('/stream', () => stream(scene.channel(), encoded));
    const coding = ({ headers }: Head) => headers['content-encoding'] ?? null;
    return {
      grip: coding(await scene.answer('/grip')),
      stream: coding(await scene.open('/stream').response()),
    };
  }),
];
