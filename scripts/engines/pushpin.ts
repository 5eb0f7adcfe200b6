import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningProcess, startProcess } from './child-process.js';
import { freePort, LOOPBACK, requireFreePort } from './free-ports.js';
import { type PushpinSettings, parseVersion, pushpinConfig, type Version } from './pushpin-config.js';
import { createReadinessProbe } from './pushpin-readiness.js';

export interface PushpinOptions {
  /** What clients connect to; by default a free port. */
  readonly port?: number | undefined;
  /** What messages are published to; by default a free port. */
  readonly publishPort?: number | undefined;
  /** Lines of the routes file: `* 127.0.0.1:8000,over_http`. */
  readonly routes: readonly string[];
  /** Signs `Grip-Sig` by ES256 where `key` is a private key in PEM (PKCS #8), else by HS256 with `key` as the secret. */
  readonly signing: { readonly iss: string; readonly key: string };
  readonly settings?: PushpinSettings;
  readonly signal?: AbortSignal | undefined;
}

export interface Pushpin extends RunningProcess {
  readonly client: string;
  readonly publish: string;
  readonly version: Version;
}

/**
 * Starts a Pushpin of its own, on the loopback address; any number of them can run at once.
 *
 * @example
 * const pushpin = await startPushpin({
 *   routes: ['* 127.0.0.1:8000,over_http'],
 *   signing: { iss: 'pushpin', key: 'secret' },
 * });
 */
export async function startPushpin(options: PushpinOptions): Promise<Pushpin> {
  const version = await pushpinVersion();
  const { port = await freePort(), publishPort = await freePort(), signing } = options;
  await requireFreePort(port, "Pushpin's clients");
  await requireFreePort(publishPort, 'publishing to Pushpin');
  const client = `http://${LOOPBACK}:${port}`;
  const publish = `http://${LOOPBACK}:${publishPort}/publish/`;
  const isPem = signing.key.startsWith('-----BEGIN');

  const probe = await createReadinessProbe();
  const running = await startProcess({
    name: 'Pushpin',
    programs: 'pushpin|pushpin-.*|condure|zurl',
    async prepare(folder) {
      const config = join(folder, 'pushpin.conf');
      if (isPem) await writeFile(join(folder, 'key.pem'), signing.key, { mode: 0o600 });
      await writeFile(join(folder, 'routes'), [...options.routes, probe.route, ''].join('\n'));
      const key = isPem ? 'file:key.pem' : signing.key;
      const settings = { folder, host: LOOPBACK, port, publishPort, issuer: signing.iss, key };
      await writeFile(config, pushpinConfig(version, { ...settings, settings: options.settings }), {
        mode: 0o600,
      });
      return { command: 'pushpin', args: [`--config=${config}`, '--merge-output'] };
    },
    isReady: () => probe.isReady(client, publish),
    signal: options.signal,
  }).finally(probe.close);
  return { ...running, client, publish, version };
}

/** @throws Error when there is no Pushpin. */
async function pushpinVersion(): Promise<Version> {
  const { stdout } = await promisify(execFile)('pushpin', ['--version']).catch((cause: Error) => {
    throw new Error(`Pushpin can't be run; \`npm run doctor\` says how to install it: ${cause.message}`);
  });
  const version = parseVersion(stdout);
  if (version === undefined) throw new Error(`Expected Pushpin's version, found ${JSON.stringify(stdout)}.`);
  return version;
}
