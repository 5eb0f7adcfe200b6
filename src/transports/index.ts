export {
  CHANNEL_SUBSCRIBER,
  type ChannelNames,
  type ChannelSubscriber,
} from './channel-subscriber.js';
export { type HeldStream, type HeldUntilMessage, holdResponse, holdStream } from './held-response.js';
export { LongPollTransport } from './long-poll-transport.js';
export { SseTransport } from './sse-transport.js';
export { StreamTransport } from './stream-transport.js';
export { type SocketKeepAlive, type WebSocketMessage, WebSocketSession } from './websocket-session.js';
export { WebSocketTransport } from './websocket-transport.js';
