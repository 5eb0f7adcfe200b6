/** A program, and what it may take. */
export interface SizedProgram {
  readonly name: string;
  readonly code: string;
  readonly platform?: 'node';
  /** Of this package's own code, in bytes, minified. */
  readonly budget: number;
}

const SERVE = `import { Hono } from 'hono'; import { serve } from 'hono-fanout/fastly'; const app = new Hono();`;

/** What is measured: services as users write them, then each subpath whole. */
export const PROGRAMS: readonly SizedProgram[] = [
  {
    name: 'a service with nothing but SSE',
    code: `${SERVE} import { mount, SseTransport } from 'hono-fanout';
      app.route('/', mount([SseTransport], { channels: ['test'] })); serve(app);`,
    budget: 23_000,
  },
  {
    name: 'a service with all four transports',
    code: `${SERVE} import { fanout } from 'hono-fanout'; app.route('/', fanout({ channels: ['test'] })); serve(app);`,
    budget: 34_000,
  },
  {
    name: 'a service that only publishes',
    code: `${SERVE} import { Publisher, fastlyEndpoint } from 'hono-fanout/publisher';
      const publisher = new Publisher(fastlyEndpoint({ serviceId: 'id', token: () => 'x' }));
      app.post('/', async (c) => c.json(await publisher.publish('test', await c.req.text()))); serve(app);`,
    budget: 19_000,
  },
  ...subpath('hono-fanout', 47_500),
  ...subpath('hono-fanout/transports', 17_000),
  ...subpath('hono-fanout/middleware', 11_500),
  ...subpath('hono-fanout/publisher', 17_500),
  ...subpath('hono-fanout/protocol', 13_500),
  ...subpath('hono-fanout/fastly', 5_900),
  ...subpath('hono-fanout/local', 56_000, 'node'),
  ...subpath('hono-fanout/testing', 112_000, 'node'),
];

function subpath(name: string, budget: number, platform?: 'node'): SizedProgram[] {
  return [{ name, code: `export * from '${name}';`, budget, ...(platform && { platform }) }];
}
