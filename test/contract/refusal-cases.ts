import assert from 'node:assert/strict';
import { type Clients, unique } from './clients.js';
import { type ContractCase, contractCase } from './contract-case.js';
import { assertNoGripHeaders } from './http-clients.js';

/** The reference paths, and that of the `CommandTransport` where there is one. */
export function paths({ target }: Clients): string[] {
  return ['/ws', '/sse', '/stream', '/response', ...(target.commands ? [target.commands] : [])];
}

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
};

/** What is refused before any signature counts. */
export const refusalCases: readonly ContractCase[] = [
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((method) =>
    contractCase(`${method} without a Grip-Sig is answered with 405`, async (clients) => {
      for (const path of paths(clients)) {
        const body = method.startsWith('P') ? 'OPEN\r\n' : undefined;
        const { status, headers } = await clients.direct(path, { method, ...(body && { body }) });
        assert.equal(status, 405, path);
        assert.equal(headers.allow, 'GET', path);
        assertNoGripHeaders(headers);
      }
    }),
  ),

  contractCase('WebSocket-over-HTTP without a Grip-Sig is answered with 405', async (clients) => {
    for (const type of ['application/websocket-events', 'Application/WebSocket-Events']) {
      const { status, headers } = await clients.direct('/ws', {
        method: 'POST',
        headers: { 'Content-Type': type, Accept: type, 'Connection-Id': 'mine', 'Meta-User': 'admin' },
        body: 'OPEN\r\n',
      });
      assert.equal(status, 405, type);
      assertNoGripHeaders(headers);
    }
  }),

  contractCase('GET /ws without an upgrade is answered with 426', async (clients) => {
    const { status, headers } = await clients.direct('/ws');
    assert.equal(status, 426);
    assert.match(headers.upgrade ?? '', /^websocket$/i);
    assertNoGripHeaders(headers);
  }),

  contractCase('an unknown path is answered with 404, whatever the method', async (clients) => {
    for (const path of ['/', `/${unique('unknown')}`, '/ws/x', '/sse/']) {
      for (const method of ['GET', 'POST']) {
        const { status, headers } = await clients.direct(path, { method });
        assert.equal(status, 404, `${method} ${path}`);
        assertNoGripHeaders(headers);
      }
    }
  }),

  contractCase('a WebSocket to a path that takes none is refused with a status', async (clients) => {
    for (const path of ['/sse', '/stream', '/response', `/${unique('unknown')}`]) {
      const { status, headers } = await clients.direct(path, { headers: UPGRADE });
      assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
      assertNoGripHeaders(headers);
    }
  }),
];
