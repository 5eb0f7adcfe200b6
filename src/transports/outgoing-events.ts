import { ConfigurationError } from '../errors.js';
import { encodeWebSocketEvents, type OutgoingWebSocketEvent } from '../protocol/websocket-events.js';

/** What goes out in the response to one request. Nothing may follow a CLOSE. */
export class OutgoingEvents {
  readonly #events: OutgoingWebSocketEvent[] = [];
  #closed = false;
  #sent = false;

  get closed(): boolean {
    return this.#closed;
  }

  /** The connection is gone: nothing more can go out. */
  end(): void {
    this.#closed = true;
  }

  /** @throws ConfigurationError after a CLOSE, and when the response is gone already. */
  check(): void {
    if (this.#sent) {
      throw new ConfigurationError(
        'The response to Fanout has been sent: what a hook starts has to be awaited in it.',
      );
    }
    if (this.#closed) throw new ConfigurationError('The WebSocket is closed: nothing can be sent any more.');
  }

  /** @throws ConfigurationError as {@link check} does. */
  add(event: OutgoingWebSocketEvent): void {
    this.check();
    this.#events.push(event);
    this.#closed = event.type === 'CLOSE';
  }

  /** All of them; nothing can be added afterwards. */
  encode(): Uint8Array<ArrayBuffer> {
    this.#sent = true;
    return encodeWebSocketEvents(this.#events);
  }
}
