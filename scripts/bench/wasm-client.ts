import { once } from 'node:events';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from '../engines/free-ports.js';
import { HANDED_OFF, type MeasuredRequest } from './wasm-requests.js';

/** Stands in for Fanout: answers what is handed off, so that nothing but the service is measured. */
export async function startStandIn(): Promise<{ server: Server; port: number }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', [HANDED_OFF]: 'yes' }).end();
  });
  await once(server.listen(0, LOOPBACK), 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** Sends requests one after the other over one connection. */
export class WasmClient {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(port: number) {
    this.#port = port;
  }

  async send(measured: MeasuredRequest, times: number): Promise<void> {
    for (let sent = 0; sent < times; sent += 1) await this.#send(measured);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** @throws Error when the answer is not the expected one. */
  #send({ what, method = 'GET', path, headers = {}, body = '', expected }: MeasuredRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { host: LOOPBACK, port: this.#port, agent: this.#agent, method, path };
      const sending = request({ ...options, headers }, (response) => {
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
        });
        response.on('error', reject).on('end', () => {
          const { statusCode: status, headers: found } = response;
          const isExpected =
            status === expected.status &&
            length >= (expected.length ?? 0) &&
            (expected.header === undefined || expected.header in found);
          if (isExpected) resolve();
          else
            reject(
              new Error(`Expected of ${what} ${JSON.stringify(expected)}, found ${status}, ${length} bytes.`),
            );
        });
      });
      sending.on('error', reject).end(body);
    });
  }
}
