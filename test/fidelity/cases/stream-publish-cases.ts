import { type FidelityCase, fidelityCase } from '../fidelity-case.js';
import { stream } from '../responses.js';
import { table } from '../table.js';

/** What is published to streams. */
export const streamPublishCases: readonly FidelityCase[] = [
  fidelityCase('http-stream: contents', (scene) =>
    table<object>(
      {
        text: { content: 'a' },
        'text of two bytes a character': { content: 'é' },
        empty: { content: '' },
        base64: { 'content-bin': 'AP+A' },
        'base64 before text': { 'content-bin': 'Yg==', content: 'a' },
        'base64 with spaces': { 'content-bin': ' Y g = = ' },
        'base64 without padding': { 'content-bin': 'Yg' },
        'base64 for the Web': { 'content-bin': '-_-_' },
        close: { action: 'close' },
        'close, with content': { action: 'close', content: 'a' },
        hint: { action: 'hint', content: 'a' },
      },
      async (format, number) => {
        const channel = scene.channel(String(number));
        scene.serve(`/${number}`, () => stream(channel));
        const client = await scene.stream(`/${number}`, 'open\n');
        await scene.publish({ channel, 'http-stream': format });
        return { got: client.body.slice('open\n'.length), ending: client.ending ?? 'open' };
      },
    ),
  ),
  fidelityCase('http-stream: order, and what comes after a close', async (scene) => {
    const channel = scene.channel();
    scene.serve('/', () => stream(channel));
    const client = await scene.stream('/', 'open\n');
    const items = Array.from({ length: 50 }, (_, index) => ({
      channel,
      'http-stream': { content: `${index} ` },
    }));
    await scene.publish(...items, { channel, 'http-stream': { action: 'close' } }, ...items);
    return { body: client.body, ending: client.ending ?? 'open' };
  }),
  fidelityCase('ids: repeated ones', async (scene) => {
    const [a, b] = [scene.channel('a'), scene.channel('b')];
    scene.serve('/', () => stream(`${a}, ${b}`));
    const client = await scene.stream('/', 'open\n');
    const item = (channel: string, id: string, content: string) => ({
      channel,
      id,
      'http-stream': { content: `[${content}]` },
    });
    await scene.publish(
      item(a, '1', 'first'),
      item(a, '1', 'again in the same request'),
      item(b, '1', 'on another channel'),
      item(a, '', 'an empty id'),
      item(a, '', 'an empty id again'),
      item(a, '2', 'another id'),
    );
    await scene.publish(item(a, '1', 'again in another request'), item(a, '3', 'a third id'));
    await scene.publish({ ...item(a, '3', 'without a sequence'), 'no-seq': true });
    return client.body;
  }),
  fidelityCase('ids: one that was published while nobody listened', async (scene) => {
    const channel = scene.channel();
    const item = { channel, id: '1', 'http-stream': { content: 'x' } };
    await scene.publish(item);
    scene.serve('/', () => stream(channel));
    const client = await scene.stream('/', 'open\n');
    await scene.publish(item);
    return client.body;
  }),
  fidelityCase('ids: one whose first item had another format', async (scene) => {
    const channel = scene.channel();
    scene.serve('/', () => stream(channel));
    const client = await scene.stream('/', 'open\n');
    await scene.publish({ channel, id: '1', 'ws-message': { content: 'x' } });
    await scene.publish({ channel, id: '1', 'http-stream': { content: 'x' } });
    return client.body;
  }),
  fidelityCase('a channel with signs in its name', (scene) =>
    table<string>(
      { slash: '/x', space: ' y ', quote: '"q"', capital: 'A', percent: '%41' },
      async (name, number) => {
        const channel = scene.channel(`${number}${name}`);
        scene.serve(`/${number}`, () => stream(channel));
        const client = await scene.stream(`/${number}`, 'open\n');
        await scene.publish({ channel, 'http-stream': { content: 'x' } });
        await scene.publish({ channel: channel.toLowerCase(), 'http-stream': { content: 'y' } });
        return client.body;
      },
    ),
  ),
  fidelityCase('a client that is gone is not sent to', async (scene) => {
    const channel = scene.channel();
    scene.serve('/', () => stream(channel));
    const gone = await scene.stream('/', 'open\n');
    const stays = await scene.stream('/', 'open\n');
    await gone.close();
    await scene.publish({ channel, 'http-stream': { content: 'x' } });
    return [gone.body, stays.body];
  }),
];
