import assert from 'node:assert/strict';
import { assertNoGripHeaders } from './exchange.js';
import { type TargetCase, targetCase } from './target-case.js';

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
};

/** What is refused on every path of a transport before any signature counts. */
export function refusalCases(path: string, isWebSocket: boolean): TargetCase[] {
  return [
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((method) =>
      targetCase(`${method} ${path} without a Grip-Sig is answered with 405`, async (clients) => {
        const body = method.startsWith('P') ? 'OPEN\r\n' : undefined;
        const { status, headers } = await clients.direct(path, { method, ...(body && { body }) });
        assert.equal(status, 405);
        assert.equal(headers.allow, 'GET');
        assertNoGripHeaders(headers);
      }),
    ),

    targetCase(`WebSocket-over-HTTP to ${path} without a Grip-Sig is answered with 405`, async (clients) => {
      for (const type of ['application/websocket-events', 'Application/WebSocket-Events']) {
        const { status, headers } = await clients.direct(path, {
          method: 'POST',
          headers: { 'Content-Type': type, Accept: type, 'Connection-Id': 'mine', 'Meta-User': 'admin' },
          body: 'OPEN\r\n',
        });
        assert.equal(status, 405, type);
        assertNoGripHeaders(headers);
      }
    }),

    isWebSocket
      ? targetCase(`GET ${path} without an upgrade is answered with 426`, async (clients) => {
          const { status, headers } = await clients.direct(path);
          assert.equal(status, 426);
          assert.match(headers.upgrade ?? '', /^websocket$/i);
          assertNoGripHeaders(headers);
        })
      : targetCase(`a WebSocket to ${path} is refused with a status`, async (clients) => {
          const { status, headers } = await clients.direct(path, { headers: UPGRADE });
          assert.ok(status >= 400 && status < 500, String(status));
          assertNoGripHeaders(headers);
        }),
  ];
}
