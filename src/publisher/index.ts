export { PublishError, type PublishFailure } from '../errors.js';
export type { MessageData } from '../protocol/message-data.js';
export type {
  Content,
  ItemOptions,
  PublishedFormats,
  PublishedHint,
  PublishedResponse,
  PublishedStreamData,
  PublishedWebSocketMessage,
  PublishItem,
  WebSocketClosing,
} from '../protocol/publish-item.js';
export { gripUrl } from './grip-url.js';
export type { Message, MessageOptions, Recipient } from './message-items.js';
export {
  type FanoutEndpointOptions,
  type FastlyEndpointOptions,
  fanoutEndpoint,
  fastlyEndpoint,
  type PublishEndpoint,
  type PushpinEndpointOptions,
  pushpinEndpoint,
  type Secret,
} from './publish-endpoint.js';
export { Publisher } from './publisher.js';
export type {
  ChannelMessage,
  CloseOptions,
  PublisherOptions,
  PublishOptions,
  PublishReceipt,
  SendOptions,
} from './publisher-options.js';
