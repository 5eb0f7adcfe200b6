import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Publisher, pushpinEndpoint } from '../../src/publisher/index.js';
import { LOOPBACK } from '../engines/free-ports.js';
import type { BenchOptions } from './bench-options.js';
import { median, type Row } from './row.js';
import { figure } from './table.js';

const COUNT = 5000;
const MESSAGE = 'a message of some fifty bytes, as many of them are';

/** What it takes to publish many messages to an endpoint that answers at once. */
export async function benchPublishMany({ rounds, log }: BenchOptions): Promise<Row[]> {
  log(`publishMany of ${COUNT}`);
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('Published\n'));
  });
  await once(server.listen(0, LOOPBACK), 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const publisher = new Publisher(pushpinEndpoint({ url: `http://${LOOPBACK}:${port}` }));
    const messages = Array.from({ length: COUNT }, () => ({ channel: 'test', message: MESSAGE }));
    const rates: number[] = [];
    let requests = 0;
    for (let round = 0; round < rounds; round += 1) {
      const began = process.cpuUsage();
      const receipt = await publisher.publishMany(messages);
      const { user, system } = process.cpuUsage(began);
      rates.push(COUNT / ((user + system) / 1e6));
      requests = receipt.requests.length;
    }
    const part = `publishMany, ${figure(COUNT)} messages to one endpoint`;
    return [
      {
        part,
        what: 'messages',
        value: median(rates),
        unit: 'a second of CPU',
        detail: 'both ends of the connection',
      },
      { part, what: 'requests made', value: requests, unit: 'requests' },
    ];
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
