import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { PASSWORD, TOKENS } from './app.js';
import { item, unique } from './clients.js';
import { type ContractCase, contractCase } from './contract-case.js';

/** What runs in front of a transport changes its responses, and must not change what becomes of a handoff. */
export const middlewareCases: readonly ContractCase[] = [
  contractCase(
    '/behind/sse: held through middleware, whose headers reach the client',
    async (clients) => {
      const client = clients.sse('/behind/sse', { 'Accept-Encoding': 'gzip' });
      const response = await client.response();
      assert.deepEqual([response.status, response.headers.get('Content-Type')], [200, 'text/event-stream']);
      assert.equal(response.headers.get('X-After'), 'set');
      assert.equal(response.headers.get('X-Content-Type-Options'), 'nosniff');
      assert.equal(response.headers.get('Access-Control-Allow-Origin'), '*');
      await clients.subscribed([client]);
      const data = unique('behind');
      await clients.publish(item({ 'http-stream': { content: `data: ${data}\n\n` } }));
      await client.event(data, (event) => event.data === data);
    },
    'commands',
  ),

  contractCase(
    '/behind/ws: opens and echoes through middleware',
    async (clients) => {
      const socket = await clients.webSocket('/behind/ws');
      await socket.ask('through middleware');
      await clients.subscribed([socket]);
      socket.socket.close(4000);
      assert.equal((await socket.closed()).code, 4000);
    },
    'commands',
  ),

  contractCase(
    '/behind/response: a poll through middleware gets the next message',
    async (clients) => {
      const poll = clients.poll('/behind/response');
      const body = unique('polled');
      const answer = await clients.untilReceived(poll, () => item({ 'http-response': { body } }));
      assert.deepEqual([answer.status, answer.body.toString()], [200, body]);
    },
    'commands',
  ),

  contractCase(
    '/behind: a forged signature and an unknown path are refused as ever',
    async (clients) => {
      const forged = await clients.direct('/behind/sse', { headers: { 'Grip-Sig': 'forged' } });
      assert.deepEqual([forged.status, forged.headers['x-after']], [403, 'set']);
      const unknown = await clients.direct('/behind/unknown');
      assert.deepEqual([unknown.status, unknown.headers['x-after']], [404, 'set']);
      const preflight = await clients.direct('/behind/sse', {
        method: 'OPTIONS',
        headers: { Origin: 'https://other.example', 'Access-Control-Request-Method': 'GET' },
      });
      assert.deepEqual([preflight.status, preflight.headers['grip-hold']], [204, undefined]);
    },
    'commands',
  ),

  ...[
    ['/behind-password', `Basic ${btoa(`${PASSWORD.username}:${PASSWORD.password}`)}`] as const,
    ['/behind-token', `Bearer ${token()}`] as const,
  ].map(([path, authorization]) =>
    contractCase(
      `${path}: lets through who may, on both passes, and nobody else`,
      async (clients) => {
        const headers = { Authorization: authorization };
        const [sse, socket] = [
          clients.sse(`${path}/sse`, headers),
          await clients.webSocket(`${path}/ws`, headers),
        ];
        assert.equal((await sse.response()).status, 200);
        await socket.ask('let through');
        await clients.subscribed([sse, socket]);
        for (const wrong of [{}, { Authorization: `${authorization}x` }]) {
          const refused = await clients.direct(`${path}/sse`, { headers: wrong });
          assert.deepEqual([refused.status, refused.headers['grip-hold']], [401, undefined]);
        }
      },
      'commands',
    ),
  ),
];

/** Good for an hour, by which the contract is done. */
function token(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: TOKENS.alg, typ: 'JWT' })}.${part({ exp: Math.floor(Date.now() / 1000) + 3600 })}`;
  return `${signed}.${createHmac('sha256', TOKENS.secret).update(signed).digest('base64url')}`;
}
