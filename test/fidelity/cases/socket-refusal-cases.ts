import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { rawEvents, respond, UPGRADE } from '../responses.js';
import type { Scene } from '../scene.js';
import { table } from '../table.js';

/** Pushpin 1.36 stops there and never ends the response: nothing that an app could want. */
const STUCK = 'a refusal of more than 64 KiB gets stuck in Pushpin 1.36; the embedded one sends it';

/** What a client that wants a WebSocket gets, where the service answers so to OPEN. */
async function opening(scene: Scene, path: string, answer: () => Response): Promise<Json> {
  scene.serve(path, answer, 'websocket');
  const { status, reason, headers, body } = await scene.answer(path, UPGRADE);
  const shown = Object.entries(headers).filter(([name]) => /^(?:x-|content-|location|set-|grip-)/.test(name));
  return { status, reason, headers: Object.fromEntries(shown), body };
}

/** What a client gets whose service does not accept its WebSocket. */
export const socketRefusalCases: readonly FidelityCase[] = [
  fidelityCase('OPEN: answers that are not one', (scene) =>
    table<() => Response>(
      {
        '204': () => respond({ 'X-Own': '1' }, '', 204),
        '200 of another type': () => respond({ 'X-Own': '1' }, 'hello\n'),
        '200 without a body or type': () => new Response(null),
        '302': () => respond({ Location: '/elsewhere', 'X-Own': '1' }, 'moved\n', 302),
        '401': () => respond({ 'WWW-Authenticate': 'Basic', 'X-Own': '1' }, 'who?\n', 401),
        '404': () => respond({ 'X-Own': '1', 'Set-Cookie': 'a=1' }, 'none\n', 404),
        '500': () => respond({ 'X-Own': '1' }, 'broken\n', 500),
        '503 and events': () => rawEvents('OPEN\r\n', {}, 503),
        '201 and events': () => rawEvents('OPEN\r\n', {}, 201),
        'GRIP headers of a refusal': () =>
          respond({ 'Grip-Status': '418', 'Grip-Hold': 'stream' }, 'x\n', 403),
        'Grip-Status of a 200': () => respond({ 'Grip-Status': '418' }, 'x\n'),
      },
      (answer, number) => opening(scene, `/${number}`, answer),
    ),
  ),
  ...[10_000, 30_000, 100_000, 300_000, 1_100_000].map((size) =>
    fidelityCase(
      `OPEN: a refusal of ${size} bytes`,
      async (scene) => {
        scene.serve('/', () => respond({}, 'x'.repeat(size), 403), 'websocket');
        const client = scene.open('/', UPGRADE);
        await scene.sleep(3000);
        const { head, body, ending = 'not ended' } = client;
        const length = head?.headers['content-length'] ?? null;
        return { status: head?.status ?? null, length, complete: body.length === Number(length), ending };
      },
      size < 65_536 || size > 1_000_000 ? {} : { kept: STUCK },
    ),
  ),
  fidelityCase('OPEN: types of the answer', (scene) =>
    table<string>(
      {
        exact: 'application/websocket-events',
        charset: 'application/websocket-events; charset=utf-8',
        capitals: 'Application/WebSocket-Events',
        'a semicolon': 'application/websocket-events;',
        another: 'text/plain',
      },
      (type, number) => opening(scene, `/${number}`, () => rawEvents('OPEN\r\n', { 'Content-Type': type })),
    ),
  ),
];
