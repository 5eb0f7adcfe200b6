import type { Context } from 'hono';
import { escapedUrl } from './protocol/escaped-url.js';
import type { GripSignatureVerifier } from './protocol/grip-signature.js';

/**
 * What a request runs on: Fastly Compute, or a Fanout in this process. The entry that calls the app provides
 * it, one for each request.
 */
export interface FanoutPlatform {
  /**
   * Makes the response that hands `request` off to Fanout, which then calls `backend`. The runtime knows it by
   * its identity: what the entry answers must be this very object.
   */
  handoff(request: Request, backend: string): Response;
  /** Sends a request to a backend, past Fanout. */
  fetch(request: Request, backend: string): Promise<Response>;
  /** Whose `Grip-Sig` counts where the app names no keys of its own. */
  readonly trust: { readonly verifier: GripSignatureVerifier; readonly issuers: readonly string[] };
  /** The address of the client's end of the connection. */
  readonly clientAddress: string | undefined;
  readonly serviceVersion: string;
}

/** The part of a Hono app that an entry needs. */
export interface FetchApp {
  /** Answers a request; `env` is what handlers find as `c.env`. */
  fetch(request: Request, env?: object): Response | Promise<Response>;
}

/** One per request: the platform, and the handoff that the app asked for. */
interface PlatformSlot {
  readonly platform: FanoutPlatform;
  handoff?: Response;
}

/** Registered, so that two copies of this package in one bundle still find each other. */
const SLOT = Symbol.for('hono-fanout.platform');

/**
 * Runs the app on a platform and returns what the runtime must be given: the handoff, if the app made one,
 * else its response. Middleware that copies, wraps or replaces a response thus can't break a handoff.
 */
export async function fetchOn(
  platform: FanoutPlatform,
  app: FetchApp,
  request: Request,
  env?: object,
): Promise<Response> {
  const slot: PlatformSlot = { platform };
  const response = await app.fetch(request, { ...env, [SLOT]: slot });
  return slot.handoff ?? response;
}

/** The platform that the entry provided; none where the app is called by something else. */
export function platformOf(c: Context): FanoutPlatform | undefined {
  return slotOf(c)?.platform;
}

/**
 * Hands a GET request off, the client's own or another in its place, and keeps the response for the entry.
 *
 * What its URL may only have escaped is escaped.
 */
export function handOff(c: Context, backend: string, request: Request = c.req.raw): Response {
  const slot = slotOf(c);
  if (slot === undefined) throw new TypeError('There is no platform to hand the request off to.');
  slot.handoff = slot.platform.handoff(withEscapedUrl(request), backend);
  return slot.handoff;
}

function withEscapedUrl(request: Request): Request {
  const url = escapedUrl(request.url);
  if (url === request.url) return request;
  return new Request(url, { method: request.method, headers: request.headers });
}

function slotOf(c: Context): PlatformSlot | undefined {
  return (c.env as { [SLOT]?: PlatformSlot } | undefined)?.[SLOT];
}
