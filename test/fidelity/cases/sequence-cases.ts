import { type FidelityCase, fidelityCase } from '../fidelity-case.js';
import { longPoll, respond, stream } from '../responses.js';
import type { Scene } from '../scene.js';

interface Numbers {
  readonly id?: string;
  readonly 'prev-id'?: string;
  readonly 'no-seq'?: boolean;
}

function item(channel: string, content: string, numbers: Numbers): object {
  return { channel, ...numbers, 'http-stream': { content } };
}

/** A stream without `prev-id`, and what it gets of what is published. */
async function ordered(scene: Scene, publish: (channel: string) => Promise<void>): Promise<string> {
  scene.serve('/', () => stream(scene.channel()));
  const client = await scene.stream('/', 'open\n');
  await publish(scene.channel());
  return client.body.slice('open\n'.length);
}

/** `prev-id`: of what is published, and of holds. */
export const sequenceCases: readonly FidelityCase[] = [
  fidelityCase('prev-id: messages in a wrong order are put into the right one', (scene) =>
    ordered(scene, async (a) => {
      await scene.publish(item(a, '1', { id: '1' }));
      await scene.publish(
        item(a, '4', { id: '4', 'prev-id': '3' }),
        item(a, '3', { id: '3', 'prev-id': '2' }),
      );
      await scene.publish(item(a, '2', { id: '2', 'prev-id': '1' }));
    }),
  ),
  fidelityCase('prev-id: a message whose predecessor does not come waits 5 s', async (scene) => {
    scene.serve('/', () => stream(scene.channel()));
    const client = await scene.stream('/', 'open\n');
    await scene.publish(item(scene.channel(), '1', { id: '1' }));
    const start = performance.now();
    await scene.publish(item(scene.channel(), '3', { id: '3', 'prev-id': '2' }));
    const before = client.body;
    await client.until('13');
    const waited = performance.now() - start;
    // What it waited for comes too late, and goes out as well.
    await scene.publish(item(scene.channel(), '2', { id: '2', 'prev-id': '1' }));
    const late = client.body;
    await client.until('2');
    return { before, late, after: client.body, atLeast4s: waited > 4000 };
  }),
  fidelityCase('prev-id: the first message of a channel does not wait', (scene) =>
    ordered(scene, async (a) => {
      await scene.publish(item(a, '5', { id: '5', 'prev-id': '4' }));
    }),
  ),
  fidelityCase('prev-id: after a message without id nothing waits', (scene) =>
    ordered(scene, async (a) => {
      await scene.publish(
        item(a, '1', { id: '1' }),
        item(a, 'x', {}),
        item(a, '7', { id: '7', 'prev-id': '6' }),
      );
    }),
  ),
  fidelityCase('prev-id: a message without prev-id never waits', (scene) =>
    ordered(scene, async (a) => {
      await scene.publish(
        item(a, '1', { id: '1' }),
        item(a, '9', { id: '9' }),
        item(a, 'a', { id: 'a', 'prev-id': '9' }),
      );
    }),
  ),
  fidelityCase('prev-id: two that wait for the same one: the second is dropped', (scene) =>
    ordered(scene, async (a) => {
      await scene.publish(item(a, '1', { id: '1' }));
      await scene.publish(
        item(a, '3', { id: '3', 'prev-id': '2' }),
        item(a, 'x', { id: 'x', 'prev-id': '2' }),
      );
      await scene.publish(item(a, '2', { id: '2', 'prev-id': '1' }));
      await scene.sleep(7000);
    }),
  ),
  fidelityCase('prev-id: empty', (scene) =>
    ordered(scene, async (a) => {
      await scene.publish(item(a, '1', { id: '1' }), item(a, 'x', { id: 'x', 'prev-id': '' }));
    }),
  ),
  fidelityCase('prev-id: with no-seq a message does not wait, and is not counted', (scene) =>
    ordered(scene, async (a) => {
      await scene.publish(
        item(a, '1', { id: '1' }),
        item(a, '9', { id: '9', 'prev-id': '8', 'no-seq': true }),
      );
      await scene.publish(item(a, '2', { id: '2', 'prev-id': '1' }));
    }),
  ),
  fidelityCase('prev-id: a channel without subscribers has no order', (scene) =>
    ordered(scene, async () => {
      const b = scene.channel('b');
      await scene.publish(item(b, '1', { id: '1' }));
      scene.serve('/b', () => stream(b));
      const late = await scene.stream('/b', 'open\n');
      await scene.publish(item(b, '3', { id: '3', 'prev-id': '2' }));
      await scene.publish({ channel: scene.channel(), 'http-stream': { content: late.body } });
    }),
  ),
  fidelityCase('prev-id: a stream hold without a link ends', async (scene) => {
    scene.serve('/', () => stream(`${scene.channel()}; prev-id=1`));
    const { status, body } = await scene.answer('/');
    return { status, body };
  }),
  fidelityCase('prev-id: an empty one on a stream hold without a link', async (scene) => {
    scene.serve('/', () => stream(`${scene.channel()}; prev-id=`));
    const client = await scene.stream('/', 'open\n');
    await scene.sleep(500);
    return client.ending ?? 'open';
  }),
  fidelityCase('prev-id: a response hold that the next message follows', async (scene) => {
    scene.serve('/', () => longPoll(`${scene.channel()}; prev-id=1`));
    await scene.warm(scene.channel());
    const client = await scene.hold('/');
    const channel = scene.channel();
    await scene.publish({ channel, id: '2', 'prev-id': '1', 'http-response': { body: '2' } });
    return { body: (await client.answer()).body, requests: scene.requests('/').length };
  }),
  fidelityCase('prev-id: a response hold that missed a message is asked for again', async (scene) => {
    scene.serve('/', (request, count) =>
      count === 1
        ? longPoll(`${scene.channel()}; prev-id=1`)
        : respond({}, `caught up: ${request.headers['grip-last']}`),
    );
    await scene.warm(scene.channel());
    const client = await scene.hold('/');
    const channel = scene.channel();
    await scene.publishNow({ channel, id: '3', 'prev-id': '2', 'http-response': { body: '3' } });
    const { body } = await client.answer();
    return { body: scene.plain(body), requests: scene.requests('/').length };
  }),
  fidelityCase('prev-id: a response hold with an id that is old already', async (scene) => {
    scene.serve('/other', () => stream(scene.channel()));
    await scene.stream('/other', 'open\n');
    await scene.publish(item(scene.channel(), '5', { id: '5' }));
    scene.serve('/', (request, count) =>
      count === 1
        ? longPoll(`${scene.channel()}; prev-id=1`)
        : respond({}, `caught up: ${request.headers['grip-last']}`),
    );
    const { body } = await scene.answer('/');
    return { body: scene.plain(body), requests: scene.requests('/').length };
  }),
  fidelityCase('prev-id: a response hold and a message without prev-id', async (scene) => {
    scene.serve('/', (request, count) =>
      count === 1
        ? longPoll(`${scene.channel()}; prev-id=1`)
        : respond({}, `caught up: ${request.headers['grip-last']}`),
    );
    await scene.warm(scene.channel());
    const client = await scene.hold('/');
    await scene.publishNow({ channel: scene.channel(), id: '2', 'http-response': { body: '2' } });
    return scene.plain((await client.answer()).body);
  }),
];
