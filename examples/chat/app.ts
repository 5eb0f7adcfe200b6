import { Hono } from 'hono';
import {
  mount,
  SseTransport,
  type WebSocketMessage,
  type WebSocketSession,
  WebSocketTransport,
} from 'hono-fanout';
import { type PublishEndpoint, Publisher, pushpinEndpoint } from 'hono-fanout/publisher';

/** What is said on a WebSocket is published to the room: to who talks there, and to who only reads. */
export class ChatTransport extends WebSocketTransport {
  readonly publisher: Publisher = new Publisher(pushpinEndpoint({ url: 'http://localhost:5561/' }));

  override async onOpen(session: WebSocketSession): Promise<void> {
    await this.tell(session, 'joined');
  }

  override async onMessage(session: WebSocketSession, message: WebSocketMessage): Promise<void> {
    if (typeof message === 'string') await this.tell(session, 'said', message);
    else session.close(4000, 'text only');
  }

  override async onClose(session: WebSocketSession): Promise<void> {
    await this.tell(session, 'left');
  }

  override async onDisconnect(session: WebSocketSession): Promise<void> {
    await this.tell(session, 'left');
  }

  private async tell({ context: { req } }: WebSocketSession, event: string, text?: string): Promise<void> {
    const data = { event, name: req.query('name') ?? 'somebody', text };
    await this.publisher.publish(`room-${req.param('room')}`, { event, data });
  }
}

/** `/rooms/lobby/ws?name=ada` to talk, `/rooms/lobby/sse` to read. */
export function createChat(endpoint: PublishEndpoint): Hono {
  const app = new Hono();
  return app.route(
    '/rooms/:room',
    mount([{ use: ChatTransport, publisher: new Publisher(endpoint) }, SseTransport], {
      channels: (c) => [`room-${c.req.param('room')}`],
    }),
  );
}
