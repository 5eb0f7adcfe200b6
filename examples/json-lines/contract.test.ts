import { test } from 'node:test';
import { transportContract } from 'hono-fanout/testing';
import { JsonLinesTransport } from './app.js';

for (const { name, run } of transportContract(JsonLinesTransport, { holds: 'stream' })) test(name, run);
