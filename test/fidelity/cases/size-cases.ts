import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import type { Answer } from '../http-client.js';
import { longPoll, respond, stream } from '../responses.js';

function size({ status, body }: Answer): Json {
  return body.length > 100 ? [status, body.length] : [status, body];
}

/** How large bodies may be. */
export const sizeCases: readonly FidelityCase[] = [
  ...[99_999, 100_000, 100_001, 1_000_000].flatMap((length) => [
    fidelityCase(`size: ${length} bytes without a hold`, async (scene) => {
      scene.serve('/plain', () => respond({}, 'x'.repeat(length)));
      scene.serve('/grip', () => respond({ 'Grip-Channel': 'x', 'X-Own': '1' }, 'x'.repeat(length)));
      return { plain: size(await scene.answer('/plain')), grip: size(await scene.answer('/grip')) };
    }),
    fidelityCase(`size: ${length} bytes and a response hold`, async (scene) => {
      const headers = { 'Grip-Hold': 'response', 'Grip-Channel': scene.channel(), 'Grip-Timeout': '5' };
      scene.serve('/', () => respond(headers, 'x'.repeat(length)));
      return size(await scene.answer('/'));
    }),
    fidelityCase(`size: ${length} bytes and a stream`, async (scene) => {
      const channel = scene.channel();
      scene.serve('/', () => stream(channel, {}, 'x'.repeat(length)));
      const client = await scene.hold('/');
      await scene.sleep(2000);
      const first = client.body.length;
      await scene.publish({ channel, 'http-stream': { content: 'more' } });
      return {
        status: client.head?.status ?? null,
        first,
        more: client.body.endsWith('more'),
        ending: client.ending ?? 'open',
      };
    }),
    fidelityCase(`size: a request of ${length} bytes`, async (scene) => {
      const channel = scene.channel();
      scene.serve('/plain', ({ body }) => respond({}, `got ${body.length}\n`), 'everything');
      scene.serve('/hold', () => longPoll(channel), 'everything');
      await scene.warm(channel);
      const request = { method: 'POST', body: 'x'.repeat(length) };
      const plain = await scene.answer('/plain', request);
      const client = await scene.hold('/hold', request);
      await scene.publish({ channel, 'http-response': { body: 'done\n' } });
      return { plain: size(plain), hold: size(await client.answer()) };
    }),
    fidelityCase(`size: a next link of ${length} bytes`, async (scene) => {
      scene.serve('/', () => stream(scene.channel(), { 'Grip-Link': '<next>; rel=next' }));
      scene.serve('/next', () => respond({}, 'x'.repeat(length)));
      return size(await scene.answer('/'));
    }),
  ]),
  fidelityCase('size: a response hold of 100,000 bytes that is answered', async (scene) => {
    const channel = scene.channel();
    await scene.warm(channel);
    const headers = { 'Grip-Hold': 'response', 'Grip-Channel': channel };
    scene.serve('/', () => respond(headers, 'x'.repeat(100_000)));
    const client = await scene.hold('/');
    await scene.publish({ channel, 'http-response': { body: 'done\n' } });
    return size(await client.answer());
  }),
  fidelityCase('size: a message of 60,000 bytes', async (scene) => {
    const channel = scene.channel();
    scene.serve('/', () => stream(channel));
    const client = await scene.stream('/', 'open\n');
    await scene.publish({ channel, 'http-stream': { content: 'x'.repeat(60_000) } });
    return client.body.length;
  }),
  fidelityCase('size: headers of 10,000 bytes', async (scene) => {
    scene.serve('/', ({ headers }) => respond({ 'X-Length': String(headers['x-long']?.length) }, 'hello\n'));
    const { status, headers } = await scene.answer('/', { headers: { 'X-Long': 'x'.repeat(10_000) } });
    return [status, headers['x-length'] ?? null];
  }),
  fidelityCase('size: headers of a response of 10,000 bytes', async (scene) => {
    scene.serve('/', () => stream(scene.channel(), { 'X-Long': 'x'.repeat(10_000) }));
    const { status, headers } = await scene.open('/').response();
    return [status, headers['x-long']?.length ?? null];
  }),
];
