import type { Context } from 'hono';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.js';
import { fanout } from '../../src/fanout.js';
import type { Channel } from '../../src/protocol/channel.js';
import { LongPollTransport } from '../../src/transports/long-poll-transport.js';
import { SseTransport } from '../../src/transports/sse-transport.js';
import { StreamTransport } from '../../src/transports/stream-transport.js';
import { answer, recordingLogger, signed } from '../support/fake-platform.js';

const { logger } = recordingLogger();

describe("the answer to Fanout's request", () => {
  it.each<[string, string, Record<string, string>]>([
    [
      '/sse',
      ': open\nretry: 3000\n\n',
      {
        'cache-control': 'no-store',
        'content-type': 'text/event-stream',
        'grip-channel': 'test, test~sse',
        'grip-hold': 'stream',
        'grip-keep-alive': ':\\x20keep-alive\\n\\n; format=cstring; mode=idle; timeout=20',
      },
    ],
    [
      '/stream',
      '',
      {
        'cache-control': 'no-store',
        'content-type': 'text/plain',
        'grip-channel': 'test, test~stream',
        'grip-hold': 'stream',
      },
    ],
    [
      '/response',
      '',
      {
        'cache-control': 'no-store',
        'content-type': 'text/plain',
        'grip-channel': 'test',
        'grip-hold': 'response',
        'grip-timeout': '55',
      },
    ],
  ])('for %s has exactly this body and these headers', async (path, body, headers) => {
    const response = await answer(createApp({ logger }), signed(path));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual(headers);
    expect(await response.text()).toBe(body);
  });

  it.each(['/sse', '/stream', '/response'])('for %s is 405 with Allow if it is not a GET', async (path) => {
    for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await answer(createApp({ logger }), signed(path, { method }));
      expect(response.status).toBe(405);
      expect(response.headers.get('Allow')).toBe('GET');
      expect(response.headers.has('Grip-Hold')).toBe(false);
    }
  });
});

describe('the settings', () => {
  const channels = ['a', { name: 'b', filters: ['skip-self'] }];

  it('of SseTransport', async () => {
    class Notes extends SseTransport {
      override readonly path = '/notes';
      override readonly retry = 500;
      override readonly keepAlive = 45;
    }
    const response = await answer(fanout({ channels, transports: [Notes], logger }), signed('/notes'));
    expect(await response.text()).toBe(': open\nretry: 500\n\n');
    expect(response.headers.get('Grip-Keep-Alive')).toMatch(/; timeout=45$/);
    expect(response.headers.get('Grip-Channel')).toBe(
      'a, a~sse, b; filter=skip-self, b~sse; filter=skip-self',
    );
  });

  it('of StreamTransport', async () => {
    class Lines extends StreamTransport {
      override readonly path = '/lines';
      override readonly contentType = 'application/x-ndjson';
      override readonly body = '\n';
    }
    const response = await answer(fanout({ channels, transports: [Lines], logger }), signed('/lines'));
    expect(await response.text()).toBe('\n');
    expect(response.headers.get('Content-Type')).toBe('application/x-ndjson');
    expect(response.headers.get('Grip-Hold')).toBe('stream');
  });

  it('of LongPollTransport', async () => {
    class Poll extends LongPollTransport {
      override readonly path = '/poll';
      override readonly contentType = 'application/json';
      override readonly timeout = 10;
      override readonly body = '{"messages":[]}';
    }
    const response = await answer(fanout({ channels, transports: [Poll], logger }), signed('/poll'));
    expect(await response.text()).toBe('{"messages":[]}');
    expect(response.headers.get('Content-Type')).toBe('application/json');
    expect(response.headers.get('Grip-Timeout')).toBe('10');
  });
});

describe('a transport of a user', () => {
  it('may answer without a hold', async () => {
    class Closed {
      readonly name = 'closed';
      readonly path = '/closed';
      subscribe(c: Context, _channels: readonly Channel[]): Response {
        return c.text('over\n', 410);
      }
    }
    const response = await answer(
      fanout({ channels: ['x'], transports: [Closed], logger }),
      signed('/closed'),
    );
    expect([response.status, await response.text()]).toEqual([410, 'over\n']);
  });
});
