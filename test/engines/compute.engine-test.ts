import { execFile } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startComputeEngine } from '../../scripts/engines/compute-engine.js';
import type { Engine } from '../../scripts/engines/engine.js';
import { freePort } from '../../scripts/engines/free-ports.js';
import { startPushpin } from '../../scripts/engines/pushpin.js';
import { startViceroy } from '../../scripts/engines/viceroy.js';
import { Clients } from '../contract/clients.js';
import { exchange } from '../contract/http-clients.js';
import { ecdsaSigner, gripToken, seconds } from '../support/grip-tokens.js';
import { contractSuite } from './contract-suite.js';

// The compiled service on Viceroy, handed off to a real Pushpin.

const folder = await mkdtemp(join(tmpdir(), 'hono-fanout-wasm-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function build(source: string, name: string): Promise<string> {
  const wasm = join(folder, name);
  await promisify(execFile)('npx', ['js-compute-runtime', source, wasm]);
  return wasm;
}

contractSuite('the transport contract on the Wasm, Viceroy and Pushpin', async () => {
  const wasm = await build('test/contract/service.ts', 'contract.wasm');
  return { ...(await startComputeEngine({ wasm })), engine: 'compute' };
});

describe('the Wasm', { timeout: 300_000 }, () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let engine: Engine;

  beforeAll(async () => {
    // A key of the test's own in place of Fastly's, of which nobody else has the private half.
    const source = join(folder, 'service.ts');
    const from = (path: string) => JSON.stringify(resolve(path));
    await writeFile(
      source,
      `import { createApp } from ${from('src/app.ts')};
       import { serve } from ${from('src/fastly/index.ts')};
       import { logger } from ${from('node_modules/hono/dist/middleware/logger/index.js')};
       import { Hono } from ${from('node_modules/hono/dist/index.js')};
       const app = new Hono();
       app.use(logger());
       app.route('/', createApp({
         keys: [${JSON.stringify(publicKey.export({ format: 'jwk' }))}],
         issuers: ['fastly:test'],
       }));
       serve(app);`,
    );
    engine = await startComputeEngine({ wasm: await build(source, 'es256.wasm') });
  }, 180_000);
  afterAll(() => engine?.stop());

  const signed = (claims: object, key = privateKey) => {
    const token = gripToken({ typ: 'JWT', alg: 'ES256' }, claims, ecdsaSigner(key));
    return exchange(new URL('/sse', engine.service), { headers: { 'Grip-Sig': token } });
  };

  it('verifies ES256 with a key of its snapshot, request after request', async () => {
    for (let request = 0; request < 5; request += 1) {
      const answer = await signed({ iss: 'fastly:test', exp: seconds() + 60 });
      expect([answer.status, answer.headers['grip-hold']]).toEqual([200, 'stream']);
    }
  });

  it('refuses what only looks like it', async () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const answers = await Promise.all([
      signed({ iss: 'fastly:test', exp: seconds() + 60 }, stranger),
      signed({ iss: 'fastly:other', exp: seconds() + 60 }),
      signed({ iss: 'fastly:test', exp: seconds() - 61 }),
    ]);
    expect(answers.map(({ status, headers }) => [status, headers['grip-hold']])).toEqual([
      [403, undefined],
      [403, undefined],
      [403, undefined],
    ]);
  });

  it('answers a 404 without a second fetch', async () => {
    const path = '/no-such-path-in-the-service';
    expect((await exchange(new URL(path, engine.service))).status).toBe(404);
    await sleep(500); // a second fetch would come after the answer to the first
    expect(engine.log().split(`<-- GET ${path}`)).toHaveLength(2);
  });

  it('ends its clients when Viceroy restarts: what it hands off goes through it', async () => {
    const [port, pushpinPort] = [await freePort(), await freePort()];
    const pushpin = await startPushpin({
      port: pushpinPort,
      routes: [`id=self 127.0.0.1:${port},over_http,host=localhost:${port}`],
      signing: { iss: 'viceroy', key: 'viceroy_dev_signing_key_dont_use_in_production' },
    });
    const wasm = join(folder, 'contract.wasm');
    const first = await startViceroy({ wasm, port, pushpinPort });
    const client = `http://127.0.0.1:${port}`;
    const clients = new Clients({ client, service: client, publish: pushpin.publish });
    try {
      const [sse, socket] = [clients.sse(), await clients.webSocket()];
      await clients.subscribed([sse, socket]);
      await first.stop();
      expect(await sse.ended()).toMatch(/^failed/);
      expect((await socket.closed()).code).toBe(1006);
      const second = await startViceroy({ wasm, port, pushpinPort });
      await clients.subscribed([clients.sse(), await clients.webSocket()]);
      await second.stop();
    } finally {
      await clients.close();
      await Promise.all([first.stop(), pushpin.stop()]);
    }
  });

  it('logs one JSON object a line, with the service version and no token', async () => {
    const token = gripToken({ alg: 'ES256' }, { iss: 'x', exp: seconds() }, (text) =>
      sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
    );
    await exchange(new URL('/sse', engine.service), { headers: { 'Grip-Sig': token } });
    const line = engine
      .log()
      .split('\n')
      .filter((each) => each.includes('"refused"'))
      .at(-1);
    expect(JSON.parse(line?.slice(line.indexOf('{')) ?? '')).toMatchObject({
      level: 'warn',
      status: 403,
      route: '/sse',
      serviceVersion: expect.any(String),
    });
    for (const part of token.split('.')) expect(engine.log()).not.toContain(part);
  });
});
