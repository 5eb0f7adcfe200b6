import { HANDOFF_PROOF, handoffProof } from '../../src/protocol/handoff-proof.js';
import type { Target } from './row.js';
import { HANDOFF_KEY, SECRET } from './services/secret.js';
import { es256, hs256 } from './tokens.js';
import type { ServiceName } from './wasm-build.js';
import { TARGETS } from './wasm-targets.js';

/** A request that is measured, and what its answer must have: else something else is measured. */
export interface MeasuredRequest {
  readonly what: string;
  readonly service: ServiceName;
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Headers;
  readonly body?: string;
  readonly expected: { readonly status: number; readonly header?: string; readonly length?: number };
  readonly target?: Target;
}

type Headers = Readonly<Record<string, string>>;

/** Answered by what stands in for Fanout. */
export const HANDED_OFF = 'x-handed-off';
const HELD = { status: 200, header: 'grip-hold' };

/** What all ratios are to. */
export const BARE: MeasuredRequest = { what: 'bare handler', service: 'bare', path: '/', expected: HELD };
const BARE_HANDOFF: MeasuredRequest = {
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
  const [es, hs] = [es256({ iss: 'bench' }), hs256({ iss: 'viceroy' })];
  const byES256 = () => ({ 'Grip-Sig': es });
  const byHS256 = () => ({ 'Grip-Sig': hs });
  const now = Math.floor(Date.now() / 1000);
  const byProof = (path: string) => ({
    'Grip-Sig': es,
    [HANDOFF_PROOF]: handoffProof(HANDOFF_KEY, path, now),
  });
  return [
    BARE_HANDOFF,
    { ...BARE_HANDOFF, what: 'Hono handoff', service: 'hono-handoff', path: '/sse' },
    { ...BARE_HANDOFF, what: 'Hono handoff, a key used', service: 'hono-handoff-openssl', path: '/sse' },
    { ...BARE, what: 'bare ES256', service: 'bare-es256', headers: byES256() },
    { ...BARE, what: 'bare ES256, reused sandbox', service: 'bare-es256-reused', headers: byES256() },
    { ...BARE, what: 'bare HS256', service: 'bare-hs256', headers: { 'Grip-Sig': hs256({}, SECRET) } },
    { ...BARE, what: 'bare proof', service: 'bare-proof' },
    { what: 'no such path', service: 'reference', path: '/nothing', expected: { status: 404 } },
    ...firstPasses('reference', '', TARGETS.firstPass),
    ...secondPasses('es256', 'ES256', byES256, TARGETS.es256),
    ...secondPasses('reference', 'HS256', byHS256, TARGETS.hs256),
    ...firstPasses('proven', ', proving it', TARGETS.firstPassProving),
    ...secondPasses('proven', 'proof', byProof, TARGETS.proof),
    ...echoes('reference', 'HS256', byHS256),
    ...echoes('proven', 'proof', byProof),
    ...openings('jwt', '', es, TARGETS.opening),
    ...openings('jwt-reused', ', reused sandbox', es, TARGETS.openingReused),
  ];
}

function firstPasses(service: ServiceName, how: string, target: Target): MeasuredRequest[] {
  return Object.entries({ ...HTTP, WebSocket: '/ws' }).map(([name, path]) => ({
    what: `first pass, ${name}${how}`,
    service,
    path,
    ...(path === '/ws' && { headers: UPGRADE }),
    expected: { status: 200, header: HANDED_OFF },
    target,
  }));
}

function secondPasses(
  service: ServiceName,
  how: string,
  verified: (path: string) => Headers,
  target: Target,
): MeasuredRequest[] {
  const requests = Object.entries(HTTP).map(([name, path]) => ({
    what: `second pass, ${name}, ${how}`,
    service,
    path,
    headers: verified(path),
    expected: HELD,
    target,
  }));
  const what = `second pass, WebSocket, ${how}`;
  return [...requests, { ...events(what, 'OPEN\r\n', verified('/ws')), service, target }];
}

function echoes(service: ServiceName, how: string, verified: (path: string) => Headers): MeasuredRequest[] {
  return [1, 100].map((count) => ({
    ...events(
      `WebSocket echo of ${count}, ${how}`,
      'TEXT b\r\nhello world\r\n'.repeat(count),
      verified('/ws'),
    ),
    service,
    ...(count === 100 && { target: TARGETS.echo }),
  }));
}

function openings(service: ServiceName, where: string, signature: string, target: Target): MeasuredRequest[] {
  const user = hs256({ channels: ['news'] }, SECRET);
  const headers = { 'Grip-Sig': signature, Authorization: `Bearer ${user}` };
  return [
    {
      ...events(`opening by token, WebSocket${where}`, 'OPEN\r\n', headers),
      service,
      path: '/live/ws',
      target,
    },
    {
      what: `opening by token, SSE${where}`,
      service,
      path: '/live/sse',
      headers,
      expected: { status: 200, header: 'grip-link' },
      target,
    },
  ];
}

function events(what: string, body: string, headers: Headers): Omit<MeasuredRequest, 'service'> {
  return {
    what,
    method: 'POST',
    path: '/ws',
    headers: { ...headers, 'Content-Type': 'application/websocket-events', 'Connection-Id': 'bench' },
    body,
    expected: { status: 200, length: body.length },
  };
}
