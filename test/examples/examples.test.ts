import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChatTransport, createChat } from '../../examples/chat/app.js';
import jsonLines, { JsonLinesTransport } from '../../examples/json-lines/app.js';
import { createShop } from '../../examples/jwt/app.js';
import { freePort } from '../../scripts/engines/free-ports.js';
import { type LocalFanout, startLocalFanout } from '../../src/local-fanout/index.js';
import type { FetchApp } from '../../src/platform.js';
import { Publisher, pushpinEndpoint } from '../../src/publisher/index.js';
import { transportContract } from '../../src/testing/index.js';
import { CUSTOMER_KEY, exampleNames, exampleSources, USES } from './examples.js';

const names = await exampleNames();
const elsewherePort = await freePort();

describe.each(names)('the example %s', (name) => {
  it('is short', async () => {
    const sources = await exampleSources(name);
    expect([...sources.keys()].sort()).toEqual(expect.arrayContaining(['app.ts', 'compute.ts', 'node.ts']));
    for (const [file, text] of sources) expect(text.split('\n').length, file).toBeLessThan(60);
  });

  it('has a test of its use', () => {
    expect(Object.keys(USES)).toContain(name);
  });
});

describe('the examples on the embedded Fanout', () => {
  let publishPort: number;
  let local: LocalFanout | undefined;
  beforeEach(async () => {
    publishPort = await freePort();
  });
  afterEach(() => local?.close());

  async function use(name: string, app: FetchApp): Promise<void> {
    local = await startLocalFanout(app, { publishPort, logger: () => undefined });
    await USES[name]?.({ client: local.clientUrl, publish: local.publishUrl });
  }

  it('jwt', () => use('jwt', createShop({ keys: [CUSTOMER_KEY], secret: () => 'secret' })));
  it('json-lines', () => use('json-lines', jsonLines));
  it('chat', () => use('chat', createChat(pushpinEndpoint({ url: `http://localhost:${publishPort}/` }))));
});

describe('the transport contract on the transport of json-lines', () => {
  for (const { name, run } of transportContract(JsonLinesTransport, { holds: 'stream' })) it(name, run);
});

describe('the transport contract on the transport of chat', () => {
  // What the clients of a case say is published to nobody: each case has a Fanout of its own.
  let elsewhere: LocalFanout;
  beforeAll(async () => {
    elsewhere = await startLocalFanout({ fetch: () => new Response() }, { publishPort: elsewherePort });
  });
  afterAll(() => elsewhere.close());

  const publisher = new Publisher(pushpinEndpoint({ url: `http://localhost:${elsewherePort}/` }));
  const cases = transportContract({ use: ChatTransport, publisher }, { holds: 'websocket' });
  for (const { name, run } of cases) it(name, run);
});
