import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodePublishRequest, type PublishItem } from '../../src/local-fanout/publish-item.js';

export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** In milliseconds. */
  readonly at: number;
}

/** A status with headers, or whatever is to be done with the response. */
export type Answer =
  | number
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | ((response: ServerResponse, request: ReceivedRequest) => void);

/** A publish endpoint that answers as it is told, and 200 when the script is at its end. */
export class ScriptedServer {
  readonly requests: ReceivedRequest[] = [];
  readonly #script: Answer[];
  readonly #server: Server;

  private constructor(script: readonly Answer[]) {
    this.#script = [...script];
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const { method, url: path, headers } = request;
      const received = { method, path, headers, body, at: performance.now() };
      this.requests.push(received);
      this.#answer(response, received);
    });
  }

  static async start(...script: readonly Answer[]): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(script);
    await once(scripted.#server.listen(0, '127.0.0.1'), 'listening');
    return scripted;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.origin}/publish/`;
  }

  /** What was published, as the embedded Fanout reads it. */
  items(): PublishItem[] {
    return this.requests.flatMap(({ body }) => decodePublishRequest(Buffer.from(body)));
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(response: ServerResponse, request: ReceivedRequest): void {
    const next = this.#script.shift() ?? 200;
    if (typeof next === 'function') return next(response, request);
    const { status, headers = {}, body = 'Published\n' } = typeof next === 'number' ? { status: next } : next;
    response.writeHead(status, headers).end(body);
  }
}
