import { ProtocolError } from '../errors.js';
import { MAX_CHANNELS } from '../protocol/channel.js';
import type { ResponseHead } from './client-response.js';
import { DEFAULT_TIMEOUT, holdTimeout, readHeaders } from './hold-headers.js';
import { JsonFields } from './json-fields.js';
import { clampSeconds } from './seconds.js';

/** What a service's response tells Fanout to do with the client's connection. */
export interface HoldInstruction {
  readonly mode: 'none' | 'response' | 'stream';
  readonly channels: readonly HeldChannel[];
  /** Milliseconds until a held response is sent as it is. */
  readonly timeout: number;
  readonly keepAlive:
    | { readonly content: Buffer; readonly timeout: number; readonly idle: boolean }
    | undefined;
  /** What filters read of the connection. */
  readonly meta: Meta;
  /** Where the service tells how to go on, and after how many milliseconds at the latest. */
  readonly nextLink: { readonly uri: string; readonly timeout: number } | undefined;
  /** The response for the client, without anything of GRIP. */
  readonly response: HeldResponse;
}

/** A value that is `undefined` was given, but is none. */
export type Meta = Readonly<Record<string, string | undefined>>;

export interface HeldChannel {
  readonly name: string;
  /** The id of the last message that the service knows of. */
  readonly prevId: string | undefined;
  readonly filters: readonly string[];
}

export interface HeldResponse extends ResponseHead {
  readonly body: Buffer;
}

const INSTRUCT_TYPE = 'application/grip-instruct';

/** True when the response is for Fanout to act on; any other goes to the client as it is. */
export function hasInstruction(headers: Headers): boolean {
  return isInstruct(headers) || [...headers.keys()].some((name) => name.startsWith('grip-'));
}

function isInstruct(headers: Headers): boolean {
  return headers.get('Content-Type')?.split(';')[0]?.trim() === INSTRUCT_TYPE;
}

/**
 * Reads the `Grip-*` headers of a response, and what a body of type `application/grip-instruct` adds to them.
 *
 * @throws ProtocolError for what can't be understood, and for what the embedded Fanout doesn't do.
 * @see https://pushpin.org/docs/protocols/grip/#http
 */
export function readInstruction(response: Response, body: Buffer): HoldInstruction {
  const fromHeaders = readHeaders(response, body);
  return isInstruct(response.headers) ? withInstruct(fromHeaders, response, body) : fromHeaders;
}

/** The headers count beside the JSON, which goes before them. */
function withInstruct(base: HoldInstruction, { status }: Response, body: Buffer): HoldInstruction {
  if (status !== 200) throw new ProtocolError(`response code for ${INSTRUCT_TYPE} content must be 200`);
  let document: unknown;
  try {
    document = JSON.parse(body.toString());
  } catch {
    throw new ProtocolError(`failed to parse ${INSTRUCT_TYPE} content as JSON`);
  }
  const instruct = new JsonFields(document, 'instruct');
  const hold = instruct.object('hold');
  const response = instruct.object('response');
  const code = response?.integer('code', 999);
  if (base.mode === 'none' && hold === undefined && response === undefined) {
    throw new ProtocolError('instruct has neither hold nor response');
  }
  return {
    ...base,
    ...(hold && readHold(base, hold)),
    response: {
      status: code ?? base.response.status,
      reason: response?.string('reason') || (code === undefined ? base.response.reason : undefined),
      headers: response?.headers('headers') ?? [],
      body: response?.bytes('body') ?? Buffer.alloc(0),
    },
  };
}

function readHold(base: HoldInstruction, hold: JsonFields): Partial<HoldInstruction> {
  const mode = hold.string('mode') ?? 'response';
  if (mode !== 'response' && mode !== 'stream') {
    throw new ProtocolError(`hold 'mode' must be set to either 'response' or 'stream'`);
  }
  const channels = hold.list('channels');
  if (channels === undefined) throw hold.missing(`'channels'`);
  const timeout = hold.integer('timeout');
  const keepAlive = hold.object('keep-alive');
  return {
    mode,
    channels: [...base.channels, ...channels.map(readChannel)].slice(0, MAX_CHANNELS),
    ...(timeout !== undefined && { timeout: holdTimeout(clampSeconds(timeout)) }),
    meta: { ...base.meta, ...hold.stringMap('meta') },
    ...(keepAlive && {
      keepAlive: {
        content: keepAlive.bytes('content') ?? Buffer.alloc(0),
        timeout: Math.max(clampSeconds(keepAlive.integer('timeout') ?? DEFAULT_TIMEOUT), 1) * 1000,
        // JSON names no mode, and without one Pushpin keeps alive at an interval.
        idle: base.keepAlive?.idle ?? false,
      },
    }),
  };
}

function readChannel(value: unknown): HeldChannel {
  const channel = new JsonFields(value, 'channel');
  const name = channel.string('name');
  if (name === undefined) throw channel.missing(`'name'`);
  return { name, prevId: channel.string('prev-id'), filters: channel.strings('filters') ?? [] };
}
