import { describe, expect, it } from 'vitest';
import { Publisher } from '../../src/publisher/index.js';
import { failureOf, publisherFor, scripted } from './scripted.js';
import type { Answer } from './scripted-server.js';

describe('a request that failed', () => {
  it.each([429, 500, 502, 503, 504])('with %i is sent again, with the same ids', async (status) => {
    const server = await scripted(status, status);
    const { requests } = await publisherFor(server).publish('test', 'hello');
    expect(requests[0]?.attempts).toBe(3);
    expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1);
  });

  it('because the connection broke is sent again', async () => {
    const server = await scripted((response) => response.destroy());
    expect((await publisherFor(server).publish('test', 'hello')).requests[0]?.attempts).toBe(2);
  });

  it('is given up after so many tries', async () => {
    const server = await scripted(503, 503, 503, 503);
    const error = await failureOf(publisherFor(server).publish('test', { data: 'hello', id: '7' }));
    expect(error).toMatchObject({
      message: `Publishing to ${server.url} failed after 3 tries: status 503.`,
      endpoint: server.url,
      status: 503,
      channels: ['test'],
      attempts: 3,
      ids: ['7'],
      others: [],
    });
    await failureOf(publisherFor(server, { tries: 1 }).publish('test', 'hello'));
    expect(server.requests).toHaveLength(4);
  });

  it.each([
    [400, /malformed or too large/],
    [401, /token was not accepted/],
    [403, /may not publish/],
    [404, /slash at its end/],
    [301, /status 301/],
    [302, /status 302/],
  ])('with %i is not sent again, nor elsewhere', async (status, advice) => {
    const elsewhere = await scripted();
    const server = await scripted({ status, headers: { Location: elsewhere.url } });
    const error = await failureOf(publisherFor(server).publish('test', 'hello'));
    expect(error).toMatchObject({ status, attempts: 1, message: expect.stringMatching(advice) });
    expect([server.requests.length, elsewhere.requests.length]).toEqual([1, 0]);
  });

  it('says so when there is no endpoint', async () => {
    const url = 'http://127.0.0.1:1/';
    const error = await failureOf(new Publisher({ url }, { minDelay: 1 }).publish('test', 'hello'));
    expect(error).toMatchObject({ endpoint: url, status: undefined, attempts: 3 });
  });

  it('waits as long as Retry-After says, in seconds or as a date', async () => {
    const soon = () => new Date(Date.now() + 2000).toUTCString(); // which leaves out the milliseconds
    for (const [value, least] of [
      [() => '1', 1000],
      [soon, 1000],
    ] as const) {
      const server = await scripted({ status: 429, headers: { 'Retry-After': value() } });
      await publisherFor(server).publish('test', 'hello');
      const [first, second] = server.requests;
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(least - 100);
    }
  }, 10_000);

  it('is given up when Retry-After says longer than it may wait', async () => {
    const server = await scripted({ status: 503, headers: { 'Retry-After': '3600' } });
    const error = await failureOf(publisherFor(server).publish('test', 'hello'));
    expect(error).toMatchObject({ attempts: 1, message: expect.stringContaining('asks to wait 3600 s') });
  });

  it('waits longer before each try', async () => {
    const server = await scripted(500, 500, 500);
    await publisherFor(server, { minDelay: 100, tries: 4 }).publish('test', 'hello');
    const waits = server.requests.slice(1).map(({ at }, index) => at - (server.requests[index]?.at ?? 0));
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThan(45 * 2 ** index);
    }
  });
});

describe('a request without an answer', () => {
  it('is sent again after its time', async () => {
    const server = await scripted(() => undefined);
    const { requests } = await publisherFor(server, { timeout: 100 }).publish('test', 'hello');
    expect(requests[0]?.attempts).toBe(2);
  });

  it('fails after the last try, and leaves no connection behind', async () => {
    let closed = 0;
    const hang: Answer = (response) => response.on('close', () => (closed += 1));
    const server = await scripted(hang, hang, hang);
    const error = await failureOf(publisherFor(server, { timeout: 50 }).publish('test', 'hello'));
    expect(error.message).toMatch(/after 3 tries: No answer within 50 ms\.$/);
    expect(error.cause).toMatchObject({ name: 'TimeoutError' });
    await expect.poll(() => closed).toBe(3);
  });

  it('that was accepted but for the end of the body counts as accepted', async () => {
    const server = await scripted((response) => response.writeHead(200).write('Pub'));
    const { requests } = await publisherFor(server, { timeout: 100 }).publish('test', 'hello');
    expect(requests[0]?.attempts).toBe(1);
  });

  it('also when it waits for a token', async () => {
    const server = await scripted();
    const auth = () => new Promise<never>(() => undefined);
    const options = { timeout: 20, minDelay: 1 };
    const error = await failureOf(new Publisher({ url: server.url, auth }, options).publish('test', 'x'));
    expect(error).toMatchObject({ status: undefined, attempts: 3 });
    expect(server.requests).toHaveLength(0);
  });
});

describe('an abort', () => {
  const reason = new Error('changed my mind');

  it('before the request sends nothing', async () => {
    const server = await scripted();
    const signal = AbortSignal.abort(reason);
    await expect(publisherFor(server).publish('test', 'x', { signal })).rejects.toBe(reason);
    await expect(publisherFor(server).publishMany([], { signal })).rejects.toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  it('ends a request', async () => {
    const abort = new AbortController();
    const server = await scripted(() => abort.abort(reason));
    await expect(publisherFor(server).publish('test', 'x', { signal: abort.signal })).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  it('ends the wait for the next try', async () => {
    const abort = new AbortController();
    const server = await scripted({ status: 503, headers: { 'Retry-After': '9' } });
    const publishing = publisherFor(server).publish('test', 'x', { signal: abort.signal });
    await expect.poll(() => server.requests.length).toBe(1);
    setTimeout(() => abort.abort(reason), 50);
    const started = performance.now();
    await expect(publishing).rejects.toBe(reason);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
