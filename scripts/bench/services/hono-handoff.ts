import { serveHandoff } from './hono-handoff-app.js';

serveHandoff();
