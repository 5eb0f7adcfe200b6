import { type ServerResponse, STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { ProtocolError } from '../errors.js';

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  /** `undefined`: the usual one of the status. */
  readonly reason: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
}

/** They are about the service's own connection, or about a body that isn't what is sent (RFC 9110, 7.6.1). */
const NOT_FOR_CLIENT = /^(?:connection|keep-alive|transfer-encoding|trailer|upgrade)$/i;
const ABOUT_BODY = /^(?:content-length|content-encoding)$/i;

/** @throws ProtocolError when the head can't be sent. */
export function checkHead({ status, reason, headers }: ResponseHead): void {
  if (status < 200 || status > 999) {
    throw new ProtocolError(`Expected a status of 200 to 999 for the client, found ${status}.`);
  }
  try {
    if (reason !== undefined) validateHeaderValue('reason', reason);
    for (const [name, value] of headers) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
  } catch {
    throw new ProtocolError(
      'A header or the reason of the response for the client has characters that HTTP forbids.',
    );
  }
}

/**
 * Sends a response that is complete.
 *
 * @throws ProtocolError when it can't be sent; nothing is sent then.
 */
export function respond(
  outgoing: ServerResponse,
  { body, ...head }: ResponseHead & { readonly body: Buffer },
): void {
  checkHead(head);
  const hasBody = !isBodyless(head.status);
  if (hasBody) outgoing.setHeader('Content-Length', body.length);
  writeHead(outgoing, head);
  outgoing.end(hasBody ? body : undefined);
}

/** Sends the head of a response whose body is put together here. */
export function writeHead(outgoing: ServerResponse, { status, reason, headers }: ResponseHead): void {
  for (const [name, value] of headers) {
    if (!NOT_FOR_CLIENT.test(name) && !ABOUT_BODY.test(name)) outgoing.appendHeader(name, value);
  }
  outgoing.writeHead(status, reason ?? reasonOf(status));
}

function reasonOf(status: number): string {
  return STATUS_CODES[status] ?? 'Undefined Reason';
}

/** RFC 9110, 8.6: these never have a body, nor its length. */
export function isBodyless(status: number): boolean {
  return status === 204 || status === 304;
}

/**
 * Sends a response as it comes, for as long as the client is there.
 *
 * @throws ProtocolError when it can't be sent; nothing is sent then.
 */
export async function relay(outgoing: ServerResponse, response: Response): Promise<void> {
  const { status, statusText, headers, body } = response;
  const head = { status, reason: statusText || undefined, headers: [...headers] };
  checkHead(head);
  for (const [name, value] of headers) if (!NOT_FOR_CLIENT.test(name)) outgoing.appendHeader(name, value);
  const [begin, rest] = await peek(body);
  // What is known whole has a length, as from a service on the network.
  if (rest === undefined && !headers.has('Content-Length') && !isBodyless(status)) {
    outgoing.setHeader('Content-Length', begin.length);
  }
  outgoing.writeHead(status, head.reason ?? reasonOf(status));
  if (rest === undefined) outgoing.end(begin);
  else {
    outgoing.write(begin);
    await pipeline(Readable.fromWeb(rest as ReadableStream), outgoing);
  }
}

/** What is known by the next turn of the event loop needs no waiting for. */
function nextTurn<T>(value: T): Promise<T> {
  return new Promise((resolve) => setImmediate(resolve, value));
}

/** The first bytes of a body, and what comes after them unless that is known to be nothing. */
async function peek(body: Response['body']): Promise<[Uint8Array, Response['body'] | undefined]> {
  const reader = body?.getReader();
  const first = await reader?.read();
  if (reader === undefined || first?.value === undefined) return [new Uint8Array(), undefined];
  const second = reader.read();
  const ended = await Promise.race([second.then(({ done }) => done), nextTurn(false)]);
  if (ended) return [first.value, undefined];
  let pulled = false;
  const rest = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = pulled ? await reader.read() : await second;
      pulled = true;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return [first.value, rest as Response['body']];
}

/**
 * The body of a response, for as long as the client is there.
 *
 * @throws ProtocolError when it is longer than `most` bytes.
 */
export async function readBody(response: Response, most: number, gone?: AbortSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  const cancel = () => void reader?.cancel().catch(() => undefined);
  gone?.addEventListener('abort', cancel, { once: true });
  try {
    for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
      size += read.value.length;
      if (size > most) throw new ProtocolError(`Expected a body of at most ${most} bytes, found more.`);
      chunks.push(read.value);
    }
  } finally {
    gone?.removeEventListener('abort', cancel);
    cancel();
  }
  return Buffer.concat(chunks);
}

/**
 * Aborts when the client's connection is closed, or the response has been sent. A response that waits for another
 * one on the same connection doesn't tell its close, the connection does.
 */
export function goneSignal(outgoing: ServerResponse): AbortSignal {
  const abort = new AbortController();
  const { socket } = outgoing.req;
  const gone = () => {
    outgoing.off('close', gone);
    socket.off('close', gone);
    abort.abort();
  };
  if (socket.destroyed) abort.abort();
  outgoing.once('close', gone);
  socket.once('close', gone);
  return abort.signal;
}
