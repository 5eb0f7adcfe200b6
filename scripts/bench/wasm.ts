import { freePort } from '../engines/free-ports.js';
import { startViceroy } from '../engines/viceroy.js';
import type { BenchOptions } from './bench-options.js';
import { cpuClock, cpuTime } from './cpu-time.js';
import { median, type Row } from './row.js';
import { HANDOFF_KEY } from './services/secret.js';
import { buildService, type ServiceName, type WasmSize, wasmSize } from './wasm-build.js';
import { startStandIn, WasmClient } from './wasm-client.js';
import { BARE, type MeasuredRequest, measuredRequests } from './wasm-requests.js';

/** What the services read of the Secret Store. */
const SECRETS = `[[local_server.secret_stores.secrets]]
key = "handoff-key"
data = "${HANDOFF_KEY}"
`;

/** A compiled service on a Viceroy of its own. */
interface Running {
  readonly size: WasmSize;
  /** CPU time from the start to the first answer, which compiles the Wasm, in milliseconds. */
  readonly startCpu: number;
  readonly startTime: number;
  /** CPU time of a request, in milliseconds. */
  measure(request: MeasuredRequest, times: number): Promise<number>;
  stop(): Promise<void>;
}

/** CPU time of a request and of the bare handler, one right after the other, in milliseconds. */
interface Cost {
  readonly bare: number;
  readonly own: number;
}

/** Requests of each kind before the first that are measured. */
const WARM_UP = 3;

/**
 * What the service costs: CPU time of the Viceroy process, over a bare handler's. Rounds are interleaved, and a ratio is
 * that of one round, to the bare handler measured just before: machines change their speed within seconds.
 */
export async function benchWasm({ rounds, requests, match, log }: BenchOptions): Promise<Row[]> {
  const standIn = await startStandIn();
  const services = new Map<ServiceName, Running>();
  try {
    const all = measuredRequests().filter(({ what }) => what.includes(match));
    for (const { service } of [BARE, ...all]) {
      if (services.has(service)) continue;
      log(`building and starting ${service}`);
      services.set(service, await start(service, standIn.port));
    }
    const measure = (request: MeasuredRequest, times: number) =>
      (services.get(request.service) as Running).measure(request, times);
    for (const each of [BARE, ...all]) await measure(each, WARM_UP);

    const costs = new Map<MeasuredRequest, Cost[]>(all.map((each) => [each, []]));
    for (let round = 1; round <= rounds; round += 1) {
      log(`round ${round} of ${rounds}`);
      for (const each of all) {
        const bare = await measure(BARE, requests);
        costs.get(each)?.push({ bare, own: await measure(each, requests) });
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
  const { pid } = viceroy;
  const times = { startTime: performance.now() - began, startCpu: cpuTime(pid) };
  // While another is measured it is stopped: an idle Viceroy takes 7 % of a core.
  process.kill(pid, 'SIGSTOP');
  return {
    ...times,
    size: await wasmSize(wasm),
    async measure(request, count) {
      process.kill(pid, 'SIGCONT');
      const elapsed = cpuClock(pid);
      await client.send(request, count);
      const cost = elapsed() / count;
      process.kill(pid, 'SIGSTOP');
      return cost;
    },
    async stop() {
      client.close();
      process.kill(pid, 'SIGCONT');
      await viceroy.stop();
    },
  };
}

function requestRows(costs: ReadonlyMap<MeasuredRequest, readonly Cost[]>): Row[] {
  return [...costs].map(([{ what, target }, each]) => ({
    part: 'CPU time of a request, over the bare handler',
    what,
    value: median(each.map(({ bare, own }) => own / bare)),
    unit: 'x',
    target,
    detail: `${median(each.map(({ own }) => own)).toFixed(2)} and ${median(each.map(({ bare }) => bare)).toFixed(2)} ms`,
  }));
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
