import { startLocalFanout } from 'hono-fanout/local';
import { pushpinEndpoint } from 'hono-fanout/publisher';
import { createChat } from './app.js';

const port = Number(process.env['PORT'] ?? 7676);
const publishPort = Number(process.env['PUBLISH_PORT'] ?? 5561);
const chat = createChat(pushpinEndpoint({ url: `http://localhost:${publishPort}/` }));
const { clientUrl } = await startLocalFanout(chat, { port, publishPort });
console.log(`curl -N ${clientUrl}/rooms/lobby/sse
npx wscat -c '${clientUrl.replace('http', 'ws')}/rooms/lobby/ws?name=ada'`);
