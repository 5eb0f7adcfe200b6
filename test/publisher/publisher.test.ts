import { describe, expect, it } from 'vitest';
import { ConfigurationError, ProtocolError } from '../../src/errors.js';
import {
  type PublishEndpoint,
  Publisher,
  type PublisherOptions,
  pushpinEndpoint,
} from '../../src/publisher/index.js';
import { failureOf, publisherFor, scripted } from './scripted.js';
import type { Answer } from './scripted-server.js';

describe('publish', () => {
  it('sends one POST, whose items have one id, and says what was sent', async () => {
    const server = await scripted();
    const receipt = await publisherFor(server).publish('test', 'hello');
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/publish/' });
    expect(request?.headers['content-type']).toBe('application/json');
    expect(receipt).toEqual({
      ids: [server.items()[0]?.id],
      requests: [{ endpoint: server.url, bytes: Buffer.byteLength(request?.body ?? ''), attempts: 1 }],
    });
    expect(receipt.ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(server.items().map(({ id }) => id)).size).toBe(1);
    expect(server.items().map(({ channel }) => channel)).toEqual(['test', 'test~sse', 'test~stream']);
  });

  it('takes the id of the message, or of the options before it', async () => {
    const server = await scripted();
    const publisher = publisherFor(server);
    expect((await publisher.publish('test', { data: 'a', id: '1' })).ids).toEqual(['1']);
    expect((await publisher.publish('test', { data: 'a', id: '1' }, { id: '2', to: ['sse'] })).ids).toEqual([
      '2',
    ]);
    expect(server.items().at(-1)).toMatchObject({
      id: '2',
      stream: { content: Buffer.from('id: 1\ndata: a\n\n') },
    });
  });

  it('sends nothing that is too large', async () => {
    const server = await scripted();
    const large = 'x'.repeat(20_000);
    await expect(publisherFor(server).publish('test', large)).rejects.toThrow(
      /^Expected a publish request of at most 65536 bytes, found one of 80\d{3}: /,
    );
    expect(server.requests).toHaveLength(0);
    await publisherFor(server).publish('test', large, { to: ['websocket'] });
    await publisherFor(server, { maxRequestBytes: 100_000 }).publish('test', large);
    expect(server.requests).toHaveLength(2);
  });
});

describe('publishMany', () => {
  it('sends batches in order, the next when the one before was accepted', async () => {
    let open = 0;
    const slow: Answer = (response) => {
      open += 1;
      expect(open).toBe(1);
      setTimeout(() => {
        open -= 1;
        response.end();
      }, 20);
    };
    const server = await scripted(slow, slow, slow);
    const messages = Array.from({ length: 25 }, (_, index) => ({
      channel: index % 2 ? 'odd' : 'even',
      message: { data: String(index), id: String(index) },
      to: ['stream'] as const,
    }));
    const receipt = await publisherFor(server, { maxBatchMessages: 10 }).publishMany(messages);
    expect(server.requests).toHaveLength(3);
    expect(server.items().map(({ id }) => Number(id))).toEqual(messages.map((_, index) => index));
    expect(receipt.ids).toEqual(messages.map(({ message }) => message.id));
    expect(receipt.requests).toHaveLength(3);
  });

  it('sends nothing when one of the messages cannot be sent, and says which', async () => {
    const server = await scripted();
    const many = ['a', 'b', 'x'.repeat(70_000)].map((message) => ({ channel: 'test', message }));
    await expect(publisherFor(server).publishMany(many)).rejects.toThrow(
      /^Message 3: Expected a publish request/,
    );
    expect(server.requests).toHaveLength(0);
    expect(await publisherFor(server).publishMany([])).toEqual({ ids: [], requests: [] });
  });

  it('stops at a batch that fails, and says which messages are left', async () => {
    const server = await scripted(200, 400);
    const messages = [1, 2, 3, 4, 5].map((n) => ({ channel: `c${n}`, message: 'x', id: `id${n}` }));
    const error = await failureOf(publisherFor(server, { maxBatchMessages: 2 }).publishMany(messages));
    expect(error).toMatchObject({ channels: ['c3', 'c4'], ids: ['id3', 'id4', 'id5'], status: 400 });
    expect(server.requests).toHaveLength(2);
  });
});

describe('close', () => {
  it('closes sockets and streams of the channel by one item', async () => {
    const server = await scripted();
    await publisherFor(server).close('test', { code: 4401, reason: 'over' });
    expect(server.items()).toMatchObject([
      {
        channel: 'test',
        id: expect.any(String),
        webSocket: { action: 'close', code: 4401, reason: 'over' },
        stream: { action: 'close' },
        response: undefined,
      },
    ]);
    await expect(publisherFor(server).close('test', { code: 1006 })).rejects.toThrow(ProtocolError);
  });
});

describe('send', () => {
  it('sends items as they are, with an id for those without', async () => {
    const server = await scripted();
    const formats = { 'http-stream': { content: 'x' } };
    const receipt = await publisherFor(server, { maxBatchMessages: 1 }).send([
      { channel: 'a~sse', formats, id: '1' },
      { channel: 'b', formats },
    ]);
    expect(server.requests).toHaveLength(1);
    expect(server.items().map(({ channel, id }) => [channel, id])).toEqual([
      ['a~sse', '1'],
      ['b', receipt.ids[1]],
    ]);
  });

  it('refuses none, and what does not fit in one request', async () => {
    const server = await scripted();
    const half = { channel: 'a', formats: { 'http-stream': { content: 'x'.repeat(40_000) } } };
    await expect(publisherFor(server).send([])).rejects.toThrow(/found none/);
    await expect(publisherFor(server).send([half, half])).rejects.toThrow(
      /at most 65536 bytes, found 2 items/,
    );
    expect(server.requests).toHaveLength(0);
  });
});

describe('several endpoints', () => {
  it('all get the same', async () => {
    const [one, two] = [await scripted(503), await scripted()];
    const publisher = new Publisher([one, two].map(pushpinEndpoint), { minDelay: 1 });
    const { requests } = await publisher.publish('test', 'hello');
    expect(one.requests.at(-1)?.body).toBe(two.requests[0]?.body);
    expect(requests.map(({ endpoint, attempts }) => [endpoint, attempts])).toEqual([
      [one.url, 2],
      [two.url, 1],
    ]);
  });

  it('are all tried, and all that failed are named', async () => {
    const [one, two, three] = [await scripted(400), await scripted(), await scripted(403)];
    const publisher = new Publisher([one, two, three].map(pushpinEndpoint), { minDelay: 1 });
    const error = await failureOf(publisher.publish('test', 'hello'));
    expect(error).toMatchObject({
      endpoint: one.url,
      status: 400,
      others: [{ endpoint: three.url, status: 403 }],
    });
    expect(two.requests).toHaveLength(1);
  });
});

describe('a publisher', () => {
  it.each<[string, PublishEndpoint | PublishEndpoint[], PublisherOptions, RegExp]>([
    ['no endpoint', [], {}, /found none/],
    ['no URL', { url: 'localhost' }, {}, /found no URL/],
    ['another protocol', { url: 'ftp://localhost/' }, {}, /found another one/],
    ['a password in the URL', { url: 'http://ada:secret@localhost/' }, {}, /without user and password/],
    ['no try', { url: 'http://localhost/' }, { tries: 0 }, /tries .* from 1 on; found 0/],
    ['half a millisecond', { url: 'http://localhost/' }, { timeout: 0.5 }, /timeout .* found 0.5/],
    ['a delay past the end of timers', { url: 'http://localhost/' }, { maxDelay: 2 ** 31 }, /maxDelay/],
  ])('with %s is refused', (_, endpoints, options, message) => {
    expect(() => new Publisher(endpoints, options)).toThrow(ConfigurationError);
    expect(() => new Publisher(endpoints, options)).toThrow(message);
    expect(() => new Publisher(endpoints, options)).not.toThrow('secret');
  });
});
