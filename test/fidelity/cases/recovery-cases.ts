import { type FidelityCase, fidelityCase } from '../fidelity-case.js';
import { respond, stream } from '../responses.js';
import type { Scene } from '../scene.js';

/** A message of a sequence: it follows the one before. */
function message(scene: Scene, id: number, previous: number = id - 1): object {
  return {
    channel: scene.channel(),
    id: String(id),
    'prev-id': String(previous),
    'http-stream': { content: `<${id}>` },
  };
}

/**
 * A stream that follows `prev-id=1`, on a channel that is subscribed to already; its next link, far off, answers
 * with the messages up to `upTo` and holds again.
 */
async function follower(scene: Scene, upTo: string) {
  const channel = scene.channel();
  const link = { 'Grip-Link': '<next>; rel=next; timeout=100' };
  scene.serve('/', () => stream(`${channel}; prev-id=1`, link));
  scene.serve('/next', () => stream(`${channel}; prev-id=${upTo}`, link, `caught up to ${upTo};`));
  await scene.warm(channel);
  return scene.stream('/', 'open\n');
}

function lasts(scene: Scene): string[] {
  return scene.requests('/next').map(({ headers }) => scene.plain(headers['grip-last'] ?? 'none'));
}

/** What happens to a stream with a next link that misses a message. */
export const recoveryCases: readonly FidelityCase[] = [
  fidelityCase('recovery: messages that follow each other', async (scene) => {
    const client = await follower(scene, '9');
    await scene.publish(message(scene, 2), message(scene, 3));
    await scene.sleep(1000);
    return { body: client.body, lasts: lasts(scene) };
  }),
  fidelityCase('recovery: a message was missed', async (scene) => {
    const client = await follower(scene, '4');
    await scene.publish(message(scene, 2), { ...message(scene, 4), 'no-seq': true });
    await client.until('caught up to 4;');
    await scene.publish(message(scene, 5));
    await scene.sleep(500);
    return { body: client.body, lasts: lasts(scene) };
  }),
  fidelityCase('recovery: a message without prev-id', async (scene) => {
    const client = await follower(scene, '2');
    await scene.publish({ channel: scene.channel(), id: '2', 'http-stream': { content: '<2>' } });
    await client.until('caught up to 2;');
    await scene.publish(message(scene, 3));
    return { body: client.body, lasts: lasts(scene) };
  }),
  fidelityCase('recovery: the hold is older than what was published', async (scene) => {
    const channel = scene.channel();
    await scene.warm(channel);
    await scene.publish(message(scene, 5));
    const link = { 'Grip-Link': '<next>; rel=next; timeout=100' };
    scene.serve('/', () => stream(`${channel}; prev-id=3`, link));
    scene.serve('/next', () => stream(`${channel}; prev-id=5`, link, 'caught up to 5;'));
    const client = await scene.stream('/', 'caught up to 5;');
    await scene.publish(message(scene, 6));
    return { body: client.body, lasts: lasts(scene) };
  }),
  fidelityCase('recovery: what comes while the link is asked is not lost', async (scene) => {
    const channel = scene.channel();
    const link = { 'Grip-Link': '<next>; rel=next; timeout=100' };
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    scene.serve('/', () => stream(`${channel}; prev-id=1`, link));
    scene.serve('/next', async () => {
      await gate;
      return stream(`${channel}; prev-id=4`, link, 'caught up to 4;');
    });
    await scene.warm(channel);
    const client = await scene.stream('/', 'open\n');
    await scene.publish({ ...message(scene, 3), 'no-seq': true });
    await scene.eventually(() => scene.requests('/next').length > 0, 'a request of the link');
    // 4 is in what the link answers; 5 follows it.
    await scene.publish({ ...message(scene, 4), 'no-seq': true }, { ...message(scene, 5), 'no-seq': true });
    letGo();
    await client.until('caught up to 4;');
    await scene.publish({ ...message(scene, 6), 'no-seq': true });
    return { body: client.body, lasts: lasts(scene) };
  }),
  fidelityCase('recovery: a hint asks the link at once', async (scene) => {
    const client = await follower(scene, '7');
    await scene.publish({
      channel: scene.channel(),
      'prev-id': '1',
      id: '7',
      'http-stream': { action: 'hint' },
    });
    await client.until('caught up to 7;');
    await scene.publish(message(scene, 8));
    return { body: client.body, lasts: lasts(scene) };
  }),
  fidelityCase('recovery: a hint on a stream without prev-id', async (scene) => {
    const channel = scene.channel();
    scene.serve('/', () => stream(channel, { 'Grip-Link': '<next>; rel=next; timeout=100' }));
    scene.serve('/next', () => respond({}, 'end\n'));
    await scene.warm(channel);
    const client = await scene.stream('/', 'open\n');
    await scene.publishNow({ channel, 'http-stream': { action: 'hint' } });
    await client.ended();
    return { body: client.body, lasts: lasts(scene) };
  }),
  fidelityCase('recovery: Grip-Last of several channels', async (scene) => {
    const [a, b, c] = [scene.channel('a'), scene.channel('b'), scene.channel('c')];
    scene.serve('/', () =>
      stream(`${a}; prev-id=1, ${b}; prev-id="2", ${c}`, { 'Grip-Link': '<next>; rel=next; timeout=100' }),
    );
    scene.serve('/next', () => respond({}, 'end\n'));
    await scene.answer('/');
    return (lasts(scene)[0] ?? '').split(', ').sort();
  }),
  fidelityCase('recovery: the request for all to be asked again, by GET', async (scene) => {
    // Not run: POST /recover/ would disturb all other cases. Its refusals don't.
    const { status, headers, body } = await scene.publishRaw('', { path: '/recover/', method: 'GET' });
    return { status, allow: headers['allow'] ?? null, body };
  }),
];
