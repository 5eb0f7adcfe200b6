import type { Context } from 'hono';
import { describe, expect, it } from 'vitest';
import type { FanoutEnv } from '../../src/fanout-env.js';
import type { Channel } from '../../src/protocol/channel.js';
import { transportContract } from '../../src/testing/index.js';
import { holdStream } from '../../src/transports/held-response.js';
import { LongPollTransport } from '../../src/transports/long-poll-transport.js';
import { SseTransport } from '../../src/transports/sse-transport.js';
import { StreamTransport } from '../../src/transports/stream-transport.js';
import type { WebSocketMessage, WebSocketSession } from '../../src/transports/websocket-session.js';
import { WebSocketTransport } from '../../src/transports/websocket-transport.js';

describe.each([
  ['WebSockets', transportContract(WebSocketTransport, { holds: 'websocket' })],
  ['server-sent events', transportContract(SseTransport, { holds: 'stream' })],
  ['streams', transportContract(StreamTransport, { holds: 'stream' })],
  ['long polls', transportContract(LongPollTransport, { holds: 'response' })],
  [
    'a transport with settings and channels of its own',
    transportContract(
      { use: SseTransport, path: '/notes/:name', channels: (c) => [`notes-${c.req.param('name')}`] },
      { holds: 'stream', path: '/notes/ada', channel: 'notes-ada' },
    ),
  ],
] as const)('the transport contract on %s', (_title, cases) => {
  for (const { name, run } of cases) it(name, run);
});

/** The cases that the transport fails, and how. */
async function failures(
  cases: readonly { readonly name: string; readonly run: () => Promise<void> }[],
): Promise<Record<string, string>> {
  const failed: Record<string, string> = {};
  for (const { name, run } of cases) {
    await run().catch((error: unknown) => {
      failed[name] = String(error);
    });
  }
  return failed;
}

const only = <T extends { readonly name: string }>(cases: readonly T[], ...parts: readonly string[]): T[] =>
  cases.filter(({ name }) => parts.some((part) => name.includes(part)));

describe('the transport contract finds', { timeout: 60_000, concurrent: true }, () => {
  it('a stream that subscribes to less than it was told to', async () => {
    class FirstOnly extends StreamTransport {
      override subscribe(c: Context, channels: readonly Channel[]): Response {
        return super.subscribe(c, channels.slice(0, 1));
      }
    }
    const cases = only(transportContract(FirstOnly, { holds: 'stream' }), 'of 2');
    expect(Object.keys(await failures(cases))).toEqual([
      '/stream brings what is published to channel 2 of 2',
    ]);
  });

  it('a stream that remembers the channels of another client', async () => {
    class Remembers extends StreamTransport {
      #first: readonly Channel[] | undefined;
      override subscribe(c: Context, channels: readonly Channel[]): Response {
        this.#first ??= channels;
        return super.subscribe(c, this.#first);
      }
    }
    const failed = await failures(only(transportContract(Remembers, { holds: 'stream' }), 'apart'));
    expect(Object.values(failed).join()).toMatch(/a probe of other/);
  });

  it('a stream that a Publisher does not reach', async () => {
    class Unframed extends StreamTransport {
      override subscribe(_c: Context, channels: readonly Channel[]): Response {
        return holdStream({ channels, contentType: 'text/plain', framing: 'none' });
      }
    }
    const cases = only(transportContract(Unframed, { holds: 'stream' }), 'Publisher', 'UTF-8');
    const failed = await failures(cases);
    expect(Object.keys(failed)).toEqual(['/stream brings what a Publisher publishes']);
    expect(Object.values(failed).join()).toMatch(/withFramed/);
  });

  it('a WebSocket whose handler throws, and shows what the service logged', async () => {
    class Parses extends WebSocketTransport {
      override onMessage(session: WebSocketSession, message: WebSocketMessage): void {
        session.send(JSON.parse(String(message)).text);
      }
    }
    const failed = await failures(
      only(transportContract(Parses, { holds: 'websocket' }), 'does not fail on'),
    );
    expect(Object.keys(failed)).toHaveLength(5);
    expect(Object.values(failed)[0]).toMatch(/closed with 1011[\s\S]*websocket-failed/);
  });

  it('a WebSocket that lets a client control its connection', async () => {
    class Careless extends WebSocketTransport {
      override readonly messagePrefix = 'm:';
      override onMessage(session: WebSocketSession, message: WebSocketMessage): void {
        const { type, channel } = /^c:(.*)$/.test(String(message))
          ? JSON.parse(String(message).slice(2))
          : {};
        if (type === 'subscribe') session.subscribe(channel);
      }
    }
    const failed = await failures(only(transportContract(Careless, { holds: 'websocket' }), 'obeys'));
    expect(Object.values(failed).join()).toMatch(/subscribed itself/);
  });

  it('a transport that answers without a hold', async () => {
    class Answers extends StreamTransport {
      override subscribe(): Response {
        return new Response('that is all');
      }
    }
    const failed = await failures(only(transportContract(Answers, { holds: 'stream' }), '20 clients'));
    expect(Object.values(failed).join()).toMatch(/ended/);
  });
});

describe('transportContract', () => {
  it('asks for what it can not know', () => {
    expect(() => transportContract({ use: SseTransport, path: '/:room' }, { holds: 'stream' })).toThrow(
      /parameters, \/:room/,
    );
    expect(() =>
      transportContract({ use: SseTransport, channels: () => ['x'] }, { holds: 'stream' }),
    ).toThrow(/option channel/);
  });

  it('runs behind what the mount is told, with the headers that it needs', async () => {
    const options = {
      holds: 'stream',
      mount: { authorize: (c: Context<FanoutEnv>) => c.req.header('Authorization') === 'Bearer me' },
    } as const;
    const name = '20 clients';
    expect(Object.keys(await failures(only(transportContract(SseTransport, options), name)))).toHaveLength(1);
    const headers = { Authorization: 'Bearer me' };
    expect(await failures(only(transportContract(SseTransport, { ...options, headers }), name))).toEqual({});
  });

  it('names no case twice', () => {
    const names = transportContract(WebSocketTransport, { holds: 'websocket' }).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
