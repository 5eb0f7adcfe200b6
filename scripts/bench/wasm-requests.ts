import { HANDOFF_PROOF, handoffProof } from '../../src/protocol/handoff-proof.js';
import type { Target } from './row.js';
import { HANDOFF_KEY, SECRET } from './services/secret.js';
import { es256, hs256 } from './tokens.js';
import type { ServiceName } from './wasm-build.js';

/** A request that is measured, and what its answer must have: else something else is measured. */
export interface MeasuredRequest {
  readonly what: string;
  readonly service: ServiceName;
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly expected: { readonly status: number; readonly header?: string; readonly length?: number };
  readonly target?: Target;
}

/** Answered by what stands in for Fanout. */
export const HANDED_OFF = 'x-handed-off';
export const BARE: MeasuredRequest = {
  what: 'bare handler',
  service: 'bare',
  path: '/',
  expected: { status: 200, header: 'grip-hold' },
};
export const BARE_HANDOFF: MeasuredRequest = {
  what: 'bare handoff',
  service: 'bare-handoff',
  path: '/',
  expected: { status: 200, header: HANDED_OFF },
};

const HTTP = { SSE: '/sse', stream: '/stream', 'long poll': '/response' } as const;
const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
};

export function measuredRequests(): MeasuredRequest[] {
  const signed = { HS256: hs256({ iss: 'viceroy' }), ES256: es256({ iss: 'bench' }) };
  const seconds = [
    { algorithm: 'ES256', service: 'es256', target: { atMost: 5 } },
    { algorithm: 'HS256', service: 'reference', target: { atMost: 2 } },
  ] as const;
  const user = hs256({ channels: ['news'] }, SECRET);
  const requests: MeasuredRequest[] = [];

  for (const [name, path] of Object.entries({ ...HTTP, WebSocket: '/ws' })) {
    requests.push({ ...firstPass(name, path), target: { atMost: 1.3 } });
  }
  for (const { algorithm, service, target } of seconds) {
    const headers = { 'Grip-Sig': signed[algorithm] };
    for (const [name, path] of Object.entries(HTTP)) {
      const what = `second pass, ${name}, ${algorithm}`;
      requests.push({ what, service, path, headers, expected: { status: 200, header: 'grip-hold' }, target });
    }
    requests.push({
      ...events(`second pass, WebSocket, ${algorithm}`, 'OPEN\r\n', headers),
      service,
      target,
    });
  }
  requests.push(...provenRequests(signed.ES256));
  const headers = { 'Grip-Sig': signed.HS256 };
  for (const count of [1, 100]) {
    const echoed = 'TEXT b\r\nhello world\r\n'.repeat(count);
    const request = events(`WebSocket echo of ${count}, HS256`, echoed, headers);
    requests.push({ ...request, ...(count === 100 && { target: { atMost: 3 } }) });
  }
  for (const [service, target] of [
    ['jwt', { atMost: 6 }],
    ['jwt-reused', { atMost: 4 }],
  ] as const) {
    const both = { 'Grip-Sig': signed.ES256, Authorization: `Bearer ${user}` };
    const where = service === 'jwt' ? '' : ', reused sandbox';
    const open = events(`opening by token, WebSocket${where}`, 'OPEN\r\n', both);
    requests.push({ ...open, service, path: '/live/ws', target });
    const expected = { status: 200, header: 'grip-link' };
    requests.push({
      what: `opening by token, SSE${where}`,
      service,
      path: '/live/sse',
      headers: both,
      expected,
      target,
    });
  }
  requests.push({ what: 'no such path', service: 'reference', path: '/nothing', expected: { status: 404 } });
  return requests;
}

/** Both passes where the service proves its handoffs. */
function provenRequests(signature: string): MeasuredRequest[] {
  const service = 'proven';
  const target = { atMost: 1.8 };
  const requests: MeasuredRequest[] = [];
  const now = Math.floor(Date.now() / 1000);
  const proven = (path: string) => ({
    'Grip-Sig': signature,
    [HANDOFF_PROOF]: handoffProof(HANDOFF_KEY, path, now),
  });
  for (const [name, path] of Object.entries({ ...HTTP, WebSocket: '/ws' })) {
    const first = firstPass(name, path);
    requests.push({ ...first, what: `${first.what}, proving it`, service, target });
  }
  for (const [name, path] of Object.entries(HTTP)) {
    const expected = { status: 200, header: 'grip-hold' };
    requests.push({
      what: `second pass, ${name}, proof`,
      service,
      path,
      headers: proven(path),
      expected,
      target,
    });
  }
  requests.push({ ...events('second pass, WebSocket, proof', 'OPEN\r\n', proven('/ws')), service, target });
  return requests;
}

function firstPass(name: string, path: string): MeasuredRequest {
  return {
    what: `first pass, ${name}`,
    service: 'reference',
    path,
    ...(path === '/ws' && { headers: UPGRADE }),
    expected: { status: 200, header: HANDED_OFF },
  };
}

function events(what: string, body: string, headers: Readonly<Record<string, string>>): MeasuredRequest {
  return {
    what,
    service: 'reference',
    method: 'POST',
    path: '/ws',
    headers: { ...headers, 'Content-Type': 'application/websocket-events', 'Connection-Id': 'bench' },
    body,
    expected: { status: 200, length: body.length },
  };
}
