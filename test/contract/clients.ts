import assert from 'node:assert/strict';
import { Clients as AnyClients } from '../../src/testing/clients.js';
import type { Answer } from '../../src/testing/exchange.js';
import { type Formats, type Item, itemFor } from '../../src/testing/published-item.js';
import type { StreamClient } from '../../src/testing/stream-client.js';
import type { WebSocketClient } from '../../src/testing/websocket-client.js';
import { CHANNEL, type ReferenceTarget } from './contract-case.js';
import { SseClient } from './http-clients.js';

export { unique } from '../../src/testing/published-item.js';

/** An item for the reference service's channel; its id is new, so that it isn't taken for a repetition. */
export function item(formats: Formats, channel: string = CHANNEL): Item {
  return itemFor(channel, formats);
}

type Headers = Readonly<Record<string, string>>;

/** The clients of a case, on the paths of the reference service. */
export class Clients extends AnyClients<ReferenceTarget> {
  override stream(path = '/stream', headers?: Headers): StreamClient {
    return super.stream(path, headers);
  }

  sse(path = '/sse', headers?: Headers): SseClient {
    return this.track(new SseClient(this.url(path), headers));
  }

  override poll(path = '/response', headers?: Headers): Promise<Answer> {
    return super.poll(path, headers);
  }

  override webSocket(
    path = '/ws',
    headers?: Headers,
    protocols?: readonly string[],
  ): Promise<WebSocketClient> {
    return super.webSocket(path, headers, protocols);
  }

  /** The socket of the `CommandTransport`. */
  commands(): Promise<WebSocketClient> {
    assert.ok(this.target.commands, 'the target has no CommandTransport: skip cases that need commands');
    return this.webSocket(this.target.commands);
  }

  override subscribed(
    clients: Parameters<AnyClients['subscribed']>[0],
    channel: string = CHANNEL,
  ): Promise<void> {
    return super.subscribed(clients, channel);
  }
}
