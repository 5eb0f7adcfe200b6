import { startLocalFanout } from 'hono-fanout/local';
import app from './app.js';

const port = Number(process.env['PORT'] ?? 7676);
const publishPort = Number(process.env['PUBLISH_PORT'] ?? 5561);
const { clientUrl, publishUrl } = await startLocalFanout(app, { port, publishPort });
console.log(`curl -N ${clientUrl}/sensors/attic/lines
npx hono-fanout publish sensor-attic '{"celsius":21}' --url ${publishUrl}`);
