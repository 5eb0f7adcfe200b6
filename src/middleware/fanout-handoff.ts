import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { SignatureError } from '../errors.js';
import type { FanoutEnv } from '../fanout-env.js';
import { GripRequest } from '../grip-request.js';
import { isNextLink } from '../hold-life.js';
import { jsonLogger, type Logger, type LogRecord } from '../logger.js';
import { handOff, platformOf } from '../platform.js';
import { needPlatformKeys } from '../platform-keys.js';
import { type GripKey, GripSignatureVerifier } from '../protocol/grip-signature.js';
import { HANDOFF_PROOF } from '../protocol/handoff-proof.js';
import { type AdmissionOptions, isOriginAllowed, refusal } from './admission.js';
import { type HandoffKeySource, headerOf, proofOf, provesHandoff } from './proof-of-handoff.js';

/** Where requests are handed off to, and whose signature lets them through. */
export interface FanoutHandoffOptions extends AdmissionOptions {
  /** The backend that Fanout calls: `self`, this same service, by default. */
  readonly backend?: string;
  /** `websocket`: the client's request must ask for that upgrade. Else any GET is handed off. */
  readonly upgrade?: 'websocket' | undefined;
  /** The keys that `Grip-Sig` may be signed with; by default the platform's. */
  readonly keys?: readonly GripKey[];
  /** The issuers that `Grip-Sig` may come from; by default the platform's. */
  readonly issuers?: readonly string[];
  /**
   * A key of the service, by which most requests of Fanout are let through without verifying their signature, at a fraction
   * of the CPU time: what is handed off carries a proof, bound to path, query and time, that comes back with Fanout's
   * requests. Where there is none, the signature has to be valid. 16 bytes as base64, asked for in each request, so that it can
   * come from the Secret Store.
   */
  readonly handoffKey?: HandoffKeySource;
  /** Gets a record for every handoff and every refusal; by default prints them, one JSON object a line. */
  readonly logger?: Logger;
}

/**
 * Runs first on a route that Fanout serves. A client's own request is handed off to Fanout; what Fanout sends
 * back, signed, goes on to the handler with `c.var.grip` set; anything else is refused:
 *
 * | request | answer |
 * |---|---|
 * | no `Grip-Sig`, not a GET | 405 with `Allow` |
 * | no `Grip-Sig`, no `Upgrade: websocket` where one is needed | 426 |
 * | no `Grip-Sig`, a WebSocket of a page whose origin isn't allowed, or `authorize` says no | 403, or what it says |
 * | no `Grip-Sig`, no entry to hand off (the app is not run by `serve` or `handle`) | 501 |
 * | a `Grip-Sig` that is not valid, and no proof of the handoff | 403, and never handed off again: a wrong key would loop for ever |
 *
 * @example
 * app.get('/ticker', fanoutHandoff(), (c) =>
 *   holdStream({ channels: ['ticker'], contentType: 'text/plain' }));
 */
export function fanoutHandoff(options: FanoutHandoffOptions = {}): MiddlewareHandler<FanoutEnv> {
  const { backend = 'self', upgrade, issuers, handoffKey, logger = jsonLogger } = options;
  const ownVerifier = options.keys && new GripSignatureVerifier(options.keys);
  if (handoffKey === undefined) {
    if (ownVerifier === undefined) needPlatformKeys();
    else void ownVerifier.warmUp();
  }

  return async function fanoutHandoff(c, next) {
    const log: Logger = (record) =>
      logger({ ...record, route: routePath(c), serviceVersion: platformOf(c)?.serviceVersion });
    c.set('fanoutLogger', log);

    const token = headerOf(c, 'Grip-Sig');
    if (token === undefined) {
      c.set('grip', new GripRequest(c.req.raw.headers, undefined));
      return firstPass(c);
    }

    if (handoffKey !== undefined && (await provesHandoff(c, handoffKey))) {
      c.set('grip', new GripRequest(c.req.raw.headers, {}));
      return next();
    }

    const trust = platformOf(c)?.trust;
    const verifier = ownVerifier ?? trust?.verifier;
    const trusted = issuers ?? trust?.issuers;
    if (verifier === undefined || trusted === undefined) return withoutEntry(c);
    try {
      c.set('grip', new GripRequest(c.req.raw.headers, await verifier.verify(token, trusted)));
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      return refuse(c, 403, error.message, 'The Grip-Sig of this request is not valid.', { level: 'warn' });
    }
    return next();
  };

  async function firstPass(c: Context<FanoutEnv>): Promise<Response> {
    if (c.req.method !== 'GET') return methodNotAllowed(c);
    if (upgrade !== undefined && c.req.header('Upgrade')?.toLowerCase() !== upgrade) {
      const text = `Expected a request with Upgrade: ${upgrade}.`;
      return refuse(c, 426, `no Upgrade: ${upgrade}`, text, { headers: { Upgrade: upgrade } });
    }
    const platform = platformOf(c);
    if (platform === undefined) return withoutEntry(c);
    if (isNextLink(c)) {
      const reason = 'a next link is for Fanout alone';
      return refuse(c, 403, reason, 'This link is not for clients.', { level: 'warn' });
    }
    if (upgrade !== undefined && !isOriginAllowed(c, options)) {
      return refuse(c, 403, 'origin not allowed', 'Pages of this origin may not open a WebSocket here.');
    }
    const refused = await refusal(c, options);
    if (refused !== undefined) {
      logRefusal(c, refused.status, 'not authorized');
      return refused;
    }

    const proof = handoffKey && (await proofOf(c, handoffKey));
    c.get('fanoutLogger')({ level: 'info', event: 'handoff', backend });
    return handOff(c, backend, handedOff(c.req.raw, platform.clientAddress, proof));
  }
}

/** Both of a client's own requests and of Fanout's, but for WebSocket events, only GET is for a transport. */
export function methodNotAllowed(c: Context<FanoutEnv>): Response {
  return refuse(c, 405, 'not a GET', `Expected GET, found ${c.req.method}.`, { headers: { Allow: 'GET' } });
}

/** Answers with a line of text, and logs why. */
function refuse(
  c: Context<FanoutEnv>,
  status: 403 | 405 | 426 | 501,
  reason: string,
  text: string,
  { level, headers }: { readonly level?: LogRecord['level']; readonly headers?: Record<string, string> } = {},
): Response {
  logRefusal(c, status, reason, level);
  return c.text(`${text}\n`, status, headers);
}

function logRefusal(
  c: Context<FanoutEnv>,
  status: number,
  reason: string,
  level: LogRecord['level'] = 'info',
): void {
  c.get('fanoutLogger')({ level, event: 'refused', status, reason });
}

function withoutEntry(c: Context<FanoutEnv>): Response {
  const text =
    'This path is served through Fanout, and no Fanout is in front of it: run the app by serve(app) or handle(app), ' +
    'or name the keys and issuers of the proxy.';
  return refuse(c, 501, 'no Fanout entry, and no keys and issuers', text, { level: 'error' });
}

/**
 * The client's request as Fanout may see it: what is known of the client takes the place of its own claims.
 *
 * A new one, since on Compute a header that is deleted from the client's own is handed off all the same once its headers
 * were listed.
 */
function handedOff(
  { headers, method, url }: Request,
  clientAddress: string | undefined,
  proof: string | undefined,
): Request {
  const all: [name: string, value: string][] = [];
  for (const header of headers) if (!isForgeable(header[0])) all.push(header);
  if (clientAddress !== undefined) all.push(['X-Forwarded-For', clientAddress]);
  all.push(['X-Forwarded-Proto', url.slice(0, url.indexOf(':'))]);
  if (proof !== undefined) all.push([HANDOFF_PROOF, proof]);
  return new Request(url, { method, headers: all });
}

const FORGEABLE_PROOF = HANDOFF_PROOF.toLowerCase();

/**
 * A client can send any header. Fanout passes some through, or relies on them: they would arrive under its signature.
 *
 * Names of `Headers` are in lower case. Not by a regular expression: an instance's first costs 0.15 ms on Compute.
 */
function isForgeable(name: string): boolean {
  return (
    name.startsWith('grip-') ||
    name.startsWith('meta-') ||
    name === 'connection-id' ||
    name === FORGEABLE_PROOF ||
    name === 'x-forwarded-for' ||
    name === 'x-forwarded-proto'
  );
}
