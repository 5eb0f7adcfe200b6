import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.js';
import { type LocalFanout, startLocalFanout } from '../../src/local-fanout/index.js';

describe('npm run smoke', { timeout: 60_000 }, () => {
  let fanout: LocalFanout;
  beforeAll(async () => {
    const logger = () => undefined;
    fanout = await startLocalFanout(createApp({ logger }), { logger });
  });
  afterAll(() => fanout.close());

  async function smoke(...args: string[]): Promise<{ code: number; output: string }> {
    const run = promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/smoke.ts', ...args]);
    return run.then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      ({ code, stdout, stderr }) => ({ code, output: `${stdout}${stderr}` }),
    );
  }

  it('passes on the reference service, with a token that appears nowhere', async () => {
    const { code, output } = await smoke(
      fanout.clientUrl,
      '--publish-url',
      fanout.publishUrl,
      '--token',
      'geheim',
    );
    expect(output).toMatch(/\n\d+ passed, 0 failed\n$/);
    expect(code).toBe(0);
    expect(output).not.toContain('geheim');
  });

  it('fails, and says at what, on anything else', async () => {
    const { code, output } = await smoke(fanout.publishUrl, '--publish-url', fanout.publishUrl);
    expect(code).toBe(1);
    expect(output).toMatch(/^FAIL {2}/m);
  });

  it.each([
    [[], 2, /Usage/],
    [
      ['ftp://host', '--publish-url', 'http://host'],
      2,
      /Expected an http or https URL, found "ftp:\/\/host"/,
    ],
    [['--help'], 0, /Usage/],
  ])('with %o it ends with %i', async (args, code, message) => {
    const result = await smoke(...args);
    expect([result.code, message.test(result.output)]).toEqual([code, true]);
  });
});
