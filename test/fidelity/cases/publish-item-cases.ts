import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import type { Scene } from '../scene.js';
import { reason, table } from '../table.js';

/** What publishing such items is answered with. They are for a channel that nobody listens to. */
function answers(scene: Scene, items: Readonly<Record<string, unknown>>): Promise<Json> {
  return table(items, async (item) => {
    const { status, body } = await scene.publishRaw(JSON.stringify({ items: [item] }));
    return `${status} ${reason(body).trimEnd()}`;
  });
}

/** The same for items with one format, whose fields are given. */
function formatAnswers(scene: Scene, format: string, rows: Readonly<Record<string, unknown>>): Promise<Json> {
  const items = Object.entries(rows).map(([name, fields]) => [name, { channel: 'nobody', [format]: fields }]);
  return answers(scene, Object.fromEntries(items));
}

const FORMAT = { 'http-stream': { content: 'x' } };
const ITEM = { channel: 'nobody', ...FORMAT };

/** Which items are accepted, and what is said of those that aren't. */
export const publishItemCases: readonly FidelityCase[] = [
  fidelityCase('item: its own fields', (scene) =>
    answers(scene, {
      'no channel': FORMAT,
      'an empty channel': { channel: '', 'ws-message': { content: 'x' } },
      'channel null': { channel: null, ...FORMAT },
      'channel a number': { channel: 5, ...FORMAT },
      'id a number': { ...ITEM, id: 5 },
      'id null': { ...ITEM, id: null },
      'an empty id': { ...ITEM, id: '' },
      'prev-id a number': { ...ITEM, 'prev-id': 5 },
      'prev-id null': { ...ITEM, 'prev-id': null },
      'no-seq a text': { ...ITEM, 'no-seq': 'true' },
      'no-seq a number': { ...ITEM, 'no-seq': 1 },
      'no-seq null': { ...ITEM, 'no-seq': null },
      'no-seq true': { ...ITEM, 'no-seq': true },
      'meta a text': { ...ITEM, meta: 'x' },
      'meta a list': { ...ITEM, meta: [] },
      'meta null': { ...ITEM, meta: null },
      'a meta that is a number': { ...ITEM, meta: { a: 1 } },
      'a meta that is null': { ...ITEM, meta: { a: null } },
      'size a text': { ...ITEM, size: 'x' },
      'size as text': { ...ITEM, size: '5' },
      'size negative': { ...ITEM, size: -1 },
      'size true': { ...ITEM, size: true },
      'size a list': { ...ITEM, size: [] },
      'a field nobody knows': { ...ITEM, colour: 'red' },
    }),
  ),
  fidelityCase('item: its formats', (scene) =>
    answers(scene, {
      none: { channel: 'nobody' },
      'an empty object': { channel: 'nobody', formats: {} },
      null: { channel: 'nobody', formats: null },
      'null, and one beside': { ...ITEM, formats: null },
      'a list': { channel: 'nobody', formats: [] },
      'one that nobody knows': { channel: 'nobody', formats: { 'mail-message': {} } },
      'one that nobody knows, beside one': { channel: 'nobody', formats: { 'mail-message': 5, ...FORMAT } },
      'one that nobody knows, not in formats': { channel: 'nobody', 'mail-message': {} },
      'a format null': { channel: 'nobody', formats: { 'http-stream': null } },
      'a format null, not in formats': { channel: 'nobody', 'http-stream': null },
      'a format that is a text': { channel: 'nobody', formats: { 'http-stream': 'x' } },
      'an empty object and one beside': { ...ITEM, formats: {} },
      'one good and one bad': { channel: 'nobody', formats: { ...FORMAT, 'ws-message': {} } },
      'one in formats and a bad one beside': { ...ITEM, formats: FORMAT, 'ws-message': {} },
      'capitals in the name': { channel: 'nobody', formats: { 'HTTP-Stream': { content: 'x' } } },
    }),
  ),
  fidelityCase('item: http-stream', (scene) =>
    formatAnswers(scene, 'http-stream', {
      'no content': {},
      'empty content': { content: '' },
      'content null': { content: null },
      'content a number': { content: 5 },
      'content an object': { content: {} },
      'content-bin that is no base64': { 'content-bin': '*' },
      'content-bin a number': { 'content-bin': 5 },
      'content-bin null': { 'content-bin': null },
      'content-bin null, beside content': { 'content-bin': null, content: 'x' },
      'action close': { action: 'close' },
      'action hint': { action: 'hint' },
      'action refresh': { action: 'refresh' },
      'an action nobody knows': { action: 'x', content: 'x' },
      'an empty action': { action: '', content: 'x' },
      'action in capitals': { action: 'SEND', content: 'x' },
      'action null': { action: null, content: 'x' },
      'action a number': { action: 5, content: 'x' },
      'content-filters a text': { content: 'x', 'content-filters': 'build-id' },
      'content-filters null': { content: 'x', 'content-filters': null },
      'a content filter that is a number': { content: 'x', 'content-filters': [5] },
      'a content filter nobody knows': { content: 'x', 'content-filters': ['x'] },
      'bad content-filters of a close': { action: 'close', 'content-filters': 5 },
    }),
  ),
  fidelityCase('item: http-response', (scene) =>
    formatAnswers(scene, 'http-response', {
      'no body': {},
      'body null': { body: null },
      'body a number': { body: 5 },
      'an empty body': { body: '' },
      'body-bin a number': { 'body-bin': 5 },
      'body-bin null': { 'body-bin': null },
      'body-patch a text': { 'body-patch': 'x' },
      'body-patch empty': { 'body-patch': [] },
      'body-patch nonsense': { 'body-patch': [5] },
      'body-patch null': { 'body-patch': null },
      'code 0': { code: 0, body: '' },
      'code 999': { code: 999, body: '' },
      'code 1000': { code: 1000, body: '' },
      'code negative': { code: -1, body: '' },
      'code as text': { code: '201', body: '' },
      'code a word': { code: 'x', body: '' },
      'code a fraction': { code: 200.5, body: '' },
      'code true': { code: true, body: '' },
      'code null': { code: null, body: '' },
      'code a list': { code: [], body: '' },
      'reason a number': { reason: 5, body: '' },
      'reason null': { reason: null, body: '' },
      'headers a text': { headers: 'x', body: '' },
      'headers null': { headers: null, body: '' },
      'a header that is a number': { headers: { a: 5 }, body: '' },
      'a header that is null': { headers: { a: null }, body: '' },
      'a header in a list, of three': { headers: [['a', 'b', 'c']], body: '' },
      'a header in a list, a text': { headers: ['a'], body: '' },
      'a header in a list, whose name is a number': { headers: [[5, 'b']], body: '' },
      'a header in a list, whose value is a number': { headers: [['a', 5]], body: '' },
      'action hint': { action: 'hint' },
      'action close': { action: 'close' },
      'action refresh': { action: 'refresh', body: '' },
      'content-filters a text': { body: '', 'content-filters': 'x' },
    }),
  ),
  fidelityCase('item: ws-message', (scene) =>
    formatAnswers(scene, 'ws-message', {
      'no content': {},
      'an empty content': { content: '' },
      'content null': { content: null },
      'content a number': { content: 5 },
      'content-bin a number': { 'content-bin': 5 },
      'content-bin null': { 'content-bin': null },
      'a type nobody knows': { type: 'x', content: 'x' },
      'type in capitals': { type: 'TEXT', content: 'x' },
      'type a number': { type: 5, content: 'x' },
      'type null': { type: null, content: 'x' },
      'an empty type': { type: '', content: 'x' },
      'type close': { type: 'close', content: 'x' },
      'type text without content': { type: 'text' },
      'type binary without content': { type: 'binary' },
      'type ping without content': { type: 'ping' },
      'type pong without content': { type: 'pong' },
      'action close': { action: 'close' },
      'close with a code': { action: 'close', code: 4000 },
      'close with a code of 70000': { action: 'close', code: 70_000 },
      'close with a negative code': { action: 'close', code: -1 },
      'close with a code as text': { action: 'close', code: '4000' },
      'close with a word as code': { action: 'close', code: 'x' },
      'close with a code null': { action: 'close', code: null },
      'close with a reason that is a number': { action: 'close', code: 4000, reason: 5 },
      'close with a long reason': { action: 'close', code: 4000, reason: 'x'.repeat(1000) },
      'action hint': { action: 'hint' },
      'action refresh': { action: 'refresh' },
      'content-filters a text': { content: 'x', 'content-filters': 'x' },
    }),
  ),
];
