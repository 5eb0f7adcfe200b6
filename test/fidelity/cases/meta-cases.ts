import { type FidelityCase, fidelityCase } from '../fidelity-case.js';
import {
  control,
  events,
  eventsOf,
  GRIP,
  messages,
  OPEN,
  stream,
  subscribe,
  text,
  webSocket,
} from '../responses.js';
import { table } from '../table.js';

/** Metadata: of subscriptions, and of WebSockets. */
export const metaCases: readonly FidelityCase[] = [
  fidelityCase('Grip-Set-Meta: values', (scene) =>
    table<string>(
      {
        quotes: 'v="a b"',
        'no quotes': 'v=ab',
        spaces: ' v = ab ',
        'a comma in quotes': 'v="a, b"',
        'an escaped quote': 'v="a\\"b"',
        'a backslash': 'v="a\\\\b"',
        'two by a comma': 'u=1, v=2',
        'two by a semicolon': 'u=1; v=2',
        twice: 'v=1, v=2',
        'no value': 'v',
        'an empty value': 'v=',
        'empty quotes': 'v=""',
        empty: '',
        'a comma only': ',',
        'a quote that is not closed': 'v="ab',
        capitals: 'V=1',
      },
      async (meta, number) => {
        const channel = scene.channel(`${number}`);
        const headers = { 'Grip-Set-Meta': meta };
        scene.serve(`/${number}`, () => stream(`${channel}; filter=var-subst`, headers));
        const client = scene.open(`/${number}`);
        const { status } = await client.response();
        if (status !== 200) return status;
        await client.until('open\n');
        await scene.publish({ channel, 'http-stream': { content: '[%(v)s]' } });
        return client.body.slice('open\n'.length) || (client.ending ?? 'nothing');
      },
    ),
  ),
  fidelityCase('Set-Meta headers: what comes back as Meta headers', async (scene) => {
    const answers: Record<string, string>[] = [
      { 'Set-Meta-User': 'ada', 'Set-Meta-Room': 'one', 'Set-Meta-': 'no name' },
      { 'Set-Meta-user': 'bob' },
      { 'Set-Meta-Room': '' },
      {},
      { 'set-meta-late': 'yes', 'Set-Meta-None': '' },
      {},
    ];
    scene.serve(
      '/',
      (_, count) => {
        const headers = { ...GRIP, ...answers[count - 1] };
        return events(count === 1 ? [OPEN] : [text(`${count}`)], headers);
      },
      'websocket',
    );
    const socket = await scene.socket('/');
    for (let count = 2; count <= 6; count += 1) {
      socket.socket.send('x');
      await socket.until(`answer ${count}`, (received) => received.includes(String(count)) || undefined);
    }
    const metas = scene
      .requests('/')
      .map(({ headers }) => Object.entries(headers).filter(([name]) => name.startsWith('meta-')));
    const { 'set-meta-user': leaked = null } = await socket.headers();
    return { metas, leaked: leaked === null ? null : 'leaked' };
  }),
  fidelityCase('set-meta: changed while a filter reads it', async (scene) => {
    const channel = scene.channel();
    const set = (value: string | undefined) => control({ type: 'set-meta', name: 'v', value });
    scene.serve(
      '/',
      webSocket([set('1'), subscribe(channel, ['var-subst'])], (event) => {
        if (event.type !== 'TEXT') return [];
        const value = Buffer.from(event.content ?? []).toString();
        return [set(value === 'none' ? undefined : value), text(`set ${value}`)];
      }),
      'websocket',
    );
    const socket = await scene.socket('/');
    for (const value of ['1', '2', '', 'none', '3']) {
      socket.socket.send(value);
      await socket.until(`the answer to ${value}`, (all) => all.includes(`set ${value}`) || undefined);
      await scene.publish({ channel, 'ws-message': { content: '[%(v)s]' } });
    }
    return messages(socket.received);
  }),
  fidelityCase('subscribe again: the filters of the last time count', async (scene) => {
    const channel = scene.channel();
    const meta = control({ type: 'set-meta', name: 'v', value: '1' });
    scene.serve('/', webSocket([meta, subscribe(channel, ['var-subst']), subscribe(channel)]), 'websocket');
    const socket = await scene.socket('/');
    await scene.publish({ channel, 'ws-message': { content: '[%(v)s]' } });
    return { got: messages(socket.received), asked: eventsOf(scene.requests('/')) };
  }),
];
