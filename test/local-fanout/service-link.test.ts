import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServiceLink } from '../../src/local-fanout/service-link.js';
import { decodeWebSocketEvents, type OutgoingWebSocketEvent } from '../../src/protocol/websocket-events.js';
import { events } from './raw-service.js';

describe('ServiceLink', () => {
  /** The types of the events of each request. */
  let requests: string[][];
  let answers: (() => Response | Promise<Response>)[];
  const handler = { onEvent: vi.fn(), onClose: vi.fn(), onDrain: vi.fn(), onFailure: vi.fn() };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.resetAllMocks();
    requests = [];
    answers = [];
  });
  afterEach(() => vi.useRealTimers());

  async function open(
    headers: Record<string, string> = {},
    first: OutgoingWebSocketEvent[] = [{ type: 'OPEN' }],
  ) {
    answers.unshift(() => events(first, headers));
    const link = new ServiceLink(
      'id',
      async (_, body) => {
        requests.push(decodeWebSocketEvents(body).map(({ type }) => type));
        return (answers.shift() ?? (() => events([])))();
      },
      handler,
    );
    expect((await link.open(new AbortController().signal)).accepted).toBe(true);
    link.start();
    return link;
  }
  const settle = () => vi.advanceTimersByTimeAsync(0);

  it.each([
    ['25', 25],
    ['20', 20],
    ['1', 20],
  ])('calls again after Keep-Alive-Interval: %s, in %i s', async (interval, seconds) => {
    await open({ 'Keep-Alive-Interval': interval });
    await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
    expect(requests).toEqual([['OPEN']]);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests).toEqual([['OPEN'], []]);
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    expect(requests).toEqual([['OPEN'], [], []]);
  });

  it.each(['0', '-1', 'soon'])('stops calling after Keep-Alive-Interval: %s', async (interval) => {
    answers.push(() => events([], { 'Keep-Alive-Interval': interval }));
    await open({ 'Keep-Alive-Interval': '20' });
    await vi.advanceTimersByTimeAsync(200_000);
    expect(requests).toHaveLength(2);
  });

  it('sends OPEN again after the interval when the answer was empty', async () => {
    answers.push(() => events([{ type: 'OPEN' }]));
    const opening = open({ 'Keep-Alive-Interval': '20' }, []);
    await vi.advanceTimersByTimeAsync(19_999);
    expect(requests).toEqual([['OPEN']]);
    await vi.advanceTimersByTimeAsync(1);
    await opening;
    expect(requests).toEqual([['OPEN'], ['OPEN']]);
  });

  it('stops sending OPEN when the client leaves', async () => {
    const gone = new AbortController();
    const send = vi.fn(async () => events([], { 'Keep-Alive-Interval': '20' }));
    const opening = expect(new ServiceLink('id', send, handler).open(gone.signal)).rejects.toThrow(/client/);
    await settle();
    gone.abort();
    await opening;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('waits for the answer to a CLOSE where there is an interval', async () => {
    const link = await open({ 'Keep-Alive-Interval': '20' });
    answers.push(
      () => events([]),
      () => events([{ type: 'CLOSE', content: new Uint8Array([0x0f, 0xa0]) }]),
    );
    link.close(4000);
    await settle();
    expect(handler.onFailure).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(handler.onClose).toHaveBeenCalledWith(4000, '');
  });

  it('has one request under way at a time, and sends what waited in the next', async () => {
    const link = await open();
    let respond: (response: Response) => void = () => undefined;
    answers.push(() => new Promise((resolve) => (respond = resolve)));
    for (const type of ['TEXT', 'BINARY', 'PING']) link.send({ type, content: 'x' });
    await settle();
    expect(requests).toEqual([['OPEN'], ['TEXT']]);
    respond(events([]));
    await settle();
    expect(requests).toEqual([['OPEN'], ['TEXT'], ['BINARY', 'PING']]);
  });

  it('is full at 200,000 bytes, and tells when there is room again', async () => {
    const link = await open();
    link.send({ type: 'BINARY', content: new Uint8Array(199_999) });
    expect(link.writable).toBe(true);
    link.send({ type: 'BINARY', content: new Uint8Array(1) });
    expect(link.writable).toBe(false);
    await settle();
    expect(link.writable).toBe(true);
    expect(handler.onDrain).toHaveBeenCalled();
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ['another status', () => new Response('', { status: 500 })],
    ['another type', () => new Response('')],
    ['a second OPEN', () => events([{ type: 'OPEN' }])],
    ['DISCONNECT', () => events([{ type: 'DISCONNECT' }])],
    [
      'what is no event',
      () => new Response('TEXT', { headers: { 'Content-Type': 'application/websocket-events' } }),
    ],
    ['more than a million bytes', () => events([{ type: 'TEXT', content: 'x'.repeat(1_000_001) }])],
    ['an error', () => Promise.reject(new Error('broken'))],
  ])('fails once, and sends no more, when the service answers %s', async (_, answer) => {
    const link = await open();
    answers.push(answer);
    link.send({ type: 'TEXT', content: 'x' });
    await settle();
    link.send({ type: 'TEXT', content: 'y' });
    link.disconnect();
    await settle();
    expect(handler.onFailure).toHaveBeenCalledTimes(1);
    expect(requests).toHaveLength(2);
  });

  it('handles what comes before a CLOSE, and nothing behind it', async () => {
    const link = await open();
    answers.push(() =>
      events([{ type: 'TEXT', content: 'a' }, { type: 'CLOSE' }, { type: 'TEXT', content: 'b' }]),
    );
    link.send({ type: 'TEXT', content: 'x' });
    await settle();
    expect(handler.onEvent).toHaveBeenCalledTimes(1);
    expect(handler.onClose).toHaveBeenCalledWith(undefined, '');
  });

  it.each(['OPEN', 'DISCONNECT'])('handles nothing that comes before %s', async (type) => {
    const link = await open();
    answers.push(() => events([{ type: 'TEXT', content: 'a' }, { type }]));
    link.send({ type: 'TEXT', content: 'x' });
    await settle();
    expect(handler.onEvent).not.toHaveBeenCalled();
    expect(handler.onFailure).toHaveBeenCalledTimes(1);
  });

  it('handles nothing of an answer to CLOSE that is none', async () => {
    const link = await open();
    answers.push(() => events([{ type: 'TEXT', content: 'a' }]));
    link.close(4000);
    await settle();
    expect(handler.onEvent).not.toHaveBeenCalled();
    expect(handler.onFailure).toHaveBeenCalledTimes(1);
  });

  it('sends DISCONNECT when what is under way is done, whatever waits', async () => {
    const link = await open();
    link.send({ type: 'TEXT', content: 'x' });
    link.send({ type: 'TEXT', content: 'y' });
    link.disconnect();
    await settle();
    expect(requests).toEqual([['OPEN'], ['TEXT'], ['DISCONNECT']]);
    expect(handler.onFailure).not.toHaveBeenCalled();
  });
});
