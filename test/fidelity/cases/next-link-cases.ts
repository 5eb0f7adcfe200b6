import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { longPoll, respond, stream } from '../responses.js';
import type { Scene } from '../scene.js';
import type { ServiceRequest } from '../site.js';

const LINK = '<next>; rel=next; timeout=1';

/** A stream on `/` whose next link is answered by `next`. */
async function linked(
  scene: Scene,
  next: (request: ServiceRequest, count: number) => Response,
  link = LINK,
  headers: Record<string, string> = {},
) {
  scene.serve('/', () => stream(scene.channel(), { 'Grip-Link': link, ...headers }));
  scene.serve('/next', next);
  return scene.stream('/', 'open\n');
}

/** The next link: where a stream goes on. */
export const nextLinkCases: readonly FidelityCase[] = [
  fidelityCase('Grip-Link: a response without a hold goes on at its link at once', async (scene) => {
    scene.serve('/', () => respond({ 'Grip-Link': '<next?page=2>; rel=next' }, 'one\n'));
    scene.serve('/next', ({ path }) =>
      path.endsWith('2')
        ? respond({ 'Grip-Link': '<next?page=3>; rel=next', 'X-Late': '1' }, 'two\n')
        : respond({}, 'three\n', 201),
    );
    const { status, headers, body } = await scene.answer('/');
    const paths = scene.requests('/next').map(({ path }) => scene.plain(path));
    return { status, late: headers['x-late'] ?? null, body, paths };
  }),
  fidelityCase('Grip-Link: a hold behind a link', async (scene) => {
    scene.serve('/', () => respond({ 'Grip-Link': LINK }, 'one\n'));
    scene.serve('/next', () => stream(scene.channel(), {}, 'two\n'));
    const client = await scene.stream('/', 'two\n');
    await scene.publish({ channel: scene.channel(), 'http-stream': { content: 'x' } });
    return { body: client.body, ending: client.ending ?? 'open', requests: scene.requests('/next').length };
  }),
  fidelityCase('Grip-Link: what the client sent that its request has', async (scene) => {
    scene.serve('/', () => stream(scene.channel(), { 'Grip-Link': LINK }));
    scene.serve('/next', () => respond({}, 'end\n'));
    const headers = {
      'X-Client': '1',
      Cookie: 'a=1',
      Authorization: 'Bearer x',
      'User-Agent': 'ua',
      Accept: 'text/x',
    };
    const client = scene.open('/?a=b', { headers });
    await client.ended();
    const request = scene.requests('/next')[0];
    const { 'grip-sig': signature = '', host = '', ...rest } = request?.headers ?? {};
    return {
      method: request?.method ?? null,
      path: scene.plain(request?.path ?? ''),
      signed: signature !== '',
      host: /^localhost:\d+$/.test(host),
      names: Object.keys(rest).sort(),
      body: client.body,
    };
  }),
  fidelityCase(
    'Grip-Link: a second after the first subscription it is asked, whatever its timeout',
    async (scene) => {
      const client = await linked(scene, () => respond({}, 'end\n'), '<next>; rel=next; timeout=100');
      await client.ended();
      const asked = (scene.requests('/next')[0]?.at ?? 0) - client.startedAt;
      return { body: client.body, atLeast900ms: asked > 900 };
    },
  ),
  fidelityCase(
    'Grip-Link: a channel that has a subscriber already is not asked before the timeout',
    async (scene) => {
      await scene.warm(scene.channel());
      await linked(scene, () => respond({}, 'end\n'), '<next>; rel=next; timeout=100');
      await scene.sleep(4000);
      return scene.requests('/next').length;
    },
  ),
  fidelityCase('Grip-Link: its timeout', async (scene) => {
    await scene.warm(scene.channel());
    const client = await linked(scene, () => respond({}, 'end\n'), '<next>; rel=next; timeout=3');
    await client.ended();
    return {
      body: client.body,
      atLeast2900ms: (scene.requests('/next')[0]?.at ?? 0) - client.startedAt > 2900,
    };
  }),
  fidelityCase('Grip-Link: messages put its timeout off', async (scene) => {
    await scene.warm(scene.channel());
    const client = await linked(scene, () => respond({}, 'end\n'), '<next>; rel=next; timeout=3');
    for (let sent = 0; sent < 12; sent += 1) {
      await scene.publishNow({ channel: scene.channel(), 'http-stream': { content: '.' } });
      await scene.sleep(450);
    }
    const whileBusy = scene.requests('/next').length;
    await client.ended();
    return { whileBusy, after: scene.requests('/next').length };
  }),
  fidelityCase('Grip-Link: holds again and again', async (scene) => {
    const client = await linked(scene, (_, count) =>
      count === 4
        ? respond({}, 'end\n')
        : stream(scene.channel(), { 'Grip-Link': LINK, 'X-Count': String(count) }, `${count}\n`),
    );
    await client.ended();
    return {
      body: client.body,
      status: client.head?.status ?? null,
      header: client.head?.headers['x-count'] ?? null,
    };
  }),
  fidelityCase('Grip-Link: a hold without a link is not asked again', async (scene) => {
    const client = await linked(scene, () => stream(scene.channel(), {}, 'second\n'));
    await client.until('second\n');
    await scene.sleep(3000);
    await scene.publish({ channel: scene.channel(), 'http-stream': { content: 'x' } });
    return { body: client.body, requests: scene.requests('/next').length, ending: client.ending ?? 'open' };
  }),
  fidelityCase('Grip-Link: a hold on other channels', async (scene) => {
    const [a, b, c] = [scene.channel('a'), scene.channel('b'), scene.channel('c')];
    scene.serve('/', () => stream(`${a}, ${b}`, { 'Grip-Link': LINK }));
    scene.serve('/next', () => stream(`${b}, ${c}`, {}, 'second\n'));
    const client = await scene.stream('/', 'second\n');
    await scene.publish(
      ...[a, b, c].map((channel) => ({ channel, 'http-stream': { content: scene.plain(channel) } })),
    );
    return client.body;
  }),
  fidelityCase('Grip-Link: what is published while it can not be had', async (scene) => {
    const client = await linked(scene, (_, count) =>
      count < 2 ? respond({}, '', 500) : stream(scene.channel(), {}, 'second\n'),
    );
    await scene.eventually(() => scene.requests('/next').length > 0, 'the first request of the link');
    await scene.publish({ channel: scene.channel(), 'http-stream': { content: 'x\n' } });
    const meanwhile = client.body;
    await client.until('x\n');
    return { meanwhile, after: client.body };
  }),
  fidelityCase('Grip-Link: to somewhere else', async (scene) => {
    const seen: Json[] = [];
    scene.serve('/elsewhere', () => respond({}, 'other path\n'));
    scene.serve('/', () =>
      stream(scene.channel(), { 'Grip-Link': `<${scene.path('/elsewhere')}>; rel=next` }),
    );
    const client = scene.open('/');
    seen.push(await client.ended(), client.body);
    return seen;
  }),
  fidelityCase('Grip-Link: on a response hold', async (scene) => {
    scene.serve('/', () => longPoll(scene.channel(), { 'Grip-Link': LINK }));
    scene.serve('/next', () => respond({}, 'end\n'));
    await scene.warm(scene.channel());
    const client = await scene.hold('/');
    await scene.sleep(2500);
    await scene.publish({ channel: scene.channel(), 'http-response': { body: 'done' } });
    return { body: (await client.answer()).body, requests: scene.requests('/next').length };
  }),
  fidelityCase(
    'Grip-Link: streams with the same link and timeout are asked for at the same time',
    async (scene) => {
      await scene.warm(scene.channel());
      const link = { 'Grip-Link': `<${scene.path('/next')}>; rel=next; timeout=4` };
      scene.serve('/', () => stream(scene.channel(), link));
      scene.serve('/next', async (_, count) => {
        await scene.sleep(500);
        return respond({}, `${count}\n`);
      });
      const first = await scene.stream('/', 'open\n');
      await scene.sleep(2000);
      const second = await scene.stream('/?other', 'open\n');
      await Promise.all([first.ended(), second.ended()]);
      // The second one has been there for two seconds only; both get what one request brought.
      const early = second.endedAt - second.startedAt < 3500;
      return { early, bodies: [first.body, second.body], requests: scene.requests('/next').length };
    },
  ),
];
