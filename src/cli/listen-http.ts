import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { FanoutError } from '../errors.js';
import type { Listening } from './listen.js';
import { SseDecoder } from './sse-decoder.js';

/** Before connecting again, in milliseconds, unless a stream of events says otherwise. */
const RETRY = 1000;
/** Between the starts of two long polls, in milliseconds: a page that isn't held would be asked for without end. */
const POLL_INTERVAL = 100;
const LF = 10;

/**
 * Prints what arrives until the signal, with a new request when a response has ended: the next long poll, or what an
 * `EventSource` does.
 *
 * @returns `websocket` when that is what there is at the URL.
 * @throws FanoutError when the first request fails, or one is refused.
 */
export async function listenHttp(url: URL, listening: Listening): Promise<'websocket' | undefined> {
  const { note, signal } = listening;
  const pause = (milliseconds: number) => sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  let [lastId, retry] = ['', RETRY];
  for (let first = true; !signal.aborted; first = false) {
    const started = Date.now();
    const events = new SseDecoder();
    try {
      const response = await request(url, lastId, signal);
      if (response.statusCode === 426) {
        response.destroy();
        return 'websocket';
      }
      checkStatus(url, response);
      const isEvents = /^text\/event-stream\b/i.test(response.headers['content-type'] ?? '');
      if (first) note(`Listening to ${url.href}${isEvents ? ', server-sent events' : ''}. Ctrl-C ends.`);
      if (!isEvents) {
        await printBody(response, listening);
        await pause(started + POLL_INTERVAL - Date.now());
        continue;
      }
      await printEvents(response, events, listening);
    } catch (error) {
      if (signal.aborted) break;
      if (error instanceof FanoutError) throw error;
      if (first) throw new FanoutError(`Can't listen to ${url.href}: ${describe(error as Error)}.`);
    }
    if (signal.aborted) break;
    [lastId, retry] = [events.lastId || lastId, events.retry ?? retry];
    note('The connection ended; connecting again.');
    await pause(retry);
  }
  return undefined;
}

async function printBody(response: http.IncomingMessage, { write }: Listening): Promise<void> {
  let last = LF;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    write(chunk);
    last = chunk.at(-1) ?? last;
  }
  if (last !== LF) write('\n');
}

async function printEvents(
  response: http.IncomingMessage,
  decoder: SseDecoder,
  { write }: Listening,
): Promise<void> {
  for await (const chunk of response as AsyncIterable<Buffer>) {
    for (const { event, data, id } of decoder.decode(chunk)) {
      const labels = [...(event === 'message' ? [] : [event]), ...(id ? [`id ${id}`] : [])];
      write(`${labels.length > 0 ? `(${labels.join(', ')}) ` : ''}${data}\n`);
    }
  }
}

/** Without the time limits that fetch has: a stream may be silent for hours. */
function request(url: URL, lastId: string, signal: AbortSignal): Promise<http.IncomingMessage> {
  const { get } = url.protocol === 'https:' ? https : http;
  const headers = {
    Accept: 'text/event-stream, */*;q=0.9',
    ...(lastId !== '' && { 'Last-Event-ID': lastId }),
  };
  return new Promise((resolve, reject) => {
    get(url, { headers, signal }, resolve).on('error', reject);
  });
}

function checkStatus(url: URL, response: http.IncomingMessage): void {
  const { statusCode = 0, statusMessage, headers } = response;
  if (statusCode === 200) return;
  response.destroy(); // or it would keep the process alive
  const where = headers.location === undefined ? '' : `, which points to ${headers.location}`;
  throw new FanoutError(`${url.href} answered ${statusCode} ${statusMessage}${where}.`);
}

/** Where a name has several addresses the message is empty, and only the code says something. */
export function describe(error: Error): string {
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
