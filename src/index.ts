export { createApp } from './app.js';
export {
  container,
  type DependencyContainer,
  inject,
  injectable,
  registerTransport,
  type TransportClass,
  type TransportOption,
  type TransportOptions,
  type TransportSettings,
} from './container.js';
export { ConfigurationError, FanoutError, ProtocolError, SignatureError } from './errors.js';
export { type FanoutOptions, fanout } from './fanout.js';
export type { FanoutEnv } from './fanout-env.js';
export { jsonLogger, type Logger, type LogRecord } from './logger.js';
export { type FanoutHandoffOptions, fanoutHandoff } from './middleware/fanout-handoff.js';
export { type FanoutPlatform, type FetchApp, fetchOn } from './platform.js';
export type { Channel } from './protocol/channel.js';
export type { KeepAlive } from './protocol/grip-hold.js';
export {
  type GripKey,
  type GripSignature,
  GripSignatureVerifier,
  hmacKey,
} from './protocol/grip-signature.js';
export { encodeSseEvent, type SseEvent } from './protocol/sse-event.js';
export {
  CHANNEL_SUBSCRIBER,
  type ChannelNames,
  type ChannelSubscriber,
} from './transports/channel-subscriber.js';
export {
  type HeldStream,
  type HeldUntilMessage,
  holdResponse,
  holdStream,
} from './transports/held-response.js';
export { LongPollTransport } from './transports/long-poll-transport.js';
export { SseTransport } from './transports/sse-transport.js';
export { StreamTransport } from './transports/stream-transport.js';
export { type WebSocketMessage, WebSocketSession } from './transports/websocket-session.js';
export { WebSocketTransport } from './transports/websocket-transport.js';
