import 'reflect-metadata'; // before tsyringe, which fails without it
import type { Context } from 'hono';
import { container as globalContainer, type InjectionToken, inject, injectable, singleton } from 'tsyringe';
import { afterEach, describe, expect, it } from 'vitest';
import { registerTransport, resolveTransports } from '../src/container.js';
import { ConfigurationError } from '../src/errors.js';
import { fanout } from '../src/fanout.js';
import type { Channel } from '../src/protocol/channel.js';
import { CHANNEL_SUBSCRIBER, type ChannelSubscriber } from '../src/transports/channel-subscriber.js';
import { holdStream } from '../src/transports/held-response.js';
import { LongPollTransport } from '../src/transports/long-poll-transport.js';
import { SseTransport } from '../src/transports/sse-transport.js';
import { StreamTransport } from '../src/transports/stream-transport.js';
import { WebSocketTransport } from '../src/transports/websocket-transport.js';
import { answer, fakePlatform, request, signed } from './support/fake-platform.js';
import { namedChannels } from './support/grip-headers.js';

const logger = () => undefined;

class JsonLinesTransport implements ChannelSubscriber {
  readonly name = 'json-lines';
  readonly path = '/lines';
  subscribe(_c: Context, channels: readonly Channel[]): Response {
    return holdStream({
      channels,
      contentType: 'application/x-ndjson',
      keepAlive: { content: '\n', timeout: 20 },
    });
  }
}

interface Store {
  channelOf(user: string): string;
}
const STORE: InjectionToken<Store> = Symbol('Store');
const store: Store = { channelOf: (user) => `user-${user}` };

@injectable()
class InboxTransport implements ChannelSubscriber {
  readonly name: string = 'inbox';
  readonly path: string = '/inbox/:user';
  readonly #store: Store;
  constructor(@inject(STORE) injected: Store) {
    this.#store = injected;
  }
  channels(c: Context): string[] {
    return [this.#store.channelOf(c.req.param('user') ?? '')];
  }
  subscribe(_c: Context, channels: readonly Channel[]): Response {
    return holdStream({ channels, contentType: 'text/plain' });
  }
}

function withStore() {
  const container = globalContainer.createChildContainer();
  container.register(STORE, { useValue: store });
  return container;
}

afterEach(() => {
  globalContainer.reset();
});

describe('a transport of newline-delimited JSON', () => {
  const headers = {
    'cache-control': 'no-store',
    'content-type': 'application/x-ndjson',
    'grip-channel': 'test, test~stream',
    'grip-hold': 'stream',
    'grip-keep-alive': '\\n; format=cstring; mode=idle; timeout=20',
  };

  it('is added by naming its class', async () => {
    const app = fanout({ channels: ['test'], transports: [JsonLinesTransport], logger });
    const platform = fakePlatform();
    expect(await answer(app, request('/lines'), platform)).toBe(platform.response);
    expect(Object.fromEntries((await answer(app, signed('/lines'))).headers)).toEqual(headers);
  });

  it('is added by registering it in a container, next to those of the mount', async () => {
    const container = globalContainer.createChildContainer();
    registerTransport(container, JsonLinesTransport);
    const app = fanout({ channels: ['test'], container, logger });
    expect(Object.fromEntries((await answer(app, signed('/lines'))).headers)).toEqual(headers);
    for (const path of ['/sse', '/stream', '/response'])
      expect((await answer(app, signed(path))).status).toBe(200);
  });

  it('may be the only one of a container', async () => {
    const container = globalContainer.createChildContainer();
    registerTransport(container, JsonLinesTransport);
    const app = fanout({ channels: ['test'], container, transports: [], logger });
    expect((await answer(app, signed('/lines'))).status).toBe(200);
    expect((await answer(app, signed('/sse'))).status).toBe(404);
  });
});

describe('a transport with dependencies', () => {
  it('gets them from the container of the mount', async () => {
    const app = fanout({ transports: [InboxTransport], container: withStore(), logger });
    expect(namedChannels(await answer(app, signed('/inbox/ada')))).toBe('user-ada');
  });

  it('gets them from the container that it is registered in', async () => {
    const container = withStore();
    registerTransport(container, InboxTransport, { path: '/mail/:user' });
    const app = fanout({ transports: [], container, logger });
    expect(namedChannels(await answer(app, signed('/mail/ada')))).toBe('user-ada');
  });

  it('gets them from the parents of its container', async () => {
    const app = fanout({
      transports: [InboxTransport],
      container: withStore().createChildContainer(),
      logger,
    });
    expect(namedChannels(await answer(app, signed('/inbox/ada')))).toBe('user-ada');
  });

  it('fails when the app is made where they are missing', () => {
    expect(() => fanout({ transports: [InboxTransport], logger })).toThrow(/Store/);
  });

  it('may be extended by a class that declares them again', async () => {
    @injectable()
    class LoudInbox extends InboxTransport {
      override readonly path = '/loud/:user';
      constructor(@inject(STORE) injected: Store) {
        super(injected);
      }
    }
    const app = fanout({ transports: [LoudInbox], container: withStore(), logger });
    expect(namedChannels(await answer(app, signed('/loud/ada')))).toBe('user-ada');
  });

  class Bare extends InboxTransport {}
  @injectable()
  class Decorated extends InboxTransport {}
  class Grandchild extends Bare {}

  it.each<[string, new (injected: Store) => ChannelSubscriber]>([
    ['without a decorator', Bare],
    ['with @injectable()', Decorated],
    ['of the second generation', Grandchild],
  ])('may not be extended by a class that does not: %s', (_what, use) => {
    const container = withStore();
    expect(() => registerTransport(container, use)).toThrow(ConfigurationError);
    expect(() => registerTransport(container, use)).toThrow(/must declare them again/);
    expect(() => fanout({ transports: [use], container, logger })).toThrow(ConfigurationError);
  });

  it('may not ask for them without decorators', () => {
    class Plain extends JsonLinesTransport {
      readonly store: Store;
      constructor(injected: Store) {
        super();
        this.store = injected;
      }
    }
    expect(() => fanout({ channels: ['test'], transports: [Plain], container: withStore(), logger })).toThrow(
      ConfigurationError,
    );
  });
});

describe('the settings of a transport', () => {
  it('replace its own', () => {
    const [sse, poll] = resolveTransports(
      [
        { use: SseTransport, path: '/notes', name: 'notes', ...{ keepAlive: 45, retry: 10 } },
        { use: LongPollTransport, path: '/poll', ...{ timeout: 9, body: '{}' } },
      ],
      undefined,
    );
    expect(sse).toEqual({ name: 'notes', path: '/notes', keepAlive: 45, retry: 10 });
    expect(sse).toBeInstanceOf(SseTransport);
    expect(poll).toEqual({
      name: 'long-poll',
      path: '/poll',
      contentType: 'text/plain',
      timeout: 9,
      body: '{}',
    });
  });

  it('replace those of a registered one', async () => {
    const container = globalContainer.createChildContainer();
    registerTransport(container, SseTransport, { path: '/notes', keepAlive: 45 });
    const app = fanout({ channels: ['test'], transports: [], container, logger });
    expect((await answer(app, signed('/notes'))).headers.get('Grip-Keep-Alive')).toMatch(/timeout=45$/);
  });

  // Checked by tsc: a line that doesn't compile is the failure.
  it('may be those of its class, where it is named in transports', () => {
    const app = fanout({
      channels: ['test'],
      transports: [
        { use: SseTransport, path: '/notes', keepAlive: 45 },
        { use: WebSocketTransport, messagePrefix: 'm:' },
        { use: LongPollTransport, timeout: 10 },
        StreamTransport,
      ],
      logger,
    });
    expect(app.routes).not.toHaveLength(0);
  });

  it('may be its channels, which go before those of the mount', async () => {
    const app = fanout({
      channels: ['test'],
      transports: [
        { use: SseTransport, channels: (c: Context) => [c.req.query('room') ?? 'none'] },
        StreamTransport,
      ],
      logger,
    });
    expect(namedChannels(await answer(app, signed('/sse?room=7')))).toBe('7');
    expect(namedChannels(await answer(app, signed('/stream?room=7')))).toBe('test');
  });

  it('may be the channels of a mount that has none', async () => {
    const app = fanout({ transports: [{ use: SseTransport, channels: () => ['own'] }], logger });
    expect(namedChannels(await answer(app, signed('/sse')))).toBe('own');
  });

  it.each(['paht', 'keep_alive', 'keepalive', 'timeout'])(
    'may not be one that it does not have: %s',
    (name) => {
      const option = { use: SseTransport, [name]: 1 };
      expect(() => resolveTransports([option], undefined)).toThrow(ConfigurationError);
      expect(() => resolveTransports([option], undefined)).toThrow(
        `SseTransport has no setting ${name}; it has name, path, retry, keepAlive.`,
      );
    },
  );

  it.each(['subscribe', 'constructor', 'toString', 'hasOwnProperty'])(
    'may not be another method: %s',
    (name) => {
      const option = { use: SseTransport, [name]: () => new Response() };
      expect(() => resolveTransports([option], undefined)).toThrow(ConfigurationError);
    },
  );

  it('of one mount are not those of another', () => {
    const [first] = resolveTransports([{ use: StreamTransport, path: '/first' }], undefined);
    const [second] = resolveTransports([StreamTransport], undefined);
    expect([first?.path, second?.path]).toEqual(['/first', '/stream']);
  });
});

describe('resolveTransports', () => {
  const pathsOf = (transports: readonly ChannelSubscriber[]) => transports.map(({ path }) => path);

  it('keeps the order: those of the mount, then those of the container', () => {
    const container = globalContainer.createChildContainer();
    registerTransport(container, JsonLinesTransport);
    registerTransport(container, StreamTransport);
    expect(pathsOf(resolveTransports([WebSocketTransport, SseTransport], container))).toEqual([
      '/ws',
      '/sse',
      '/lines',
      '/stream',
    ]);
  });

  it('may use a class more than once', () => {
    const options = [SseTransport, { use: SseTransport, path: '/more' }];
    expect(pathsOf(resolveTransports(options, undefined))).toEqual(['/sse', '/more']);
  });

  it('finds what the parent of a container has', () => {
    const parent = globalContainer.createChildContainer();
    registerTransport(parent, JsonLinesTransport);
    expect(pathsOf(resolveTransports([], parent.createChildContainer()))).toEqual(['/lines']);
  });

  it('leaves the container as it is', () => {
    const container = globalContainer.createChildContainer();
    resolveTransports([SseTransport], container);
    expect(container.isRegistered(CHANNEL_SUBSCRIBER, true)).toBe(false);
    expect(resolveTransports([], container)).toEqual([]);
  });
});

describe('a mount is apart', () => {
  it("from tsyringe's global container", async () => {
    registerTransport(globalContainer, JsonLinesTransport);
    const app = fanout({ channels: ['test'], transports: [SseTransport], logger });
    expect((await answer(app, signed('/lines'))).status).toBe(404);
    expect(globalContainer.resolveAll(CHANNEL_SUBSCRIBER)).toHaveLength(1);
  });

  it('from the other mounts', async () => {
    const one = fanout({ channels: ['one'], transports: [SseTransport], logger });
    const two = fanout({ channels: ['two'], transports: [StreamTransport], logger });
    expect((await answer(one, signed('/stream'))).status).toBe(404);
    expect((await answer(two, signed('/sse'))).status).toBe(404);
  });

  it('with transports of its own', () => {
    const container = globalContainer.createChildContainer();
    registerTransport(container, JsonLinesTransport);
    const [one] = resolveTransports([], container);
    const [two] = resolveTransports([], container);
    expect(one).not.toBe(two);
  });

  it('but shares what a container keeps as one', () => {
    @singleton()
    class Counter {
      count = 0;
    }
    @injectable()
    class Counting extends JsonLinesTransport {
      readonly counter: Counter;
      constructor(@inject(Counter) counter: Counter) {
        super();
        this.counter = counter;
      }
    }
    const container = globalContainer.createChildContainer();
    const [one] = resolveTransports([Counting], container);
    const [two] = resolveTransports([Counting], container);
    expect((one as Counting).counter).toBe((two as Counting).counter);
  });
});
