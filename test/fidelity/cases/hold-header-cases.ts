import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { longPoll, respond, stream } from '../responses.js';
import type { Scene } from '../scene.js';

/** What a client gets of a response with these headers, and whether it is held then. */
async function heldOrNot(scene: Scene, headers: Record<string, string>, body = 'body\n'): Promise<Json> {
  scene.serve('/', () => respond(headers, body));
  const client = await scene.hold('/');
  await scene.sleep(300);
  return {
    status: client.head?.status ?? null,
    type: client.head?.headers['content-type'] ?? null,
    body: client.body,
    open: client.ending === undefined,
  };
}

function holdCase(name: string, headers: (scene: Scene) => Record<string, string>): FidelityCase {
  return fidelityCase(name, (scene) => heldOrNot(scene, headers(scene)));
}

/** The status and reason that a client gets of a `Grip-Status`. */
function statusCase(value: string): FidelityCase {
  return fidelityCase(`Grip-Status: ${JSON.stringify(value)}`, async (scene) => {
    scene.serve('/none', () => respond({ 'Grip-Status': value }, 'body\n'));
    scene.serve('/stream', () => stream(scene.channel(), { 'Grip-Status': value }));
    const none = await scene.answer('/none');
    const held = await scene.open('/stream').response();
    return {
      none: [none.status, none.reason, none.body],
      stream: [held.status, held.reason],
    };
  });
}

/** Which headers a client sees with a `Grip-Expose-Headers`. */
function exposeCase(value: string): FidelityCase {
  return fidelityCase(`Grip-Expose-Headers: ${JSON.stringify(value)}`, async (scene) => {
    const headers = { 'Grip-Expose-Headers': value, 'X-One': '1', 'X-Two': '2', ETag: '"e"' };
    scene.serve('/', () => stream(scene.channel(), headers));
    const { headers: seen } = await scene.open('/').response();
    return Object.keys(seen).filter((name) => /^(?:x-|etag|content-type|grip-)/.test(name));
  });
}

/** What Fanout makes of the values of headers that ask for a hold. */
export const holdHeaderCases: readonly FidelityCase[] = [
  holdCase('Grip-Hold: response', (scene) => ({ 'Grip-Hold': 'response', 'Grip-Channel': scene.channel() })),
  holdCase('Grip-Hold: stream', (scene) => ({ 'Grip-Hold': 'stream', 'Grip-Channel': scene.channel() })),
  holdCase('Grip-Hold in capitals', (scene) => ({ 'Grip-Hold': 'STREAM', 'Grip-Channel': scene.channel() })),
  holdCase('Grip-Hold: none', (scene) => ({ 'Grip-Hold': 'none', 'Grip-Channel': scene.channel() })),
  holdCase('Grip-Hold: empty', (scene) => ({ 'Grip-Hold': '', 'Grip-Channel': scene.channel() })),
  holdCase('Grip-Hold with a parameter', (scene) => ({
    'Grip-Hold': 'stream; x=1',
    'Grip-Channel': scene.channel(),
  })),
  holdCase('Grip-Hold twice', (scene) => ({
    'Grip-Hold': 'stream, stream',
    'Grip-Channel': scene.channel(),
  })),
  holdCase('Grip-Channel without Grip-Hold', (scene) => ({ 'Grip-Channel': scene.channel() })),
  holdCase('Grip-Hold: stream without Grip-Channel', () => ({ 'Grip-Hold': 'stream' })),
  holdCase('Grip-Hold: response without Grip-Channel', () => ({ 'Grip-Hold': 'response' })),
  holdCase('Grip headers that nobody knows', () => ({ 'Grip-Colour': 'red' })),
  holdCase('Grip-Timeout: not a number', (scene) => ({
    'Grip-Hold': 'response',
    'Grip-Channel': scene.channel(),
    'Grip-Timeout': 'soon',
  })),
  holdCase('Grip-Timeout: negative', (scene) => ({
    'Grip-Hold': 'response',
    'Grip-Channel': scene.channel(),
    'Grip-Timeout': '-1',
  })),
  holdCase('Grip-Timeout: a fraction', (scene) => ({
    'Grip-Hold': 'response',
    'Grip-Channel': scene.channel(),
    'Grip-Timeout': '7.5',
  })),
  holdCase('Grip-Timeout: empty', (scene) => ({
    'Grip-Hold': 'response',
    'Grip-Channel': scene.channel(),
    'Grip-Timeout': '',
  })),
  holdCase('Grip-Timeout: bad, on a stream', (scene) => ({
    'Grip-Hold': 'stream',
    'Grip-Channel': scene.channel(),
    'Grip-Timeout': 'soon',
  })),
  holdCase('Grip-Timeout: bad, without a hold', () => ({ 'Grip-Timeout': 'soon' })),
  holdCase('Grip-Timeout: more than an integer', (scene) => ({
    'Grip-Hold': 'response',
    'Grip-Channel': scene.channel(),
    'Grip-Timeout': '99999999999',
  })),
  ...['0', '1', ' 5 ', '+5', '0x5'].map((timeout) =>
    fidelityCase(`Grip-Timeout: ${JSON.stringify(timeout)}`, async (scene) => {
      scene.serve('/', () => longPoll(scene.channel(), { 'Grip-Timeout': timeout, 'X-Own': 'yes' }));
      const client = scene.open('/');
      const { status, headers, body } = await client.answer();
      return {
        status,
        own: headers['x-own'] ?? null,
        body,
        after5s: client.endedAt - client.startedAt > 4900,
      };
    }),
  ),
  ...['304', '299 Fine enough', '404 ', '999', '1000', '-1', 'abc', '404x', '', '204'].map((value) =>
    statusCase(value),
  ),
  ...['X-One', 'x-one, X-TWO', 'X-One,Content-Type', '', '*', 'X-One; q=1'].map((value) => exposeCase(value)),
];
