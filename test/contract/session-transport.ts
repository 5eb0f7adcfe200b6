import type { WebSocketMessage, WebSocketSession } from '../../src/transports/websocket-session.js';
import { WebSocketTransport } from '../../src/transports/websocket-transport.js';

/** What the {@link SessionTransport} keeps. */
interface Kept {
  readonly count: number;
  readonly text?: string;
}

/** A socket whose client tries, by JSON, what a session can do. `?reject=403` is turned away with that status. */
export class SessionTransport extends WebSocketTransport {
  override readonly name: string = 'sessions';
  override readonly path: string = '/ws';
  override readonly protocols: readonly string[] = ['two', 'one'];
  override readonly keepAliveInterval: number = 20;
  override readonly skipSelf: boolean = true;

  override onOpen(session: WebSocketSession<Kept>): Response | undefined {
    const reject = session.context.req.query('reject');
    if (reject !== undefined) {
      return session.context.text('turned away', Number(reject) as 403, { 'X-Reason': 'the query' });
    }
    session.state = { count: 0 };
    return undefined;
  }

  override onMessage(session: WebSocketSession<Kept>, message: WebSocketMessage): void {
    const { subscribe, unsubscribe, keep, ping, keepAlive } = JSON.parse(String(message)) as {
      subscribe?: string;
      unsubscribe?: string;
      keep?: string;
      ping?: string;
      keepAlive?: Parameters<WebSocketSession['keepAlive']>[0];
    };
    if (subscribe !== undefined) session.subscribe(subscribe);
    if (unsubscribe !== undefined) session.unsubscribe(unsubscribe);
    if (ping !== undefined) session.ping(ping);
    if (keepAlive !== undefined) session.keepAlive(keepAlive);
    const text = keep ?? session.state?.text;
    session.state = { count: (session.state?.count ?? 0) + 1, ...(text !== undefined && { text }) };
    const { id, channel, channels, protocol, state } = session;
    session.send({ id, channel, channels, protocol: protocol ?? null, state });
  }

  override onKeepAlive(session: WebSocketSession<Kept>): void {
    session.send({ keptAlive: session.state?.count });
  }
}
