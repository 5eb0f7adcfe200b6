import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { respond } from '../responses.js';
import type { Scene } from '../scene.js';
import { table } from '../table.js';

const TYPE = 'application/grip-instruct';

/** What a client gets of an instruct, and whether it stays open; `CHANNEL` in it is a channel of the case. */
async function instructed(
  scene: Scene,
  path: string,
  instruct: unknown,
  headers: Record<string, string> = { 'Content-Type': TYPE },
  status = 200,
): Promise<Json> {
  const body = typeof instruct === 'string' ? instruct : JSON.stringify(instruct);
  scene.serve(path, () => respond(headers, body.replaceAll('CHANNEL', scene.channel()), status));
  const client = await scene.hold(path);
  await scene.sleep(300);
  const own = Object.entries(client.head?.headers ?? {}).filter(([name]) =>
    /^(?:x-|content-type)/.test(name),
  );
  return {
    status: client.head?.status ?? null,
    reason: client.head?.reason ?? null,
    ...Object.fromEntries(own),
    body: scene.plain(client.body),
    open: client.ending === undefined,
  };
}

const HOLD = { mode: 'stream', channels: [{ name: 'CHANNEL' }] };
const RESPONSE = { body: 'open\n' };

/** `application/grip-instruct`: the headers' content as JSON. */
export const instructCases: readonly FidelityCase[] = [
  fidelityCase('instruct: what is held', (scene) =>
    table<object>(
      {
        stream: { hold: HOLD, response: RESPONSE },
        response: { hold: { ...HOLD, mode: 'response' }, response: RESPONSE },
        'no mode': { hold: { channels: HOLD.channels }, response: RESPONSE },
        'mode in capitals': { hold: { ...HOLD, mode: 'STREAM' }, response: RESPONSE },
        'mode that is no text': { hold: { ...HOLD, mode: 1 }, response: RESPONSE },
        'mode null': { hold: { ...HOLD, mode: null }, response: RESPONSE },
        'no hold': { response: RESPONSE },
        'hold that is no object': { hold: 'stream', response: RESPONSE },
        'hold null': { hold: null, response: RESPONSE },
        'no response': { hold: HOLD },
        'nothing at all': {},
        'unknown fields': { hold: { ...HOLD, colour: 'red' }, response: RESPONSE, colour: 'red' },
      },
      (instruct, number) => instructed(scene, `/${number}`, instruct),
    ),
  ),
  fidelityCase('instruct: channels', (scene) =>
    table<unknown>(
      {
        missing: undefined,
        empty: [],
        'no list': { name: 'CHANNEL' },
        'a text': ['CHANNEL'],
        'no name': [{}],
        'a name that is no text': [{ name: 1 }],
        'prev-id that is no text': [{ name: 'CHANNEL', 'prev-id': 1 }],
        'filters that is no list': [{ name: 'CHANNEL', filters: 'skip-self' }],
        'a filter that is no text': [{ name: 'CHANNEL', filters: [1] }],
        'a filter that nobody knows': [{ name: 'CHANNEL', filters: ['colour'] }],
      },
      (channels, number) =>
        instructed(scene, `/${number}`, { hold: { mode: 'stream', channels }, response: RESPONSE }),
    ),
  ),
  fidelityCase('instruct: timeouts of a hold', (scene) =>
    table<unknown>(
      { text: '7', word: 'x', fraction: 5.5, negative: -1, null: null, true: true, list: [] },
      (timeout, number) =>
        instructed(scene, `/${number}`, { hold: { ...HOLD, timeout }, response: RESPONSE }),
    ),
  ),
  fidelityCase('instruct: keep-alive', (scene) =>
    table<unknown>(
      {
        text: { content: 'k', timeout: 1 },
        base64: { 'content-bin': 'aw==', timeout: 1 },
        both: { 'content-bin': 'aw==', content: 'x', timeout: 1 },
        'no content': { timeout: 1 },
        'content that is no text': { content: 1, timeout: 1 },
        'content-bin that is no text': { 'content-bin': 1, timeout: 1 },
        'timeout as text': { content: 'k', timeout: '1' },
        'timeout that is none': { content: 'k', timeout: 'x' },
        'timeout negative': { content: 'k', timeout: -1 },
        'no object': 'k',
      },
      async (keepAlive, number) => {
        const path = `/${number}`;
        const instruct = { hold: { ...HOLD, 'keep-alive': keepAlive }, response: RESPONSE };
        scene.serve(path, () =>
          respond({ 'Content-Type': TYPE }, JSON.stringify(instruct).replaceAll('CHANNEL', scene.channel())),
        );
        const client = scene.open(path);
        const { status } = await client.response();
        await scene.sleep(3000);
        return status === 200 ? client.body.replace(/k+$/, 'k…') : status;
      },
    ),
  ),
  fidelityCase('instruct: the response', (scene) =>
    table<unknown>(
      {
        code: { ...RESPONSE, code: 201 },
        'code and reason': { ...RESPONSE, code: 201, reason: 'Fine enough' },
        'reason only': { ...RESPONSE, reason: 'Fine enough' },
        'code as text': { ...RESPONSE, code: '201' },
        'code 1000': { ...RESPONSE, code: 1000 },
        'code negative': { ...RESPONSE, code: -1 },
        'reason that is no text': { ...RESPONSE, reason: 1 },
        'headers as an object': { ...RESPONSE, headers: { 'Content-Type': 'text/x', 'X-A': '1' } },
        'headers as a list': {
          ...RESPONSE,
          headers: [
            ['X-A', '1'],
            ['X-A', '2'],
          ],
        },
        'headers: a value that is no text': { ...RESPONSE, headers: { 'X-A': 1 } },
        'headers: a list of three': { ...RESPONSE, headers: [['X-A', '1', '2']] },
        'headers: no list in the list': { ...RESPONSE, headers: ['X-A'] },
        'headers: a text': { ...RESPONSE, headers: 'X-A: 1' },
        'headers of GRIP': { ...RESPONSE, headers: { 'X-Grip-Colour': 'red', 'X-B': '2' } },
        'body-bin': { 'body-bin': 'b3Blbgo=' },
        'body-bin before body': { 'body-bin': 'YmluCg==', body: 'text\n' },
        'body that is no text': { body: 1 },
        'no object': 'open\n',
        null: null,
      },
      (response, number) => instructed(scene, `/${number}`, { hold: HOLD, response }),
    ),
  ),
  fidelityCase('instruct: what is not one', (scene) =>
    table<string>(
      {
        'no JSON': 'hello',
        'an empty body': '',
        'a list': '[]',
        null: 'null',
        'a text': '"x"',
        'JSON and more': '{} x',
      },
      (body, number) => instructed(scene, `/${number}`, body),
    ),
  ),
  fidelityCase('instruct: its type and status', async (scene) => {
    const instruct = { hold: HOLD, response: RESPONSE };
    return {
      charset: await instructed(scene, '/1', instruct, { 'Content-Type': `${TYPE}; charset=utf-8` }),
      capitals: await instructed(scene, '/2', instruct, { 'Content-Type': 'Application/Grip-Instruct' }),
      'status 201': await instructed(scene, '/3', instruct, { 'Content-Type': TYPE }, 201),
      'status 404': await instructed(scene, '/4', instruct, { 'Content-Type': TYPE }, 404),
    };
  }),
  fidelityCase('instruct: with GRIP headers beside it', async (scene) => {
    const body = { response: RESPONSE };
    const stream = { 'Content-Type': TYPE, 'Grip-Hold': 'stream', 'Grip-Channel': scene.channel('b') };
    return {
      'a hold in the headers': await instructed(scene, '/1', body, stream),
      'both hold': await instructed(scene, '/2', { ...body, hold: { ...HOLD, mode: 'response' } }, stream),
      'a status in the headers': await instructed(scene, '/3', body, {
        'Content-Type': TYPE,
        'Grip-Status': '201',
      }),
      'headers of its own': await instructed(scene, '/4', body, { 'Content-Type': TYPE, 'X-Own': '1' }),
    };
  }),
  fidelityCase('instruct: channels of both, and messages of both', async (scene) => {
    const instruct = {
      hold: { mode: 'stream', channels: [{ name: scene.channel('a') }] },
      response: RESPONSE,
    };
    const headers = { 'Content-Type': TYPE, 'Grip-Channel': scene.channel('b') };
    scene.serve('/', () => respond(headers, JSON.stringify(instruct)));
    const client = await scene.stream('/', 'open\n');
    await scene.publish(
      { channel: scene.channel('a'), 'http-stream': { content: '[a]' } },
      { channel: scene.channel('b'), 'http-stream': { content: '[b]' } },
    );
    return client.body;
  }),
];
