import type { GripRequest } from './grip-request.js';
import type { Logger } from './logger.js';

/** The Hono environment of what runs behind the handoff: transports, and handlers of your own. */
export interface FanoutEnv {
  Variables: {
    /** What is known of the request from Fanout. */
    grip: GripRequest;
    /** The logger of the mount; adds the route and the service version to each record. */
    fanoutLogger: Logger;
    /**
     * When what the request opens has to end, in seconds since 1970. Set it in `authorize` or `channels`, as
     * `channelsFromJwt` does, where the right to listen expires.
     */
    fanoutExpires?: number | undefined;
    /** The proof of the handoff that takes the place of a WebSocket's old one; see `handoffKey`. */
    fanoutProof?: string | undefined;
  };
}
