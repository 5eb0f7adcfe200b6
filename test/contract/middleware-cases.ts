import assert from 'node:assert/strict';
import { item, unique } from './clients.js';
import { type ContractCase, contractCase } from './contract-case.js';

/** What runs in front of a transport changes its responses, and must not change what becomes of a handoff. */
export const middlewareCases: readonly ContractCase[] = [
  contractCase(
    '/behind/sse: held through middleware, whose headers reach the client',
    async (clients) => {
      const client = clients.sse({ 'Accept-Encoding': 'gzip' }, '/behind/sse');
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
      const poll = clients.poll({}, '/behind/response');
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
];
