import type { Logger } from './logger.js';
import type { GripSignature } from './protocol/grip-signature.js';

/** The Hono environment of what runs behind the handoff: transports, and handlers of your own. */
export interface FanoutEnv {
  Variables: {
    /** What the verified `Grip-Sig` of the request says. */
    grip: GripSignature;
    /** The logger of the mount; adds the route and the service version to each record. */
    fanoutLogger: Logger;
  };
}
