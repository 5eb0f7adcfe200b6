import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningProcess, startProcess } from '../../scripts/engines/child-process.js';
import { freePort } from '../../scripts/engines/free-ports.js';
import { withCargo } from '../../scripts/engines/viceroy.js';
import { type Answer, ScriptedServer } from './scripted-server.js';

// A Wasm that publishes through named backends, on Viceroy.

const TOKEN = 'the-t0ken-of-the-store';
const KEY = 'the-k3y';

const source = `
  import { SecretStore } from 'fastly:secret-store';
  import { fastlyEndpoint, gripUrl, Publisher, PublishError } from ${JSON.stringify(resolve('src/publisher/index.ts'))};

  // At top level, as a service has it: in the snapshot, from which each request gets a copy.
  const options = { timeout: 300, minDelay: 1 };
  const publishers = {
    fastly: new Publisher(
      fastlyEndpoint({
        serviceId: 'abc',
        token: async () => (await new SecretStore('secrets').get('fastly-token')).plaintext(),
        backend: 'publishing',
      }),
      options,
    ),
    grip: new Publisher(gripUrl('http://pushpin.test/?iss=me&key=${KEY}&backend=publishing'), options),
    down: new Publisher({ url: 'http://down.test/publish/', backend: 'down' }, options),
    unknown: new Publisher({ url: 'http://down.test/publish/', backend: 'no-such-backend' }, options),
  };

  async function answer(request) {
    const name = new URL(request.url).pathname.slice(1);
    if (!Object.hasOwn(publishers, name)) return new Response(null, { status: 404 });
    const started = Date.now();
    try {
      return Response.json(await publishers[name].publish('test', { data: 'héllo', event: 'greeting' }));
    } catch (error) {
      const { message, status, attempts, channels, endpoint } = error;
      const isPublishError = error instanceof PublishError;
      return Response.json({ isPublishError, message, status, attempts, channels, endpoint, took: Date.now() - started });
    }
  }
  addEventListener('fetch', (event) => event.respondWith(answer(event.request)));
`;

describe('a Wasm that publishes', { timeout: 60_000 }, () => {
  let folder: string;
  let wasm: string;
  let viceroy: RunningProcess;
  let url: string;
  let endpoint: ScriptedServer;
  let script: Answer[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hono-fanout-publisher-'));
    wasm = join(folder, 'main.wasm');
    await writeFile(join(folder, 'main.ts'), source);
    await promisify(execFile)('npx', ['js-compute-runtime', join(folder, 'main.ts'), wasm]);
    const next: Answer = (response, request) => {
      const answer = script.shift() ?? 200;
      if (typeof answer === 'function') answer(response, request);
      else response.writeHead(typeof answer === 'number' ? answer : answer.status).end('Published\n');
    };
    endpoint = await ScriptedServer.start(...Array<Answer>(99).fill(next));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const manifest = `
      manifest_version = 3
      name = "publisher"
      language = "javascript"
      [local_server.backends.publishing]
      url = "${endpoint.origin}/"
      [local_server.backends.down]
      url = "http://127.0.0.1:${await freePort()}/"
      [local_server.secret_stores]
      secrets = [{ key = "fastly-token", data = "${TOKEN}" }]
    `;
    viceroy = await startProcess({
      name: 'Viceroy',
      programs: 'viceroy',
      async prepare(folder) {
        const config = join(folder, 'fastly.toml');
        await writeFile(config, manifest);
        return {
          command: 'viceroy',
          args: ['serve', '-C', config, '--addr', `127.0.0.1:${port}`, wasm],
          env: withCargo(),
        };
      },
      isReady: () =>
        fetch(`${url}/ready`).then(
          ({ status }) => status === 404,
          () => false,
        ),
      timeout: 120_000,
    });
  }, 180_000);
  afterAll(async () => {
    await Promise.all([viceroy?.stop(), endpoint?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function publish(name: string, ...answers: Answer[]) {
    endpoint.requests.length = 0;
    script = answers;
    return (await fetch(`${url}/${name}`)).json();
  }

  it('reaches Fastly through the backend, with a token that is not in the Wasm', async () => {
    const receipt = await publish('fastly');
    expect(receipt).toMatchObject({
      ids: [expect.stringMatching(/^[0-9a-f-]{36}$/)],
      requests: [{ endpoint: 'https://api.fastly.com/service/abc/publish/', attempts: 1 }],
    });
    expect(endpoint.requests).toMatchObject([
      {
        method: 'POST',
        path: '/service/abc/publish/',
        headers: { host: 'api.fastly.com', 'fastly-key': TOKEN, 'content-type': 'application/json' },
      },
    ]);
    expect(endpoint.items().map(({ channel }) => channel)).toEqual(['test', 'test~sse', 'test~stream']);
    const text = Buffer.from('event: greeting\ndata: héllo\n\n');
    expect(endpoint.items()[1]?.stream).toMatchObject({ content: text });
    expect((await readFile(wasm)).includes(TOKEN)).toBe(false);
  });

  it('signs a token for each request, whichever it is', async () => {
    for (let request = 0; request < 20; request += 1) {
      await publish('grip', 503);
      expect(endpoint.requests).toHaveLength(2);
      for (const { headers } of endpoint.requests) {
        const [, signed = '', signature] = /^Bearer (.+)\.(.+)$/.exec(headers.authorization ?? '') ?? [];
        expect(signature).toBe(createHmac('sha256', KEY).update(signed).digest('base64url'));
      }
    }
  });

  it('makes a new id for each message', async () => {
    const receipts = await Promise.all([1, 2, 3].map(() => fetch(`${url}/fastly`).then((r) => r.json())));
    expect(new Set(receipts.map((receipt) => (receipt as { ids: string[] }).ids[0])).size).toBe(3);
  });

  it('tries again after 5xx and after the time for a try, and gives up with the same error', async () => {
    expect(await publish('fastly', 503, 500)).toMatchObject({ requests: [{ attempts: 3 }] });
    expect(new Set(endpoint.requests.map(({ body }) => body)).size).toBe(1);
    const hang: Answer = () => undefined;
    expect(await publish('fastly', hang)).toMatchObject({ requests: [{ attempts: 2 }] });
    expect(await publish('fastly', hang, hang, hang)).toMatchObject({
      isPublishError: true,
      message: expect.stringContaining('after 3 tries: No answer within 300 ms'),
      attempts: 3,
      channels: ['test'],
      took: expect.toSatisfy((took: number) => took < 3000),
    });
    expect(await publish('fastly', 403)).toMatchObject({ isPublishError: true, status: 403, attempts: 1 });
  });

  it.each(['down', 'unknown'])('says so when the backend is %s', async (name) => {
    expect(await publish(name)).toMatchObject({
      isPublishError: true,
      endpoint: 'http://down.test/publish/',
      attempts: 3,
      message: expect.stringMatching(/after 3 tries: \w/),
    });
  });
});
