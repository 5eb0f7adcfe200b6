import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.js';
import {
  fanoutEndpoint,
  fastlyEndpoint,
  gripUrl,
  type PublishEndpoint,
  Publisher,
  pushpinEndpoint,
} from '../../src/publisher/index.js';
import { failureOf, scripted } from './scripted.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('fastlyEndpoint', () => {
  it('is the API of a service, with its token', async () => {
    const endpoint = fastlyEndpoint({ serviceId: 'Abc123', token: 'secret', backend: 'api' });
    expect(endpoint).toMatchObject({ url: 'https://api.fastly.com/service/Abc123/publish/', backend: 'api' });
    expect(await endpoint.auth?.()).toEqual({ 'Fastly-Key': 'secret' });
  });

  it('asks for the token anew for each try', async () => {
    let tokens = 0;
    const { auth } = fastlyEndpoint({ serviceId: 'a', token: async () => `token-${++tokens}` });
    const server = await scripted(503);
    await new Publisher({ url: server.url, ...(auth && { auth }) }, { minDelay: 1 }).publish('test', 'x');
    expect(server.requests.map(({ headers }) => headers['fastly-key'])).toEqual(['token-1', 'token-2']);
  });

  it('refuses a service id that would lead elsewhere', () => {
    expect(() => fastlyEndpoint({ serviceId: '../x', token: 'secret' })).toThrow(ConfigurationError);
    expect(() => fanoutEndpoint({ serviceId: '', secret: 'secret' })).toThrow(ConfigurationError);
  });
});

describe('fanoutEndpoint', () => {
  it('has basic authentication, by default as the service', async () => {
    const endpoint = fanoutEndpoint({ serviceId: 'abc', secret: async () => 'sécret' });
    expect(endpoint.url).toBe('https://fanout.fastly.com/abc/publish/');
    expect(await endpoint.auth?.()).toEqual({ Authorization: basic('abc:sécret') });
    const other = fanoutEndpoint({ serviceId: 'abc', user: 'ada', secret: 'x', backend: 'fanout' });
    expect(other.backend).toBe('fanout');
    expect(await other.auth?.()).toEqual({ Authorization: basic('ada:x') });
  });
});

describe('pushpinEndpoint', () => {
  it.each([
    'http://localhost:5561',
    'http://localhost:5561/',
    'http://localhost:5561/publish',
    'http://localhost:5561/publish/',
  ])('takes %s', (url) => {
    expect(pushpinEndpoint({ url })).toEqual({ url: 'http://localhost:5561/publish/' });
  });
});

describe('gripUrl', () => {
  it.each([
    ['http://localhost:5561/', 'http://localhost:5561/publish/'],
    [
      'https://api.fastly.com/service/abc?verify-iss=fastly:abc&verify-key=k',
      'https://api.fastly.com/service/abc/publish/',
    ],
  ])('%s needs no authorization', (text, url) => {
    expect(gripUrl(text)).toEqual({ url });
  });

  it.each([
    ['the-key', Buffer.from('the-key')],
    ['base64:+/8B', Buffer.from([0xfb, 0xff, 0x01])], // the plus arrives as a space
    [`base64:${encodeURIComponent('+/8B')}`, Buffer.from([0xfb, 0xff, 0x01])],
  ])('signs a token for each request with the key %s', async (key, secret) => {
    const server = await scripted();
    const endpoint = gripUrl(`${server.origin}/?iss=me%20too&key=${key}&backend=pushpin`);
    expect(endpoint).toMatchObject({ url: server.url, backend: 'pushpin' });
    await new Publisher(endpoint).publish('test', 'x');
    const [, token = ''] = /^Bearer (\S+)$/.exec(server.requests[0]?.headers.authorization ?? '') ?? [];
    const [header = '', claims = '', signature] = token.split('.');
    expect(signature).toBe(createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url'));
    const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
    expect(parse(header)).toEqual({ typ: 'JWT', alg: 'HS256' });
    const { iss, exp } = parse(claims) as { iss: string; exp: number };
    expect(iss).toBe('me too');
    expect(exp - Date.now() / 1000).toSatisfy((seconds: number) => seconds > 590 && seconds <= 600);
  });

  it('takes a key without an issuer for a token', async () => {
    expect(await gripUrl('https://api.fastly.com/service/abc?key=secret').auth?.()).toEqual({
      Authorization: 'Bearer secret',
    });
  });

  it('takes user and password', async () => {
    const { url, auth } = gripUrl('https://ada:p%40ss@grip.test/realm');
    expect(url).toBe('https://grip.test/realm/publish/');
    expect(await auth?.()).toEqual({ Authorization: basic('ada:p@ss') });
  });

  it.each([
    ['secret', /found no URL/],
    ['ws://host/?key=secret', /found another one/],
    ['http://host/?iss=secret', /needs a key/],
    ['http://host/?iss=a&key=', /needs a key/],
    ['http://host/?iss=a&key=base64:!secret', /not Base64/],
    ['http://host/?iss=a&key=base64:', /not Base64/],
    ['http://host/?isss=secret', /found a parameter that is none of them/],
    ['http://a:secret%zz@host/', /percent-encoded/],
  ])('refuses %s without repeating it', (text, message) => {
    expect(() => gripUrl(text)).toThrow(ConfigurationError);
    expect(() => gripUrl(text)).toThrow(message);
    expect(() => gripUrl(text)).not.toThrow('secret');
  });
});

describe('a request that cannot be authorized', () => {
  const unusable: [string, PublishEndpoint['auth'], RegExp][] = [
    ['an empty token', fastlyEndpoint({ serviceId: 'a', token: '' }).auth, /token .* empty/],
    [
      'no token',
      fastlyEndpoint({ serviceId: 'a', token: async () => undefined as unknown as string }).auth,
      /undefined/,
    ],
    [
      'a line break behind the token',
      fastlyEndpoint({ serviceId: 'a', token: 'secret\n' }).auth,
      /Fastly-Key .* line break/,
    ],
    ['a token that is not ASCII', () => ({ Authorization: 'Bearer sécret' }), /printable ASCII/],
  ];
  it.each(unusable)('for %s is not sent', async (_, auth, message) => {
    const server = await scripted();
    const publisher = new Publisher({ url: server.url, ...(auth && { auth }) });
    const error = await failureOf(publisher.publish('test', 'x'));
    expect(error).toMatchObject({ status: undefined, attempts: 1, cause: expect.any(ConfigurationError) });
    expect((error.cause as Error).message).toMatch(message);
    expect((error.cause as Error).message).not.toMatch(/s[eé]cret/);
    expect(server.requests).toHaveLength(0);
  });

  it('has the reason as its cause', async () => {
    const cause = new Error('the store is closed');
    const auth = () => Promise.reject(cause);
    const error = await failureOf(new Publisher({ url: 'http://127.0.0.1:1/', auth }).publish('test', 'x'));
    expect(error.cause).toBe(cause);
    expect(error.message).toMatch(/could not be authorized/);
  });
});
