import { createApp } from '../../src/app.js';
import { startLocalFanout } from '../../src/local-fanout/index.js';

// The embedded Fanout in a process of its own: what it costs is then not mixed with what its clients cost.

process.on('disconnect', () => process.exit());
const logger = () => undefined;
startLocalFanout(createApp({ logger }), { logger }).then(
  ({ clientUrl, publishUrl }) => process.send?.({ client: `${clientUrl}/sse`, publish: publishUrl }),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
