import { type FidelityCase, fidelityCase } from '../fidelity-case.js';
import type { Answer, RequestOptions } from '../http-client.js';
import { stream } from '../responses.js';
import { reason, table } from '../table.js';

const ITEM = { channel: 'nobody', 'http-stream': { content: 'x' } };
const ITEMS = JSON.stringify({ items: [ITEM] });

function outcome({ status, headers, body }: Answer) {
  const { allow, 'content-type': type = null } = headers;
  return { status, type, body: reason(body), ...(allow !== undefined && { allow }) };
}

/** A request of exactly this many bytes that publishes to the channel. */
function requestOf(size: number, channel: string): string {
  const request = (content: string) => JSON.stringify({ items: [{ channel, 'http-stream': { content } }] });
  return request('x'.repeat(size - request('').length));
}

/** The endpoint that messages are published at. */
export const publishRequestCases: readonly FidelityCase[] = [
  fidelityCase('publish: methods and paths', (scene) =>
    table<RequestOptions & { readonly path?: string }>(
      {
        'a slash at the end': {},
        'no slash at the end': { path: '/publish' },
        'two slashes at the end': { path: '/publish//' },
        'a query': { path: '/publish/?a=b' },
        'a query and no slash': { path: '/publish?a=b' },
        'a path above': { path: '/' },
        'another path': { path: '/other/' },
        'a path below': { path: '/publish/x' },
        'capitals in the path': { path: '/Publish/' },
        GET: { method: 'GET' },
        PUT: { method: 'PUT' },
        OPTIONS: { method: 'OPTIONS' },
        'GET above': { method: 'GET', path: '/' },
        'GET elsewhere': { method: 'GET', path: '/other' },
      },
      async (options) => {
        const body = options.method === 'GET' || options.method === 'OPTIONS' ? '' : ITEMS;
        return outcome(await scene.publishRaw(body, options));
      },
    ),
  ),
  fidelityCase('publish: what the answer may be', (scene) =>
    table<Record<string, string>>(
      {
        json: { Accept: 'application/json' },
        'application/*': { Accept: 'application/*' },
        'text/plain': { Accept: 'text/plain' },
        anything: { Accept: '*/*' },
        'json, then anything': { Accept: 'application/json, */*' },
        'json, then anything, at less weight': { Accept: 'application/json, text/plain; q=0.5, */*;q=0.1' },
        html: { Accept: 'text/html' },
        'html or json': { Accept: 'text/html, application/json' },
        empty: { Accept: '' },
      },
      async (headers) => outcome(await scene.publishRaw(ITEMS, { headers })),
    ),
  ),
  fidelityCase('publish: a bad request, where JSON is accepted', async (scene) => {
    const headers = { Accept: 'application/json' };
    return outcome(await scene.publishRaw('{}', { headers }));
  }),
  fidelityCase('publish: types of the request', (scene) =>
    table<string>({ text: 'text/plain', form: 'application/x-www-form-urlencoded', none: '' }, async (type) =>
      outcome(await scene.publishRaw(ITEMS, { headers: type === '' ? {} : { 'Content-Type': type } })),
    ),
  ),
  fidelityCase('publish: bodies', (scene) =>
    table<string>(
      {
        empty: '',
        'no JSON': 'hello',
        'JSON and more': `${ITEMS} x`,
        'a list': `[${ITEMS}]`,
        null: 'null',
        'an empty object': '{}',
        'no items': '{"items":[]}',
        'items null': '{"items":null}',
        'items an object': '{"items":{}}',
        'an item null': '{"items":[null]}',
        'an item a text': '{"items":["x"]}',
        'an item a list': '{"items":[[]]}',
        'an item itself': JSON.stringify(ITEM),
        'a field nobody knows': JSON.stringify({ items: [{ ...ITEM, colour: 'red' }], colour: 'red' }),
        'spaces around': ` \n${ITEMS}\n `,
        'a byte order mark': `\ufeff${ITEMS}`,
        'a key twice': '{"items":[],"items":5}',
        'a comma too many': '{"items":[],}',
        'half a surrogate': '{"items":[{"channel":"\\ud800","http-stream":{"content":"x"}}]}',
      },
      async (body) => outcome(await scene.publishRaw(body)),
    ),
  ),
  fidelityCase(
    'publish: an escape that JSON does not have',
    async (scene) => outcome(await scene.publishRaw('{"items":"\\x"}')),
    { kept: "Qt's parser takes it for something else; it is no JSON." },
  ),
  fidelityCase('publish: bytes that are not UTF-8', async (scene) => {
    scene.serve('/', () => stream(scene.channel()));
    const client = await scene.stream('/', 'open\n');
    const start = `{"items":[{"channel":"${scene.channel()}","http-stream":{"content":"`;
    const body = Buffer.concat([Buffer.from(start), Buffer.from([0xff, 0x41]), Buffer.from('"}}]}')]);
    const answer = outcome(await scene.publishRaw('', { body }));
    await scene.settle();
    return { ...answer, got: Buffer.from(client.body.slice(5), 'latin1').toString('hex') };
  }),
  fidelityCase('publish: 65,536 bytes and one more', async (scene) => {
    scene.serve('/', () => stream(scene.channel()));
    const client = await scene.stream('/', 'open\n');
    const fits = await scene.publishRaw(requestOf(65_536, scene.channel()));
    const tooLong = await scene.publishRaw(requestOf(65_537, scene.channel()));
    await scene.settle();
    return { fits: fits.status, tooLong: outcome(tooLong), got: client.body.length };
  }),
  fidelityCase('publish: far more than 65,536 bytes', async (scene) => {
    scene.serve('/', () => stream(scene.channel()));
    const client = await scene.stream('/', 'open\n');
    // Whether the refusal is still seen is a matter of luck: the connection ends while the request is sent.
    const { status } = await scene.publishRaw(requestOf(1_000_000, scene.channel()));
    await scene.settle();
    return { accepted: status === 200, got: client.body.length };
  }),
  fidelityCase('publish: a chunked request', async (scene) =>
    outcome(await scene.publishRaw(ITEMS, { headers: { 'Transfer-Encoding': 'chunked' } })),
  ),
  fidelityCase('publish: a bad item among good ones', async (scene) => {
    scene.serve('/', () => stream(scene.channel()));
    const client = await scene.stream('/', 'open\n');
    const good = { channel: scene.channel(), 'http-stream': { content: 'x' } };
    const answer = await scene.publishRaw(JSON.stringify({ items: [good, { channel: 1 }, good] }));
    await scene.settle();
    return { ...outcome(answer), got: client.body };
  }),
];
