import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startComputeEngine } from '../../scripts/engines/compute-engine.js';
import { freePort } from '../../scripts/engines/free-ports.js';
import { type PackedProject, packedProject, tool } from '../package/packed-project.js';
import { exampleNames, USES } from './examples.js';

// The examples as Wasm: built from the packed tarball in an empty project, run on Viceroy with a real Pushpin.

const TOKEN = 'the-token-of-the-secret-store';
const names = await exampleNames();

describe('the examples as Wasm', { timeout: 180_000 }, () => {
  let project: PackedProject;
  let api: Server;
  let publishPort: number;
  /** What was published at Fastly's API. */
  const published: { readonly url: string | undefined; readonly key: unknown }[] = [];

  beforeAll(async () => {
    project = await packedProject();
    await cp('examples', join(project.folder, 'examples'), { recursive: true });
    publishPort = await freePort();
    api = createServer(async (request, response) => {
      if (request.method !== 'POST') {
        response.writeHead(405).end(); // Viceroy asks whether it is there
        return;
      }
      published.push({ url: request.url, key: request.headers['fastly-key'] });
      const body = await text(request);
      const answer = await fetch(`http://127.0.0.1:${publishPort}/publish/`, { method: 'POST', body });
      response.writeHead(answer.status).end(await answer.text());
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
  }, 180_000);
  afterAll(async () => {
    api?.close();
    await project?.remove();
  });

  it.each(names)('%s', async (name) => {
    const folder = join(project.folder, 'examples', name);
    const wasm = join(folder, 'main.wasm');
    await project.run(tool('.bin/js-compute-runtime'), join(folder, 'compute.ts'), wasm);
    const manifest = `
[local_server.backends.fastly-api]
url = "http://127.0.0.1:${(api.address() as AddressInfo).port}/"

[[local_server.secret_stores.secrets]]
key = "fastly-token"
data = "${TOKEN}"

[[local_server.secret_stores.secrets]]
key = "live-secret"
data = "the secret of the links"
`;
    const engine = await startComputeEngine({ wasm, publishPort, manifest });
    try {
      await USES[name]?.(engine);
    } catch (error) {
      console.log(engine.log());
      throw error;
    } finally {
      await engine.stop();
    }
  });

  it('publish by the API of Fastly, with the token of the Secret Store', () => {
    expect(published.length).toBeGreaterThan(0);
    for (const each of published) expect(each).toEqual({ url: '/service/SERVICE_ID/publish/', key: TOKEN });
  });
});
