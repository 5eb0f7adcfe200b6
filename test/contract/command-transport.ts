import type { WebSocketMessage, WebSocketSession } from '../../src/transports/websocket-session.js';
import { WebSocketTransport } from '../../src/transports/websocket-transport.js';

/**
 * A socket that its client tells what to do with it: one word, then what that takes. `done` is the answer, and
 * what isn't a command is echoed.
 */
export class CommandTransport extends WebSocketTransport {
  override readonly name: string = 'commands';
  override readonly path: string = '/commands';

  override onMessage(session: WebSocketSession, message: WebSocketMessage): void | Promise<void> {
    const [command, argument = 'test', ...rest] = typeof message === 'string' ? message.split(' ') : [];
    switch (command) {
      case 'subscribe':
        session.subscribe(argument);
        break;
      case 'unsubscribe':
        session.unsubscribe(argument);
        break;
      case 'detach':
        // Before it: afterwards the service is not heard any more.
        session.send('done');
        return session.detach();
      case 'close':
        return session.close(Number(argument), rest.join(' '));
      case 'throw':
        throw new Error('The client asked for it.');
      default:
        return super.onMessage(session, message);
    }
    session.send('done');
  }
}
