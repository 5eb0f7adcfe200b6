import { freePort } from '../engines/free-ports.js';
import { startViceroy } from '../engines/viceroy.js';
import type { BenchOptions } from './bench-options.js';
import { cpuTime } from './cpu-time.js';
import { median, type Row } from './row.js';
import { HANDOFF_KEY } from './services/secret.js';
import { buildService, type ServiceName, type WasmSize, wasmSize } from './wasm-build.js';
import { startStandIn, WasmClient } from './wasm-client.js';
import { BARE, BARE_HANDOFF, type MeasuredRequest, measuredRequests } from './wasm-requests.js';

/** What the services read of the Secret Store. */
const SECRETS = `[[local_server.secret_stores.secrets]]
key = "handoff-key"
data = "${HANDOFF_KEY}"
`;

/** A compiled service on a Viceroy of its own. */
interface Running {
  readonly pid: number;
  readonly client: WasmClient;
  readonly size: WasmSize;
  /** CPU time from the start to the first answer, which compiles the Wasm, in milliseconds. */
  readonly startCpu: number;
  readonly startTime: number;
  stop(): Promise<void>;
}

/**
 * What the service costs: CPU time of the Viceroy process, over a bare handler's. Rounds are interleaved, and a ratio
 * is that of one round, so what else the machine does meanwhile falls on both sides.
 */
export async function benchWasm({ rounds, requests, match, log }: BenchOptions): Promise<Row[]> {
  const standIn = await startStandIn();
  const services = new Map<ServiceName, Running>();
  try {
    const all = [BARE, BARE_HANDOFF, ...measuredRequests().filter(({ what }) => what.includes(match))];
    for (const name of new Set(all.map(({ service }) => service))) {
      log(`building and starting ${name}`);
      services.set(name, await start(name, standIn.port));
    }
    const serviceOf = ({ service }: MeasuredRequest) => services.get(service) as Running;
    for (const each of all) await serviceOf(each).client.send(each, 3);

    const costs = new Map<MeasuredRequest, number[]>(all.map((each) => [each, []]));
    for (let round = 1; round <= rounds; round += 1) {
      log(`round ${round} of ${rounds}`);
      for (const each of all) {
        const { client, pid } = serviceOf(each);
        const before = cpuTime(pid);
        await client.send(each, requests);
        costs.get(each)?.push((cpuTime(pid) - before) / requests);
      }
    }
    return [...requestRows(costs), ...serviceRows(services)];
  } finally {
    for (const service of services.values()) await service.stop();
    standIn.server.close();
    standIn.server.closeAllConnections();
  }
}

async function start(name: ServiceName, pushpinPort: number): Promise<Running> {
  const wasm = await buildService(name);
  const port = await freePort();
  const began = performance.now();
  const viceroy = await startViceroy({ wasm, port, pushpinPort, manifest: SECRETS });
  const client = new WasmClient(port);
  return {
    pid: viceroy.pid,
    client,
    size: await wasmSize(wasm),
    startTime: performance.now() - began,
    startCpu: cpuTime(viceroy.pid),
    async stop() {
      client.close();
      await viceroy.stop();
    },
  };
}

function requestRows(costs: ReadonlyMap<MeasuredRequest, readonly number[]>): Row[] {
  const bare = costs.get(BARE) ?? [];
  const bareHandoff = costs.get(BARE_HANDOFF) ?? [];
  const over = (each: readonly number[], floor: readonly number[]) =>
    median(each.map((cost, round) => cost / (floor[round] ?? Number.NaN)));
  const ms = (each: readonly number[]) => `${median(each).toFixed(2)} ms of CPU`;
  const part = 'CPU time of a request, over the bare handler';
  const rows: Row[] = [...costs].map(([{ what, target }, each]) => ({
    part,
    what,
    value: over(each, bare),
    unit: 'x',
    target,
    detail: ms(each),
  }));
  const firstPasses = [...costs].filter(([{ what }]) => what.startsWith('first pass'));
  for (const [{ what }, each] of firstPasses) {
    rows.push({
      part: 'CPU time of a first pass, over the bare handoff',
      what,
      value: over(each, bareHandoff),
      unit: 'x',
    });
  }
  return rows;
}

function serviceRows(services: ReadonlyMap<ServiceName, Running>): Row[] {
  const part = "The Wasm of the reference service, and the bare handler's";
  const [own, bare] = [services.get('reference'), services.get('bare')];
  if (own === undefined || bare === undefined) return [];
  const size = (what: string, of: keyof WasmSize, target?: Row['target']): Row => ({
    part,
    what,
    value: (own.size[of] - bare.size[of]) / 1e6,
    unit: 'MB more',
    target,
    detail: `${(own.size[of] / 1e6).toFixed(2)} MB and ${(bare.size[of] / 1e6).toFixed(2)} MB`,
  });
  return [
    size('size', 'total', { atMost: 0.7 }),
    size('snapshot: its data segments', 'data'),
    size('memory that an instance starts with', 'memory'),
    {
      part,
      what: 'start to first answer, CPU time',
      value: own.startCpu / bare.startCpu,
      unit: 'x',
      detail: `${Math.round(own.startCpu)} ms and ${Math.round(bare.startCpu)} ms, of ${Math.round(own.startTime)} ms and ${Math.round(bare.startTime)} ms`,
    },
  ];
}
