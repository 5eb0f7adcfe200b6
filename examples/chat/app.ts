import { Hono } from 'hono';
import {
  mount,
  SseTransport,
  type WebSocketMessage,
  type WebSocketSession,
  WebSocketTransport,
} from 'hono-fanout';
import { type PublishEndpoint, Publisher, pushpinEndpoint } from 'hono-fanout/publisher';

/** Who talks: Fanout keeps it with the connection. */
type Member = { readonly name: string };

/** What is said on a WebSocket is published to the room: to who talks there, and to who only reads. */
export class ChatTransport extends WebSocketTransport {
  override readonly skipSelf = true; // who says something knows it already
  readonly publisher: Publisher = new Publisher(pushpinEndpoint({ url: 'http://localhost:5561/' }));

  override async onOpen(session: WebSocketSession<Member>): Promise<Response | void> {
    const name = session.context.req.query('name') ?? 'somebody';
    if (name.length > 40) return session.context.text('A shorter name, please.\n', 400);
    session.state = { name };
    session.keepAlive({ timeout: 30 });
    session.send({ event: 'welcome', name });
    await this.tell(session, 'joined');
  }

  override async onMessage(session: WebSocketSession<Member>, message: WebSocketMessage): Promise<void> {
    if (typeof message === 'string') await this.tell(session, 'said', message);
    else session.close(4000, 'text only');
  }

  override onClose(session: WebSocketSession<Member>): Promise<void> {
    return this.tell(session, 'left');
  }

  override onDisconnect(session: WebSocketSession<Member>): Promise<void> {
    return this.tell(session, 'left');
  }

  private async tell({ id, state, channels }: WebSocketSession<Member>, event: string, text?: string) {
    const message = { event, data: { event, name: state?.name, text } };
    await this.publisher.publishMany(channels.map((channel) => ({ channel, message, sender: id })));
  }
}

/** `/rooms/lobby/ws?name=ada` to talk, `/rooms/lobby/sse` to read; `publisher.close(userChannel('ada'))` shows ada out. */
export function createChat(endpoint: PublishEndpoint): Hono {
  const app = new Hono();
  return app.route(
    '/rooms/:room',
    mount([{ use: ChatTransport, publisher: new Publisher(endpoint) }, SseTransport], {
      channels: (c) => [`room-${c.req.param('room')}`],
      user: (c) => c.req.query('name'),
    }),
  );
}
