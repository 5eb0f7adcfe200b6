import { type FidelityCase, fidelityCase } from '../fidelity-case.js';
import { longPoll, respond, stream } from '../responses.js';
import { table } from '../table.js';

const LINK = '<next>; rel=next; timeout=1';

/** What a next link may be, and what it may answer. */
export const nextLinkAnswerCases: readonly FidelityCase[] = [
  fidelityCase(
    'Grip-Link: an answer that is never 2xx ends the stream, after half a minute',
    async (scene) => {
      scene.serve('/', () => stream(scene.channel(), { 'Grip-Link': LINK }));
      scene.serve('/next', () => respond({}, 'no\n', 404));
      const client = scene.open('/');
      await scene.sleep(20_000);
      const after20s = client.ending ?? 'open';
      await scene.eventually(() => client.ending !== undefined, 'the end', 45_000);
      return {
        after20s,
        ending: client.ending ?? 'open',
        requests: scene.requests('/next').length,
        body: client.body,
      };
    },
  ),
  fidelityCase('Grip-Link: what its answer may be', (scene) =>
    table<() => Response>(
      {
        '200 without a hold': () => respond({}, 'end\n'),
        '204': () => respond({}, '', 204),
        '299': () => respond({}, 'end\n', 299),
        'a response hold': () => longPoll(scene.channel()),
        'bad headers': () => respond({ 'Grip-Hold': 'x' }, 'bad\n'),
        instruct: () =>
          respond({ 'Content-Type': 'application/grip-instruct' }, '{"response":{"body":"end\\n"}}'),
        'Grip-Status 404': () => respond({ 'Grip-Status': '404' }, 'end\n'),
      },
      async (next, number) => {
        scene.serve(`/${number}/`, () => stream(scene.channel(), { 'Grip-Link': LINK }));
        scene.serve(`/${number}/next`, next);
        const client = scene.open(`/${number}/`);
        const ending = await client.ended();
        return { body: client.body, ending, requests: scene.requests(`/${number}/next`).length };
      },
    ),
  ),
  fidelityCase(
    'Grip-Link: an answer that is not 2xx is asked for again, and the stream stays open',
    (scene) =>
      table<() => Response>(
        {
          302: () => respond({ Location: '/elsewhere' }, '', 302),
          404: () => respond({}, 'no\n', 404),
          500: () => respond({}, 'no\n', 500),
        },
        async (next, number) => {
          scene.serve(`/${number}/`, () => stream(scene.channel(), { 'Grip-Link': LINK }));
          scene.serve(`/${number}/next`, (_, count) => (count < 3 ? next() : respond({}, 'end\n')));
          const client = scene.open(`/${number}/`);
          const ending = await client.ended();
          const [first, second, third] = scene.requests(`/${number}/next`).map(({ at }) => at);
          return {
            body: client.body,
            ending,
            requests: scene.requests(`/${number}/next`).length,
            pauses: [(second ?? 0) - (first ?? 0) > 900, (third ?? 0) - (second ?? 0) > 1900],
          };
        },
      ),
  ),
  fidelityCase('Grip-Link: values', (scene) =>
    table<string>(
      {
        'no brackets': 'next; rel=next',
        'no rel': '<next>; timeout=1',
        'another rel': '<next>; rel=prev',
        'rel in quotes': '<next>; rel="next"; timeout=1',
        'rel in capitals': '<next>; REL=next; timeout=1',
        'next in capitals': '<next>; rel=NEXT',
        'empty brackets': '<>; rel=next',
        'a timeout that is none': '<next>; rel=next; timeout=x',
        'a negative timeout': '<next>; rel=next; timeout=-1',
        'a timeout of 0': '<next>; rel=next; timeout=0',
        'an absolute path': '</PATH/next>; rel=next',
        'a query': '<?a=b>; rel=next',
        two: '<first>; rel=next, <next>; rel=next',
        'one of another rel first': '<first>; rel=prev, <next>; rel=next',
        'a bad address': '<http://[>; rel=next',
        'a space': '<ne xt>; rel=next',
      },
      async (link, number) => {
        const path = `/${number}/`;
        const value = link.replace('/PATH', scene.path(`/${number}`));
        scene.serve(path, ({ path: asked }, count) =>
          count > 1
            ? respond({}, `itself: ${asked.split('?')[1] ?? ''}\n`)
            : stream(scene.channel(`${number}`), { 'Grip-Link': value }),
        );
        scene.serve(`${path}next`, () => respond({}, 'next\n'));
        scene.serve(`${path}first`, () => respond({}, 'first\n'));
        scene.serve(`${path}ne%20xt`, () => respond({}, 'with a space\n'));
        const client = scene.open(path);
        const { status } = await client.response();
        await scene.sleep(4000);
        return { status, body: client.body, ending: client.ending ?? 'open' };
      },
    ),
  ),
];
