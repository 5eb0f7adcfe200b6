import type { Logger, LogRecord } from '../../src/logger.js';
import { type FanoutPlatform, type FetchApp, fetchOn } from '../../src/platform.js';
import { GripSignatureVerifier, hmacKey } from '../../src/protocol/grip-signature.js';
import { encodeWebSocketEvents, type OutgoingWebSocketEvent } from '../../src/protocol/websocket-events.js';
import { gripToken, hmacSigner, seconds } from './grip-tokens.js';

export const SECRET = 'the secret of the tests';
export const ISSUER = 'fanout-of-the-tests';

/** What the runtime makes: only its identity counts, and it can't be cloned. */
class HandoffResponse extends Response {
  override clone(): never {
    throw new TypeError('A handoff has no clone.');
  }
}

export interface FakePlatform extends FanoutPlatform {
  readonly handoffs: { readonly request: Request; readonly backend: string }[];
  /** What every handoff answers. */
  readonly response: Response;
}

export function fakePlatform(options: Partial<FanoutPlatform> = {}): FakePlatform {
  const handoffs: FakePlatform['handoffs'] = [];
  const response = new HandoffResponse();
  return {
    handoff(request, backend) {
      handoffs.push({ request, backend });
      return response;
    },
    fetch: async () => new Response('from the origin'),
    trust: { verifier: new GripSignatureVerifier([hmacKey(SECRET)]), issuers: [ISSUER] },
    clientAddress: '192.0.2.7',
    serviceVersion: '42',
    ...options,
    handoffs,
    response,
  };
}

export function validToken(issuer: string = ISSUER, secret: string = SECRET): string {
  return gripToken({ typ: 'JWT', alg: 'HS256' }, { iss: issuer, exp: seconds() + 3600 }, hmacSigner(secret));
}

export function request(path: string, init?: RequestInit): Request {
  return new Request(`https://edge.example${path}`, init);
}

/** A request as Fanout sends it. */
export function signed(path: string, init: RequestInit = {}): Request {
  const all = request(path, init);
  all.headers.set('Grip-Sig', validToken());
  return all;
}

/** Fanout's request with what happened on a WebSocket; of text, each character is a byte. */
export function signedEvents(
  path: string,
  body: readonly OutgoingWebSocketEvent[] | string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Request {
  return signed(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/websocket-events', 'Connection-Id': 'connection-1', ...headers },
    body: bodyOf(body),
  });
}

function bodyOf(
  body: readonly OutgoingWebSocketEvent[] | string | Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return Uint8Array.from(body, (char) => char.charCodeAt(0));
  return body instanceof Uint8Array ? body : encodeWebSocketEvents(body);
}

/** The app's answer on a platform of its own. */
export async function answer(
  app: FetchApp,
  to: Request,
  platform: FanoutPlatform = fakePlatform(),
): Promise<Response> {
  return await fetchOn(platform, app, to);
}

/** Latin-1, so that each byte of a body is a character. */
export async function bytes(response: Response): Promise<string> {
  return Buffer.from(await response.arrayBuffer()).toString('latin1');
}

export interface RecordingLogger {
  readonly records: LogRecord[];
  readonly logger: Logger;
}

export function recordingLogger(): RecordingLogger {
  const records: LogRecord[] = [];
  return { records, logger: (record) => records.push(record) };
}
