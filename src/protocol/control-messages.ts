import type { OutgoingWebSocketEvent } from './websocket-events.js';

/** What the service tells Fanout to do with a WebSocket; the names are those of the wire. */
export type ControlMessage =
  | { readonly type: 'subscribe'; readonly channel: string; readonly filters?: readonly string[] }
  | { readonly type: 'unsubscribe'; readonly channel: string }
  /** Ends the link between the socket and the service; the socket stays open and subscribed. */
  | { readonly type: 'detach' }
  /** Sets what filters read; without `value` it is removed. */
  | { readonly type: 'set-meta'; readonly name: string; readonly value?: string }
  /** Sends `content` after `timeout` seconds; without content, stops doing so. */
  | {
      readonly type: 'keep-alive';
      readonly content?: string;
      /** Base64. */
      readonly 'content-bin'?: string;
      readonly 'message-type'?: 'text' | 'binary' | 'ping' | 'pong';
      /** In seconds; 55 by default. */
      readonly timeout?: number;
      readonly mode?: 'idle' | 'interval';
    };

/** A TEXT event that starts with this is for Fanout and never reaches the client. */
export const CONTROL_PREFIX = 'c:';

/**
 * A control message as the event that carries it. JSON escapes what could break the event, so nothing can be
 * injected through a value.
 *
 * @see https://pushpin.org/docs/protocols/grip/#websocket
 */
export function controlMessage(message: ControlMessage): OutgoingWebSocketEvent {
  return { type: 'TEXT', content: CONTROL_PREFIX + JSON.stringify(message) };
}
