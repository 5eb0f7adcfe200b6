import type { Context } from 'hono';
import {
  type Channel,
  type ChannelSubscriber,
  container,
  fanout,
  inject,
  injectable,
  LongPollTransport,
  registerTransport,
  SseTransport,
  StreamTransport,
  type WebSocketMessage,
  type WebSocketSession,
  WebSocketTransport,
} from 'hono-fanout';
import { gripHoldHeaders } from 'hono-fanout/protocol';
import { holdResponse, holdStream } from 'hono-fanout/transports';

class Lines implements ChannelSubscriber {
  readonly name = 'lines';
  readonly path = '/lines';
  readonly greeting: string = '';
  subscribe(_c: Context, channels: readonly Channel[]): Response {
    return holdStream({ channels, contentType: 'text/plain' });
  }
}

class Chat extends WebSocketTransport {
  override readonly path = '/chat/:room';
  override channels(c: Context): string[] {
    return [`room-${c.req.param('room')}`];
  }
  override onOpen(session: WebSocketSession): void {
    session.send('welcome');
    session.send(new Uint8Array([1]));
    session.subscribe('more', { filters: ['skip-self'] });
    session.close(4000, 'bye');
    session.send({ text: 'welcome' });
    // @ts-expect-error JSON has no undefined
    session.send(undefined);
  }
  override async onMessage(session: WebSocketSession, message: WebSocketMessage): Promise<void> {
    // @ts-expect-error it may be binary
    session.send(message.toUpperCase());
  }
}

interface Seat {
  readonly seat: number;
}

class Seats extends WebSocketTransport {
  override readonly path = '/seats';
  override readonly protocols = ['seats.v1'];
  override readonly keepAliveInterval = 30;
  override readonly skipSelf = true;
  override onOpen(session: WebSocketSession<Seat>): Response | undefined {
    if (session.protocol === undefined) return session.context.text('seats.v1 only', 400);
    session.state = { seat: 1 };
    // @ts-expect-error it has the type of the hook's session
    session.state = { chair: 1 };
    session.keepAlive({ timeout: 20 });
    return undefined;
  }
  override onMessage(session: WebSocketSession<Seat>): void {
    // @ts-expect-error it may not be there
    session.send(session.state.seat);
    session.send(session.state?.seat ?? null);
    const channels: readonly string[] = [session.channel, ...session.channels];
    session.send(channels);
  }
  override async onKeepAlive(session: WebSocketSession<Seat>): Promise<void> {
    session.ping();
  }
}

@injectable()
class Stored extends StreamTransport {
  readonly store: Map<string, string>;
  constructor(@inject(Map) store: Map<string, string>) {
    super();
    this.store = store;
  }
}

fanout({ channels: ['news'], transports: [Lines, Chat, Seats, SseTransport, LongPollTransport, Stored] });
fanout({
  transports: [
    { use: SseTransport, path: '/notes', keepAlive: 20, channels: () => ['notes'] },
    { use: LongPollTransport, timeout: 30, channels: async () => [{ name: 'polled' }] },
    { use: Lines, greeting: 'hello', channels: (c) => [c.req.path] },
    { use: Chat, messagePrefix: 'm:' },
  ],
});
registerTransport(container, SseTransport, { path: '/notes', keepAlive: 30 });
export const held: Response = holdResponse({
  channels: [{ name: 'a' }],
  contentType: 'text/plain',
  timeout: 30,
});
export const headers: [name: string, value: string][] = gripHoldHeaders({
  mode: 'stream',
  channels: [{ name: 'a' }],
});

// @ts-expect-error a stream has no timeout
fanout({ transports: [{ use: StreamTransport, timeout: 30 }] });
// @ts-expect-error seconds are a number
fanout({ transports: [{ use: SseTransport, keepAlive: '20' }] });
// @ts-expect-error a method is overridden in a class
fanout({ transports: [{ use: Chat, onOpen: () => undefined }] });
// @ts-expect-error a transport is a class, not an instance
fanout({ transports: [new SseTransport()] });
// @ts-expect-error settings need a class to be used
fanout({ transports: [{ path: '/notes' }] });
// @ts-expect-error not every class is a transport
fanout({ transports: [Map] });
// @ts-expect-error there is no such setting
registerTransport(container, SseTransport, { keepalive: 30 });
// @ts-expect-error a held stream has a type
holdStream({ channels: [{ name: 'a' }] });
// @ts-expect-error there is no such framing
holdStream({ channels: ['a'], contentType: 'text/plain', framing: 'lines' });

export class WithoutAnswer implements ChannelSubscriber {
  readonly name = 'without';
  readonly path = '/without';
  // @ts-expect-error a transport answers
  subscribe(): void {}
}

export class OtherUpgrade extends WebSocketTransport {
  // @ts-expect-error Fanout knows no other
  override readonly upgrade = 'h2c';
}
