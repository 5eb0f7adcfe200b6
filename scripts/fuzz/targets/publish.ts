import assert from 'node:assert/strict';
import { ProtocolError } from '../../../src/errors.js';
import { checkHead } from '../../../src/local-fanout/client-response.js';
import { patchJson } from '../../../src/local-fanout/json-patch.js';
import { acceptedBy, filtered } from '../../../src/local-fanout/message-filter.js';
import { decodePublishRequest, type PublishItem } from '../../../src/local-fanout/publish-item.js';
import { checkPrototypes, type FuzzTarget, resultOf } from '../target.js';

const CONTENT = { content: '%(user)s %%', 'content-filters': ['var-subst'] };
const BYTES = { 'content-bin': 'JUkgJSgxKUkgJSU=', type: 'text' };
const ITEM = {
  channel: 'test',
  id: '2',
  'prev-id': '1',
  'no-seq': true,
  size: 5,
  meta: { sender: 'ada', skip_users: 'bob', require_sub: 'test', hex: 'x' },
};

/** The body of a publish request, and what is done with what it says. */
const target: FuzzTarget = {
  name: 'publish',
  tokens: [
    ...'"items" "formats" "http-response" "http-stream" "ws-message" "action" "hint" "close" "content"'.split(
      ' ',
    ),
    ...'"body-patch" "op" "path" "/a/0" "/__proto__/x" "/a/length" "/b/c" "from" "copy" "add" "-"'.split(' '),
    ...'"__proto__" "constructor" %(id)s %(user)s %I %(a)I %% %( \\ \\u0000 \\ud800 [ { 1e999 -0 null'.split(
      ' ',
    ),
  ],
  seeds: [
    JSON.stringify({ items: [{ ...ITEM, formats: { 'http-stream': CONTENT, 'ws-message': BYTES } }] }),
    JSON.stringify({
      items: [
        {
          channel: 'test',
          'http-response': {
            code: 200,
            reason: 'OK',
            headers: { 'Grip-Expose-Headers': 'a, b' },
            body: 'hello',
          },
          'ws-message': { action: 'close', code: 4000, reason: 'over', type: 'ping' },
        },
        {
          channel: 'test',
          'http-response': {
            headers: [['Content-Type', 'application/json']],
            'body-patch': [
              { op: 'add', path: '/a/-', value: { b: 1 } },
              { op: 'copy', from: '/a', path: '/c' },
            ],
          },
        },
      ],
    }),
  ],
  run(input) {
    const items = resultOf(
      () => decodePublishRequest(input),
      () => stringValues(input),
    );
    if (items instanceof ProtocolError) return false;
    const given = JSON.parse(new TextDecoder().decode(input)) as { items: { channel: string }[] };
    assert.deepEqual(
      items.map(({ channel }) => channel),
      given.items.map(({ channel }) => channel),
    );
    const request = JSON.stringify({ items: items.map(written) });
    const again = decodePublishRequest(Buffer.from(request));
    assert.equal(JSON.stringify({ items: again.map(written) }), request);
    for (const item of items) use(item);
    checkPrototypes();
    return true;
  },
};

export default target;

/** Values of these characters alone may be what a message says by itself. */
const OWN_WORDS = /^[\w '":;,.-]*$/;

/** Values of a document that a message could only have from there. */
function stringValues(input: Buffer): string[] {
  const values: string[] = [];
  try {
    JSON.parse(input.toString(), (_key, value: unknown) => {
      if (typeof value === 'string') values.push(value);
      return value;
    });
  } catch {
    values.push(input.toString()); // text that is no document
  }
  return values.filter((value) => value.length >= 12 && !OWN_WORDS.test(value));
}

/** The item as a publisher would write it who knows one way to write each thing. */
function written({ response, stream, webSocket, ...item }: PublishItem): unknown {
  const { channel, id, prevId, noSeq, meta } = item;
  return {
    channel,
    ...(id !== undefined && { id }),
    ...(prevId !== undefined && { 'prev-id': prevId }),
    'no-seq': noSeq,
    meta,
    formats: {
      ...(response && { 'http-response': writtenFormat(response) }),
      ...(stream && { 'http-stream': writtenFormat(stream) }),
      ...(webSocket && { 'ws-message': writtenFormat(webSocket) }),
    },
    // What is read of formats that it does not know is that there are some.
    ...(!response && !stream && !webSocket && { formats: { other: {} } }),
  };
}

function writtenFormat(
  format: NonNullable<PublishItem['response'] | PublishItem['stream'] | PublishItem['webSocket']>,
): unknown {
  const { contentFilters, ...fields } = format;
  const { action } = fields;
  const filters = contentFilters && { 'content-filters': contentFilters };
  if ('bodyPatch' in fields) {
    const { status: code, reason, headers, concealedHeaders, body, bodyPatch } = fields;
    const exposed = concealedHeaders.filter(Boolean).map((name) => ['Grip-Expose-Headers', name]);
    const rest = { action, code, headers: [...headers, ...exposed], ...filters, ...(reason && { reason }) };
    return bodyPatch
      ? { ...rest, 'body-patch': bodyPatch }
      : { ...rest, 'body-bin': body.toString('base64') };
  }
  if ('content' in fields) {
    const { content, ...rest } = fields;
    return { ...rest, ...filters, ...(content && { 'content-bin': content.toString('base64') }) };
  }
  return fields;
}

/** What connections do with an item breaks, if at all, in the way they expect. */
function use({ response, stream, webSocket, meta, channel }: PublishItem): void {
  const names = ['skip-self', 'skip-users', 'require-sub', 'build-id', 'var-subst'];
  const context = {
    subscriptionMeta: { user: 'ada', id_format: '%(test)s', ...(meta['hex'] && { id_encoding: 'hex' }) },
    publishMeta: meta,
    lastIds: new Map([
      ['test', '1'],
      [channel, '2'],
    ]),
  };
  for (const name of names) assert.equal(typeof acceptedBy([name], context), 'boolean');
  for (const format of [response, stream, webSocket]) {
    if (format && 'content' in format && format.content) {
      const { content } = format;
      for (const name of names) {
        resultOf(
          () => filtered(content, [name], context),
          () => [],
        );
      }
    }
  }
  if (response?.action === 'send') {
    resultOf(
      () => checkHead(response),
      () => [],
    );
    const { bodyPatch } = response;
    if (bodyPatch) {
      resultOf(
        () => patchJson(Buffer.from('{"a":[1,2],"b":{"c":"d"}}'), bodyPatch),
        () => [],
      );
    }
  }
  if (webSocket?.action === 'close' && webSocket.code !== undefined) {
    assert.ok(Number.isInteger(webSocket.code) && webSocket.code >= 0);
  }
}
