import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { FetchApp } from '../../src/platform.js';
import { type GripKey, GripSignatureVerifier } from '../../src/protocol/grip-signature.js';
import { type Engine, joinLogs } from './engine.js';
import { createFirstPassServer } from './first-pass-server.js';
import { freePort, LOOPBACK, requireFreePort } from './free-ports.js';
import { startPushpin } from './pushpin.js';

export interface PushpinEngineOptions {
  /** What clients connect to; by default a free port. */
  readonly port?: number | undefined;
  /** What messages are published to; by default a free port. */
  readonly publishPort?: number | undefined;
  /** Gives up starting. */
  readonly signal?: AbortSignal | undefined;
}

const ISSUER = 'pushpin-engine';

/**
 * The app on Node, which hands off to a Pushpin, which calls it back. Pushpin signs by ES256, as Fastly's Fanout
 * does, with a key of this engine's own.
 *
 * @example
 * const engine = await startPushpinEngine(createApp());
 */
export async function startPushpinEngine(app: FetchApp, options: PushpinEngineOptions = {}): Promise<Engine> {
  const { port = await freePort(), publishPort, signal } = options;
  const pushpinPort = await freePort();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const verifier = new GripSignatureVerifier([publicKey.export({ format: 'jwk' }) as GripKey]);

  await requireFreePort(port, 'the service');
  const service = createFirstPassServer({ app, pushpinPort, trust: { verifier, issuers: [ISSUER] } });
  await once(service.server.listen(port, LOOPBACK), 'listening');
  try {
    const pushpin = await startPushpin({
      port: pushpinPort,
      publishPort,
      routes: [`id=self ${LOOPBACK}:${port},over_http,host=localhost:${port}`],
      signing: { iss: ISSUER, key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() },
      signal,
    });
    const client = `http://${LOOPBACK}:${port}`;
    return {
      client,
      service: client,
      publish: pushpin.publish,
      ended: pushpin.ended,
      async stop() {
        await Promise.all([service.close(), pushpin.stop()]);
      },
      log: () => joinLogs({ service: service.log, Pushpin: pushpin.log }),
    };
  } catch (error) {
    await service.close();
    throw error;
  }
}
