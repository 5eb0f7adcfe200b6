import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { events, eventsOf, GRIP, longPoll, OPEN, respond, stream } from '../responses.js';
import type { Scene } from '../scene.js';
import type { ServiceRequest } from '../site.js';
import { table, tableOf } from '../table.js';

/** What a client sends; some of it is not for the service. */
const SENT: Readonly<Record<string, string>> = {
  'X-Client': 'x',
  Accept: 'text/x',
  'Accept-Encoding': 'gzip',
  'Accept-Language': 'en',
  Authorization: 'Bearer x',
  'Cache-Control': 'no-cache',
  'CDN-Loop': 'x',
  'Connection-Id': 'forged',
  'Content-Encoding': 'x-own',
  Cookie: 'a=1; b=2',
  Forwarded: 'for=1.2.3.4',
  'Grip-Colour': 'red',
  'Grip-Feature': 'forged',
  'Grip-Last': 'forged; last-id=1',
  'Grip-Session-Id': 'forged',
  'If-None-Match': '"e"',
  'Keep-Alive': 'timeout=5',
  'Last-Event-ID': '7',
  'Meta-User': 'forged',
  Origin: 'http://origin.example',
  'Proxy-Connection': 'keep-alive',
  Range: 'bytes=0-1',
  Referer: 'http://referrer.example/',
  'Sec-WebSocket-Extensions': 'permessage-deflate',
  'Sec-WebSocket-Protocol': 'chat',
  TE: 'trailers',
  'User-Agent': 'ua',
  Via: '1.1 x',
  'X-Forwarded-For': '1.2.3.4',
  'X-Forwarded-Host': 'h.example',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Protocol': 'https',
  'X-Real-IP': '1.2.3.4',
};

/** Headers whose values are other ones each time, or those of the machine. */
const VARYING = /^(?:grip-sig|connection-id|sec-websocket-key|content-length|host|x-forwarded-for)$/;

function shown(request: ServiceRequest | undefined): Json {
  const entries = Object.entries(request?.headers ?? {}).map(([name, value]) => [
    name,
    VARYING.test(name)
      ? `${value.length > 0 ? 'some' : 'empty'}${/forged|1\.2\.3\.4/.test(value) ? ", the client's" : ''}`
      : value,
  ]);
  return Object.fromEntries(entries.sort()) as Json;
}

function getting(scene: Scene, headers: Record<string, string>): Promise<unknown> {
  return scene.answer('/', { headers });
}

/** What of a client's request the service sees. */
export const requestHeaderCases: readonly FidelityCase[] = [
  fidelityCase('request: headers of a GET', async (scene) => {
    scene.serve('/', () => respond({}, 'hello\n'), 'everything');
    await getting(scene, SENT);
    return shown(scene.requests('/')[0]);
  }),
  fidelityCase('request: headers of a GET that has none', async (scene) => {
    scene.serve('/', () => respond({}, 'hello\n'), 'everything');
    await getting(scene, {});
    return shown(scene.requests('/')[0]);
  }),
  fidelityCase('request: headers for a WebSocket', async (scene) => {
    scene.serve('/', (_, count) => events(count === 1 ? [OPEN] : [], GRIP), 'everything');
    const { 'Sec-WebSocket-Extensions': _, 'Content-Encoding': __, 'Proxy-Connection': ___, ...sent } = SENT;
    const client = await scene.socket('/', sent);
    client.socket.send('x');
    await scene.eventually(() => scene.requests('/').length > 1, 'a second request');
    const [open, message] = scene.requests('/');
    const ids = scene.requests('/').map(({ headers }) => headers['connection-id']);
    return {
      open: shown(open),
      same: JSON.stringify(shown(message)) === JSON.stringify(shown(open)),
      sameId: ids[0] === ids[1],
    };
  }),
  fidelityCase('request: headers of a WebSocket that has none of its own', async (scene) => {
    scene.serve('/', () => events([OPEN], GRIP), 'websocket');
    await scene.socket('/');
    return shown(scene.requests('/')[0]);
  }),
  fidelityCase('request: headers when a response hold is asked for again', async (scene) => {
    scene.serve('/', () => longPoll(scene.channel()), 'everything');
    const client = scene.open('/?a=b', { headers: SENT });
    await scene.eventually(() => scene.requests('/').length > 1, 'a second request');
    await client.close();
    const [first, second] = scene.requests('/');
    return {
      same: JSON.stringify(shown(first)) === JSON.stringify(shown(second)),
      path: scene.plain(second?.path ?? ''),
    };
  }),
  fidelityCase('request: methods and bodies', (scene) =>
    table<{ readonly method: string; readonly body?: string }>(
      {
        POST: { method: 'POST', body: 'hello' },
        'POST without a body': { method: 'POST' },
        PUT: { method: 'PUT', body: 'hello' },
        DELETE: { method: 'DELETE' },
        OPTIONS: { method: 'OPTIONS' },
        HEAD: { method: 'HEAD' },
        PATCH: { method: 'PATCH', body: 'x' },
      },
      async (options, number) => {
        scene.serve(`/${number}`, ({ method }) => respond({ 'X-Method': method }, 'answer\n'), 'everything');
        const { status, headers, body } = await scene.answer(`/${number}`, options);
        const [request] = scene.requests(`/${number}`);
        return {
          asked: `${request?.method} ${request?.body.toString()} ${request?.headers['content-length'] ?? 'none'}`,
          answer: `${status} ${headers['x-method']} ${body.trimEnd()}`,
        };
      },
    ),
  ),
  fidelityCase('request: holds for other methods', (scene) =>
    tableOf(['POST', 'PUT', 'DELETE', 'OPTIONS'], async (method, number) => {
      const channel = scene.channel(String(number));
      await scene.warm(channel);
      scene.serve(`/${number}`, () => longPoll(channel), 'everything');
      const body = method === 'DELETE' || method === 'OPTIONS' ? {} : { body: 'asked' };
      const client = await scene.hold(`/${number}`, { method, ...body });
      await scene.publish({ channel, 'http-response': { body: 'done' } });
      return {
        body: (await client.answer()).body,
        asked: scene.requests(`/${number}`).map(({ body }) => body.toString()),
      };
    }),
  ),
  fidelityCase('request: a POST that is asked for again', async (scene) => {
    scene.serve('/', () => longPoll(scene.channel()), 'everything');
    await scene.hold('/', { method: 'POST', body: 'asked', headers: { 'Content-Type': 'text/x' } });
    await scene.eventually(() => scene.requests('/').length > 1, 'a second request');
    return scene
      .requests('/')
      .map(({ method, body, headers }) => `${method} ${body} ${headers['content-type']}`);
  }),
  fidelityCase(
    'request: a path with an escape that need not be one',
    async (scene) => {
      for (const each of ['/%41', '/A']) {
        scene.serve(each, ({ path: seen }) => respond({}, seen), 'everything');
      }
      return scene.plain((await scene.answer('/%41')).body);
    },
    { kept: 'Qt normalises what it takes for a URL; RFC 3986, 6.2.2.2, calls the two the same.' },
  ),
  fidelityCase('request: paths', (scene) =>
    tableOf(
      ['/a%20b', '/a//b', '/a;b=c', "/a'(b)*!", '/a?b=c%20d&e', '/a?', '/%E2%82%AC', '/a%2Fb'],
      async (path) => {
        const [pathname = ''] = path.split('?');
        // Some come in another form.
        for (const each of [pathname, decodeURI(pathname)]) {
          scene.serve(each, ({ path: seen }) => respond({}, seen), 'everything');
        }
        return scene.plain((await scene.answer(path)).body);
      },
    ),
  ),
  fidelityCase('request: a client that sends WebSocket events itself', (scene) =>
    tableOf(
      [
        'application/websocket-events',
        'Application/WebSocket-Events',
        'application/websocket-events; charset=utf-8',
        'application/websocket-events ; charset=utf-8',
        'application/websocket-events;',
        'APPLICATION/WEBSOCKET-EVENTS',
        'application/websocket-events ',
      ],
      async (type, number) => {
        scene.serve(
          `/${number}`,
          (request) => respond({}, `came through with ${eventsOf([request]).length} events\n`),
          'everything',
        );
        const headers = { 'Content-Type': type, 'Meta-User': 'forged', 'Connection-Id': 'forged' };
        const { status, body } = await scene.answer(`/${number}`, {
          method: 'POST',
          headers,
          body: 'OPEN\r\n',
        });
        const seen = scene.requests(`/${number}`)[0]?.headers ?? {};
        return { status, body, meta: seen['meta-user'] ?? null, id: seen['connection-id'] ?? null };
      },
    ),
  ),
  fidelityCase('request: a GET with a body', (scene) =>
    tableOf(['0', '5', '100000', '100001'], async (length, number) => {
      scene.serve(`/${number}`, () => stream(scene.channel()), 'everything');
      const headers = { 'Content-Length': length };
      const client = scene.open(`/${number}`, { headers, body: 'x'.repeat(Number(length)) });
      return (await client.response()).status;
    }),
  ),
  fidelityCase('request: a GET with the type of WebSocket events', async (scene) => {
    scene.serve('/', () => respond({}, 'hello\n'), 'everything');
    const { status, body } = await scene.answer('/', {
      headers: { 'Content-Type': 'application/websocket-events' },
    });
    return { status, body };
  }),
  fidelityCase('request: the signature', async (scene) => {
    scene.serve('/', () => respond({}, 'hello\n'));
    await scene.answer('/');
    const parts = (scene.requests('/')[0]?.headers['grip-sig'] ?? '').split('.');
    const [header = {}, claims = {}] = parts.slice(0, 2).map((part) => {
      return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
    });
    const life = Number(claims['exp']) - Date.now() / 1000;
    return {
      parts: parts.length,
      type: String(header['typ']),
      header: Object.keys(header).sort(),
      claims: Object.keys(claims).sort(),
      anHour: life > 3500 && life <= 3601,
    };
  }),
  fidelityCase('request: Connection-Id', async (scene) => {
    scene.serve('/', () => events([OPEN], GRIP), 'websocket');
    await Promise.all([scene.socket('/'), scene.socket('/')]);
    const ids = scene.requests('/').map(({ headers }) => headers['connection-id'] ?? '');
    return {
      different: new Set(ids).size,
      uuids: ids.every((id) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)),
    };
  }),
];
