export { createApp } from './app.js';
export { type ChannelsFromJwtOptions, channelsFromJwt } from './channels-from-jwt.js';
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
export {
  AuthorizationError,
  ConfigurationError,
  FanoutError,
  ProtocolError,
  SignatureError,
} from './errors.js';
export { type FanoutOptions, fanout } from './fanout.js';
export type { FanoutEnv } from './fanout-env.js';
export type { GripRequest } from './grip-request.js';
export type { SecretSource } from './hold-life.js';
export { jsonLogger, type Logger, type LogRecord } from './logger.js';
export type { AdmissionOptions, Authorize } from './middleware/admission.js';
export { type FanoutHandoffOptions, fanoutHandoff } from './middleware/fanout-handoff.js';
export { forwardToOrigin } from './middleware/forward-to-origin.js';
export type { HandoffKeySource } from './middleware/proof-of-handoff.js';
export { type MountOptions, mount } from './mount.js';
export { type FanoutPlatform, type FetchApp, fetchOn } from './platform.js';
export type { Channel } from './protocol/channel.js';
export type { KeepAlive } from './protocol/grip-hold.js';
export {
  type GripKey,
  type GripSignature,
  GripSignatureVerifier,
  hmacKey,
} from './protocol/grip-signature.js';
export { connectionChannel, userChannel } from './protocol/private-channel.js';
export { encodeSseEvent, type SseEvent } from './protocol/sse-event.js';
export * from './publisher/index.js';
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
export {
  type SocketKeepAlive,
  type WebSocketMessage,
  WebSocketSession,
} from './transports/websocket-session.js';
export { WebSocketTransport } from './transports/websocket-transport.js';
