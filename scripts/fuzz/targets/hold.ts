import assert from 'node:assert/strict';
import { ProtocolError } from '../../../src/errors.js';
import { parseParameters, splitHeader } from '../../../src/local-fanout/grip-parameters.js';
import { type HoldInstruction, readInstruction } from '../../../src/local-fanout/hold-instruction.js';
import { MAX_CHANNELS } from '../../../src/protocol/channel.js';
import { gripHoldHeaders } from '../../../src/protocol/grip-hold.js';
import { checkPrototypes, type FuzzTarget, resultOf } from '../target.js';

/** Milliseconds that a timer of Node can wait. */
const LONGEST_WAIT = 2 ** 31 - 1;
const INSTRUCT = 'application/grip-instruct';

/** A response of the service: its headers, a line each, an empty line, its body. */
const target: FuzzTarget = {
  name: 'hold',
  tokens: [
    ...'Grip-Hold: |Grip-Channel: |Grip-Timeout: |Grip-Keep-Alive: |Grip-Set-Meta: |Grip-Status: '.split('|'),
    ...'Grip-Link: |Grip-Expose-Headers: |Grip-Session-Id: |response|stream|\n|\n\n|; |, |=|"|\\'.split('|'),
    ...'; prev-id=|; filter=|; format=|cstring|base64|raw|; mode=|interval|idle|; timeout=|<|>|; rel=next'.split(
      '|',
    ),
    ...'</next>; rel=next|\\x|\\x0a|\\n|__proto__|"hold"|"channels"|"name"|"prev-id"|"filters"'.split('|'),
    ...'"response"|"keep-alive"|"meta"|"headers"|[["a","b"]]'.split('|'),
    `Content-Type: ${INSTRUCT}`,
  ],
  seeds: [
    [
      'Grip-Hold: stream',
      'Grip-Channel: test; prev-id=1; filter=skip-self, "a,b"; filter="c\\"d"',
      'Grip-Keep-Alive: \\n\\x41; format=cstring; timeout=20; mode=interval',
      'Grip-Set-Meta: user="ada", k=v',
      'Grip-Link: </next>; rel=next; timeout=120, </other>; rel=prev',
      'Grip-Status: 304 Not Modified',
      'Grip-Expose-Headers: Content-Type, X-Other',
      '',
      'hello',
    ].join('\n'),
    `Grip-Hold: response\nGrip-Channel: test\nGrip-Timeout: 20\n\nhello`,
    `Content-Type: ${INSTRUCT}\n\n${JSON.stringify({
      hold: {
        mode: 'stream',
        timeout: 20,
        channels: [{ name: 'test', 'prev-id': '1', filters: ['skip-self'] }],
        meta: { user: 'ada' },
        'keep-alive': { content: '\n', timeout: 20 },
      },
      response: { code: 200, reason: 'OK', headers: { a: 'b' }, body: 'hello' },
    })}`,
  ],
  run(input) {
    const [head = '', ...rest] = input.toString('latin1').split('\n\n');
    const body = Buffer.from(rest.join('\n\n'), 'latin1');
    const response = responseOf(head);
    const instruction = resultOf(
      () => readInstruction(response, body),
      () => longValues(response.headers),
    );
    for (const [, value] of response.headers) checkSplit(value);
    checkPrototypes();
    if (instruction instanceof ProtocolError) return false;
    check(instruction);
    checkAsJson(instruction);
    checkAsHeaders(instruction);
    return true;
  },
};

export default target;

/** Lines that can't be headers at all never reach the parser. */
function responseOf(head: string): Response {
  const headers = new Headers();
  for (const line of head.split('\n')) {
    const colon = line.indexOf(':');
    try {
      headers.append(line.slice(0, colon), line.slice(colon + 1));
    } catch {}
  }
  return new Response(null, { headers });
}

function longValues(headers: Headers): string[] {
  return [...headers.values()].filter((value) => value.length >= 16 && value !== INSTRUCT);
}

/** What the rest relies on. */
function check({ mode, channels, timeout, keepAlive, meta, nextLink, response }: HoldInstruction): void {
  assert.ok(['none', 'response', 'stream'].includes(mode));
  assert.ok(channels.length <= MAX_CHANNELS);
  for (const { name, prevId, filters } of channels) {
    assert.equal(typeof name, 'string');
    assert.ok(prevId === undefined || typeof prevId === 'string');
    assert.ok(filters.every((filter) => typeof filter === 'string'));
  }
  const waits = [timeout, ...(nextLink ? [nextLink.timeout] : []), ...(keepAlive ? [keepAlive.timeout] : [])];
  for (const wait of waits)
    assert.ok(Number.isInteger(wait) && wait >= 0 && wait <= LONGEST_WAIT, `waits ${wait}`);
  assert.ok(timeout >= 5000);
  assert.ok(keepAlive === undefined || (keepAlive.timeout >= 1000 && Buffer.isBuffer(keepAlive.content)));
  for (const value of Object.values(meta)) assert.ok(value === undefined || typeof value === 'string');
  assert.ok(nextLink === undefined || nextLink.uri.length > 0);
  assert.ok(Number.isInteger(response.status) && response.status >= 0 && response.status <= 999);
  assert.ok(Buffer.isBuffer(response.body));
}

/** JSON says the same in other words; all but a hold that isn't one can be said so. */
function checkAsJson({ mode, channels, timeout, keepAlive, meta, response }: HoldInstruction): void {
  if (mode === 'none') return;
  const instruct = {
    hold: {
      mode,
      timeout: timeout / 1000,
      channels: channels.map(({ name, prevId, filters }) => ({
        name,
        filters,
        ...(prevId !== undefined && { 'prev-id': prevId }),
      })),
      meta: Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== undefined)),
      ...(keepAlive && {
        'keep-alive': {
          timeout: keepAlive.timeout / 1000,
          'content-bin': keepAlive.content.toString('base64'),
        },
      }),
    },
    response: {
      code: response.status,
      reason: response.reason ?? '',
      headers: response.headers,
      'body-bin': response.body.toString('base64'),
    },
  };
  const read = readInstruction(
    new Response(null, { headers: { 'Content-Type': INSTRUCT } }),
    Buffer.from(JSON.stringify(instruct)),
  );
  assert.deepEqual(read.channels, channels);
  assert.deepEqual([read.mode, read.timeout], [mode, timeout]);
  assert.deepEqual(read.keepAlive, keepAlive && { ...keepAlive, idle: false });
  assert.deepEqual(
    Object.entries(read.meta),
    Object.entries(meta).filter(([, value]) => value !== undefined),
  );
  assert.deepEqual(read.response, response);
}

/** What the service's own side can write, comes back as it was. */
function checkAsHeaders({ mode, channels, keepAlive, timeout }: HoldInstruction): void {
  if (mode === 'none' || channels.length === 0) return;
  const hold = { channels: channels.map(({ name, filters }) => ({ name, filters })) };
  const headers = resultOf(
    () =>
      gripHoldHeaders(
        mode === 'response'
          ? { mode, ...hold, timeout: timeout / 1000 }
          : {
              mode,
              ...hold,
              ...(keepAlive && { keepAlive: { ...keepAlive, timeout: keepAlive.timeout / 1000 } }),
            },
      ),
    () => [],
  );
  if (headers instanceof ProtocolError) return;
  const read = readInstruction(new Response(null, { headers }), Buffer.alloc(0));
  assert.deepEqual(
    read.channels.map(({ name, filters }) => ({ name, filters })),
    hold.channels,
  );
  if (mode === 'stream' && keepAlive) assert.deepEqual(read.keepAlive?.content, keepAlive.content);
}

/** A second way to split, and splitting what was split. */
function checkSplit(value: string): void {
  const parts = splitHeader(value);
  const pieces = value.match(/(?:"(?:\\[\s\S]|[^"\\])*(?:"|\\?$)|[^",])+|,/g) ?? [];
  const expected: string[] = [];
  let open = '';
  for (const piece of pieces) {
    if (piece === ',') {
      expected.push(open.trim());
      open = '';
    } else open = piece;
  }
  if (open !== '') expected.push(open.trim());
  assert.deepEqual(parts, expected);
  for (const part of parts) {
    const parameters = parseParameters(part);
    assert.ok(parameters === undefined || parameters.length <= part.length);
  }
}
