import { Hono } from 'hono';
import { createApp } from '../../src/app.js';
import { type FanoutOptions, fanout } from '../../src/fanout.js';
import type { FanoutEnv } from '../../src/fanout-env.js';
import { fanoutHandoff } from '../../src/middleware/fanout-handoff.js';
import { hmacKey } from '../../src/protocol/grip-signature.js';
import type { WebSocketSession } from '../../src/transports/websocket-session.js';
import { WebSocketTransport } from '../../src/transports/websocket-transport.js';

/** Of the proofs of handoffs at `/proven` and `/renewed`. */
export const HANDOFF_KEY = 'AAECAwQFBgcICQoLDA0ODw==';

/** Says whether a message came with a proof of the handoff, or by the signature alone. */
class ProofTransport extends WebSocketTransport {
  override onMessage(session: WebSocketSession): void {
    session.send(session.context.get('grip').issuer === undefined ? 'proof' : 'signature');
  }
}

type Options = Omit<FanoutOptions, 'transports'>;

/**
 * `/proven`: the reference service, where no signature is valid, so that a proof alone lets anything through. `/renewed`: a
 * socket that is handed off without a proof.
 */
export function createProofApp(options: Options): Hono<FanoutEnv> {
  const handoffKey = () => HANDOFF_KEY;
  const app = new Hono<FanoutEnv>();
  const unsigned = { keys: [hmacKey('what nobody signs with')], issuers: ['nobody'] };
  app.route('/proven', createApp({ ...options, ...unsigned, handoffKey }));
  app.get('/renewed/ws', fanoutHandoff({ ...options, upgrade: 'websocket' }));
  const transports = [ProofTransport];
  app.route('/renewed', fanout({ channels: ['test'], ...options, handoffKey, transports }));
  return app;
}
