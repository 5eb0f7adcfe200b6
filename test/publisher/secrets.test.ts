import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  fanoutEndpoint,
  fastlyEndpoint,
  gripUrl,
  type PublishEndpoint,
  Publisher,
} from '../../src/publisher/index.js';
import { failureOf, scripted } from './scripted.js';
import type { Answer } from './scripted-server.js';

const TOKEN = 'the-t0ken';
const PAYLOAD = 'the-payl0ad';
const KEY = 'the-k3y';

/** Whatever anyone may print or log of an error or of an object. */
function everythingOf(value: unknown): string {
  const seen: string[] = [];
  for (let each = value; each !== undefined; each = each instanceof Error ? each.cause : undefined) {
    seen.push(
      String(each),
      inspect(each, { depth: 20, showHidden: true, getters: true }),
      JSON.stringify(each) ?? '',
    );
    if (each instanceof Error)
      seen.push(each.name, each.message, each.stack ?? '', JSON.stringify({ ...each }));
  }
  return seen.join('\n');
}

function expectNoSecrets(value: unknown): void {
  const text = everythingOf(value);
  const encodings = [TOKEN, PAYLOAD, KEY].flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('base64').replace(/=*$/, ''),
    Buffer.from(`a:${secret}`).toString('base64').replace(/=*$/, ''),
  ]);
  for (const secret of encodings) expect(text).not.toContain(secret);
  expect(text).not.toMatch(/Bearer|Basic /);
}

describe('secrets', () => {
  /** An endpoint that repeats all that it was sent. */
  const echo =
    (status: number): Answer =>
    (response, { headers, body }) =>
      response.writeHead(status, { 'X-Echo': JSON.stringify(headers) }).end(JSON.stringify(headers) + body);
  /** What is no HTTP is kept, as it came, by the error of Node's parser. */
  const garbage: Answer = (response, { headers, body }) =>
    response.socket?.end(`HTTP/1.1 ${JSON.stringify(headers)}${body}\r\n\r\n`);
  const answers: [string, Answer][] = [
    ['a 400', echo(400)],
    ['a 401', echo(401)],
    ['a 503', echo(503)],
    ['a redirect', (response) => response.writeHead(302, { Location: `/?${TOKEN}` }).end()],
    ['no HTTP', garbage],
    ['nothing', () => undefined],
    ['a broken connection', (response) => response.destroy()],
  ];
  const auths: [string, PublishEndpoint['auth']][] = [
    ['Fastly-Key', fastlyEndpoint({ serviceId: 'a', token: TOKEN }).auth],
    ['Basic', fanoutEndpoint({ serviceId: 'a', secret: TOKEN }).auth],
    ['JWT', gripUrl(`http://localhost/?iss=a&key=${KEY}`).auth],
    ['Bearer', gripUrl(`http://localhost/?key=${KEY}`).auth],
  ];

  it.each(answers)('stay out of the error after %s', async (_, answer) => {
    for (const [, auth] of auths) {
      const server = await scripted(answer, answer);
      const endpoint = { url: `${server.url}?token=${TOKEN}`, ...(auth && { auth }) };
      const publisher = new Publisher(endpoint, { tries: 2, minDelay: 1, timeout: 200 });
      const error = await failureOf(publisher.publish('test', { data: PAYLOAD, event: PAYLOAD }));
      expect(server.requests[0]?.body).toContain(PAYLOAD);
      expectNoSecrets(error);
      expect(error.endpoint).toBe(server.url);
    }
  });

  it.each(auths)('stay out of a publisher and an endpoint with %s', (_, auth) => {
    const endpoint = { url: 'http://localhost/publish/', ...(auth && { auth }) };
    expectNoSecrets(inspectable(endpoint));
    expectNoSecrets(inspectable(new Publisher(endpoint)));
  });

  it('stay out of the error of several endpoints', async () => {
    const urls = [await scripted(echo(400)), await scripted(echo(403))];
    const endpoints = urls.map(({ url }) => ({ url, auth: () => ({ 'Fastly-Key': TOKEN }) }));
    const error = await failureOf(new Publisher(endpoints).publish('test', PAYLOAD));
    expectNoSecrets(error);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: 'PublishError',
      status: 400,
      channels: ['test'],
    });
  });
});

/** Without hidden fields: the source of a function is one. */
function inspectable(value: unknown): string {
  return `${inspect(value, { depth: 20 })}${JSON.stringify(value)}`;
}
