import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { control, longPoll, messages, stream, subscribe, webSocket } from '../responses.js';
import type { Scene } from '../scene.js';
import { table } from '../table.js';

interface Filtered {
  /** The `filter` parameters of the subscription. */
  readonly filters: readonly string[];
  /** The subscriber's metadata. */
  readonly meta?: Readonly<Record<string, string>>;
  /** That of the message. */
  readonly published?: Readonly<Record<string, string>>;
  readonly content?: string;
  readonly contentFilters?: readonly string[];
}

function streamHeaders({ filters, meta = {} }: Filtered, channel: string): [string, Record<string, string>] {
  const set = Object.entries(meta).map(([name, value]) => `${name}="${value}"`);
  const headers = set.length > 0 ? { 'Grip-Set-Meta': set.join(', ') } : {};
  return [[channel, ...filters.map((filter) => `filter=${filter}`)].join('; '), headers];
}

/** What subscribers of all kinds get of one message; a WebSocket has no part in the order. */
async function filtered(scene: Scene, number: number, row: Filtered): Promise<Json> {
  const channel = scene.channel(`${number}`);
  const { filters, meta = {}, published, content = 'x', contentFilters } = row;
  scene.serve(`/${number}/stream`, () => stream(...streamHeaders(row, channel)));
  scene.serve(`/${number}/poll`, () => longPoll(...streamHeaders(row, channel)));
  const sets = Object.entries(meta).map(([name, value]) => control({ type: 'set-meta', name, value }));
  const ws = webSocket([...sets, subscribe(channel, filters)]);
  scene.serve(`/${number}/ws`, ws, 'websocket');
  const stream_ = scene.open(`/${number}/stream`);
  await stream_.response();
  const socket = await scene.socket(`/${number}/ws`);
  await scene.sleep(1300);
  const poll = await scene.hold(`/${number}/poll`);
  const and = contentFilters && { 'content-filters': contentFilters };
  await scene.publish({
    channel,
    ...(published && { meta: published }),
    formats: {
      'http-stream': { content, ...and },
      'http-response': { body: content, ...and },
      'ws-message': { content, ...and },
    },
  });
  return {
    stream: stream_.body.replace('open\n', ''),
    ...(stream_.ending && { ending: stream_.ending }),
    poll: poll.ending === undefined ? 'still held' : poll.body,
    socket: messages(socket.received),
  };
}

function filterCase(name: string, rows: Readonly<Record<string, Filtered>>): FidelityCase {
  return fidelityCase(name, (scene) => table(rows, (row, number) => filtered(scene, number, row)));
}

/** Filters of subscriptions, on each kind of connection. */
export const filterCases: readonly FidelityCase[] = [
  filterCase('filters: skip-self', {
    own: { filters: ['skip-self'], meta: { user: 'ada' }, published: { sender: 'ada' } },
    "another's": { filters: ['skip-self'], meta: { user: 'ada' }, published: { sender: 'bob' } },
    'no sender': { filters: ['skip-self'], meta: { user: 'ada' } },
    'no user': { filters: ['skip-self'], published: { sender: 'ada' } },
    'both empty': { filters: ['skip-self'], meta: { user: '' }, published: { sender: '' } },
    'without the filter': { filters: [], meta: { user: 'ada' }, published: { sender: 'ada' } },
    'capitals in the filter': { filters: ['Skip-Self'], meta: { user: 'ada' }, published: { sender: 'ada' } },
    'capitals in the user': { filters: ['skip-self'], meta: { user: 'Ada' }, published: { sender: 'ada' } },
    'capitals in the meta': { filters: ['skip-self'], meta: { User: 'ada' }, published: { sender: 'ada' } },
  }),
  filterCase('filters: skip-users', {
    named: { filters: ['skip-users'], meta: { user: 'ada' }, published: { skip_users: 'bob, ada' } },
    'not named': { filters: ['skip-users'], meta: { user: 'ada' }, published: { skip_users: 'bob,eve' } },
    'part of a name': { filters: ['skip-users'], meta: { user: 'ada' }, published: { skip_users: 'adam' } },
    'no user': { filters: ['skip-users'], published: { skip_users: 'ada,' } },
    'none named': { filters: ['skip-users'], meta: { user: 'ada' }, published: { skip_users: '' } },
    'a hyphen in the name': {
      filters: ['skip-users'],
      meta: { user: 'ada' },
      published: { 'skip-users': 'ada' },
    },
  }),
  fidelityCase('filters: require-sub', async (scene) => {
    const [a, b] = [scene.channel('a'), scene.channel('b')];
    const filtered = `${a}; filter=require-sub`;
    scene.serve('/with', () => stream(`${filtered}, ${b}`));
    scene.serve('/without', () => stream(filtered));
    scene.serve('/ws', webSocket([subscribe(a, ['require-sub']), subscribe(b)]), 'websocket');
    const streams = await Promise.all([scene.stream('/with', 'open\n'), scene.stream('/without', 'open\n')]);
    const socket = await scene.socket('/ws');
    const formats = (content: string) => ({ 'http-stream': { content }, 'ws-message': { content } });
    await scene.publish(
      { channel: a, meta: { require_sub: b }, formats: formats('b') },
      { channel: a, meta: { require_sub: a }, formats: formats('a') },
      { channel: a, meta: { require_sub: '' }, formats: formats('e') },
      { channel: a, formats: formats('n') },
    );
    return { streams: streams.map(({ body }) => body), socket: messages(socket.received) };
  }),
  filterCase('filters: var-subst', {
    'a variable': { filters: ['var-subst'], meta: { user: 'ada' }, content: 'Hello %(user)s!' },
    'a percent sign': { filters: ['var-subst'], meta: { user: 'ada' }, content: '100%%' },
    'no variable of that name': { filters: ['var-subst'], content: 'Hello %(user)s!' },
    'a percent sign at the end': { filters: ['var-subst'], content: '100%' },
    'another directive': { filters: ['var-subst'], meta: { user: 'ada' }, content: '%(user)d' },
    'a directive without a name': { filters: ['var-subst'], meta: { s: 'x' }, content: '%s' },
    'an escape in the name': { filters: ['var-subst'], meta: { user: 'ada' }, content: '%(u\\ser)s' },
    'not closed': { filters: ['var-subst'], meta: { user: 'ada' }, content: '%(user' },
    'an empty value': { filters: ['var-subst'], meta: { user: '' }, content: '[%(user)s]' },
    'without the filter': { filters: [], meta: { user: 'ada' }, content: '%(user)s 100%' },
    'an empty content': { filters: ['var-subst'], content: '' },
  }),
  filterCase('filters: build-id', {
    'an id': { filters: ['build-id'], meta: { id_format: 'x' }, content: 'id: %I' },
    'an id of its own': { filters: ['build-id'], meta: { id_format: 'x' }, content: 'id: %(own)I' },
    hex: { filters: ['build-id'], meta: { id_format: 'x', id_encoding: 'hex' }, content: 'id: %I %(ab)I' },
    'another encoding': {
      filters: ['build-id'],
      meta: { id_format: 'x', id_encoding: 'base64' },
      content: '%I',
    },
    'no format': { filters: ['build-id'], content: 'id: %I' },
    'another directive': { filters: ['build-id'], meta: { id_format: 'x' }, content: 'id: %s' },
    'a percent sign': { filters: ['build-id'], meta: { id_format: 'x' }, content: '100%%' },
  }),
  filterCase('filters: several, unknown ones and repeated ones', {
    'unknown and skip-self': {
      filters: ['colour', 'skip-self'],
      meta: { user: 'a' },
      published: { sender: 'a' },
    },
    'var-subst twice': { filters: ['var-subst', 'var-subst'], meta: { a: '%%' }, content: '%(a)s %%%%' },
    'var-subst, then build-id': {
      filters: ['var-subst', 'build-id'],
      meta: { a: '%I', id_format: 'x' },
      content: '%(a)s',
    },
    'build-id, then var-subst': {
      filters: ['build-id', 'var-subst'],
      meta: { a: '1', id_format: 'x' },
      content: '%I %%(a)s',
    },
  }),
  filterCase('content-filters', {
    same: { filters: ['var-subst'], meta: { a: '1' }, content: '%(a)s', contentFilters: ['var-subst'] },
    missing: { filters: [], contentFilters: ['var-subst'] },
    'too many': { filters: ['var-subst'], contentFilters: [] },
    'none on both sides': { filters: [], contentFilters: [] },
    'not given': { filters: ['var-subst'] },
    'filters of delivery do not count': { filters: ['skip-self', 'colour'], contentFilters: [] },
    'unknown ones count in the message': { filters: ['colour'], contentFilters: ['colour'] },
    'another order': {
      filters: ['var-subst', 'build-id'],
      meta: { id_format: 'x' },
      contentFilters: ['build-id', 'var-subst'],
    },
  }),
];
