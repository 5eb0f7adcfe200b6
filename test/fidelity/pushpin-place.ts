import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { joinLogs } from '../../scripts/engines/engine.js';
import { createFirstPassServer } from '../../scripts/engines/first-pass-server.js';
import { freePort, LOOPBACK } from '../../scripts/engines/free-ports.js';
import { startPushpin } from '../../scripts/engines/pushpin.js';
import { GripSignatureVerifier } from '../../src/protocol/grip-signature.js';
import type { StartedPlace } from './scene.js';
import { Site } from './site.js';

type Key = ConstructorParameters<typeof GripSignatureVerifier>[0][number];

/**
 * A site with a Pushpin in front. Beside the route that a handoff names there is one for all else: where the first
 * is the only one, Pushpin 1.36 ends as a whole once it asks for a response hold again whose `prev-id` was old.
 */
export async function startOnPushpin(): Promise<StartedPlace> {
  const site = new Site();
  const port = await freePort();
  const pushpinPort = await freePort();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const verifier = new GripSignatureVerifier([publicKey.export({ format: 'jwk' }) as Key]);
  const trust = { verifier, issuers: ['fidelity'] };
  const service = createFirstPassServer({ app: site.app, pushpinPort, trust });
  await once(service.server.listen(port, LOOPBACK), 'listening');
  try {
    const target = `${LOOPBACK}:${port},over_http,host=localhost:${port}`;
    const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const pushpin = await startPushpin({
      port: pushpinPort,
      routes: [`id=self ${target}`, `* ${target}`],
      signing: { iss: 'fidelity', key },
    });
    return {
      site,
      client: `http://${LOOPBACK}:${port}`,
      publish: pushpin.publish,
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
