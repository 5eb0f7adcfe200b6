import { afterAll, beforeAll, describe, it } from 'vitest';
import { type LocalFanout, startLocalFanout } from '../../src/local-fanout/index.js';
import { createContractApp } from '../contract/app.js';
import { transportContract } from '../contract/contract.js';

const silent = () => undefined;

describe('the transport contract on the embedded Fanout', () => {
  let fanout: LocalFanout;
  beforeAll(async () => {
    fanout = await startLocalFanout(createContractApp({ logger: silent }), { logger: silent });
  });
  afterAll(() => fanout.close());

  for (const { name, run } of transportContract) {
    it(name, { timeout: 120_000 }, () =>
      run({
        client: fanout.clientUrl,
        service: fanout.clientUrl,
        publish: fanout.publishUrl,
        commands: '/commands',
      }),
    );
  }
});
