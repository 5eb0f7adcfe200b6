import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { StreamClient } from '../../src/testing/stream-client.js';

export { exchange } from '../../src/testing/exchange.js';
export { StreamClient };

/** Reads server-sent events as a browser does. */
export class SseClient extends StreamClient {
  readonly events: EventSourceMessage[] = [];
  readonly comments: string[] = [];
  retry: number | undefined;
  readonly #decoder = new TextDecoder();
  readonly #parser = createParser({
    onEvent: (event) => this.events.push(event),
    onComment: (comment) => this.comments.push(comment),
    onRetry: (retry) => {
      this.retry = retry;
    },
  });

  event(what: string, match: (event: EventSourceMessage) => boolean): Promise<EventSourceMessage> {
    return this.until(what, () => this.events.find(match));
  }

  protected override onBytes(bytes: Uint8Array): void {
    this.#parser.feed(this.#decoder.decode(bytes, { stream: true }));
  }
}
