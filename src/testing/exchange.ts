import assert from 'node:assert/strict';
import * as http from 'node:http';
import * as https from 'node:https';
import { DEADLINE } from './watched.js';

export interface ExchangeOptions {
  readonly method?: string;
  /** An array is sent as that many headers. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request on a connection of its own, with anything in it: fetch refuses or repairs what a forger sends. */
export function exchange(url: URL, options: ExchangeOptions = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, signal } = options;
  const what = `${method} ${url.pathname}`;
  return new Promise<Answer>((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const client = request(url, {
      method,
      agent: false,
      headers: mutable(headers),
      ...(signal && { signal }),
    });
    const timer = setTimeout(
      () => client.destroy(new Error(`Waited ${DEADLINE} ms for an answer to ${what}.`)),
      DEADLINE,
    );
    client.on('close', () => clearTimeout(timer));
    client.on('error', reject);
    client.on('upgrade', ({ headers: received }, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: received, body: Buffer.alloc(0) });
    });
    client.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    client.end(body);
  });
}

/** Fanout's instructions are for Fanout alone. */
export function assertNoGripHeaders(headers: Headers | http.IncomingHttpHeaders): void {
  const names = headers instanceof Headers ? [...headers.keys()] : Object.keys(headers);
  assert.deepEqual(
    names.filter((name) => /^(?:grip-|set-meta-)/i.test(name)),
    [],
    'a client must not see Fanout’s headers',
  );
}

function mutable(headers: NonNullable<ExchangeOptions['headers']>): http.OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
