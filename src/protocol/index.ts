export { type Channel, checkChannelName, checkChannels, MAX_CHANNELS } from './channel.js';
export { CONTROL_PREFIX, type ControlMessage, controlMessage } from './control-messages.js';
export { derivedChannel, type Framing, MAX_FRAMED_CHANNELS, withFramed } from './derived-channel.js';
export { gripHoldHeaders, type KeepAlive, type ResponseHold, type StreamHold } from './grip-hold.js';
export { type GripKey, type GripSignature, GripSignatureVerifier, hmacKey } from './grip-signature.js';
export { connectionChannel, userChannel } from './private-channel.js';
export {
  type Content,
  encodePublishItem,
  encodePublishRequest,
  type ItemOptions,
  MAX_PUBLISH_BYTES,
  type PublishedFormats,
  type PublishedHint,
  type PublishedResponse,
  type PublishedStreamData,
  type PublishedWebSocketMessage,
  type PublishItem,
  type WebSocketClosing,
} from './publish-item.js';
export { encodeSseEvent, type SseEvent } from './sse-event.js';
export {
  decodeClose,
  decodeWebSocketEvents,
  encodeClose,
  encodeWebSocketEvents,
  type OutgoingWebSocketEvent,
  WEBSOCKET_EVENTS_TYPE,
  type WebSocketEvent,
} from './websocket-events.js';
