import { ProtocolError } from '../errors.js';
import { MAX_CHANNELS } from '../protocol/channel.js';
import { CONTROL_PREFIX } from '../protocol/control-messages.js';
import type { WebSocketEvent } from '../protocol/websocket-events.js';
import type { Subscriber } from './channel-hub.js';
import { type ClientSocket, MAX_CONTROL } from './client-socket.js';
import { decodeControlMessage } from './control-message.js';
import type { HoldEnvironment } from './hold-environment.js';
import { KeepAliveTimer } from './keep-alive-timer.js';
import { acceptedBy, filtered } from './message-filter.js';
import type { PublishItem, WebSocketMessageType } from './publish-item.js';
import { checkContentFilters } from './response-connection.js';
import type { ServiceLink, ServiceLinkHandler } from './service-link.js';

/** Bytes of a control message: Pushpin reads one only where it fits one of its frames. */
const MAX_CONTROL_MESSAGE = 16_384;

/** A client's WebSocket: its messages go to the service, and what the service and publishers send goes to it. */
export class WebSocketConnection implements Subscriber, ServiceLinkHandler {
  readonly #environment: HoldEnvironment;
  /** `undefined` when the service did not ask for GRIP: then no message is for Fanout. */
  readonly #messagePrefix: string | undefined;
  /** The filters of each channel. */
  readonly #channels = new Map<string, readonly string[]>();
  readonly #meta = new Map<string, string>();
  #delayed: { readonly timer: NodeJS.Timeout; readonly send: () => void } | undefined;
  #socket: ClientSocket | undefined;
  #link: ServiceLink | undefined;
  #keepAlive: KeepAliveTimer | undefined;
  #detached = false;
  /** The client's end is closed: what the service still says is for nobody. */
  #gone = false;

  constructor(messagePrefix: string | undefined, environment: HoldEnvironment) {
    this.#messagePrefix = messagePrefix;
    this.#environment = environment;
  }

  /** Joins the two ends. */
  start(socket: ClientSocket, link: ServiceLink): void {
    this.#socket = socket;
    this.#link = link;
    socket.on('message', (data: Buffer, isBinary) => this.#toService(isBinary ? 'BINARY' : 'TEXT', data));
    socket.on('ping', (data) => this.#toService('PING', data));
    socket.on('pong', (data) => this.#toService('PONG', data));
    socket.on('peer-close', (code: number, reason: string) => {
      if (this.#detached) socket.finish(undefined, '');
      else link.close(code, reason);
    });
    socket.on('error', () => undefined); // what breaks a connection also closes it
    socket.on('close', (code, reason) => this.#onGone(code, reason.toString()));
    link.start();
  }

  // From the service.

  onEvent({ type, content = new Uint8Array() }: WebSocketEvent): void {
    if (this.#detached || this.#gone) return;
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    if (type === 'PING' || type === 'PONG') return this.#toClient(type === 'PING' ? 'ping' : 'pong', bytes);
    if (this.#messagePrefix !== undefined) {
      if (type === 'TEXT' && startsWith(bytes, Buffer.from(CONTROL_PREFIX))) return this.#control(bytes);
      const prefix = Buffer.from(this.#messagePrefix);
      // Without the prefix a message is dropped, as it is by Pushpin.
      if (!startsWith(bytes, prefix)) return;
      return this.#toClient(type === 'TEXT' ? 'text' : 'binary', bytes.subarray(prefix.length));
    }
    return this.#toClient(type === 'TEXT' ? 'text' : 'binary', bytes);
  }

  onClose(code: number | undefined, reason: string): void {
    if (!this.#detached) this.#finish(code, reason);
  }

  onDrain(): void {
    this.#socket?.resume();
  }

  onFailure(reason: string): void {
    if (this.#detached) return;
    this.#environment.failed(new Error(reason));
    this.#socket?.terminate();
  }

  // From publishers.

  deliver({ channel, webSocket, meta }: PublishItem): void {
    if (webSocket === undefined) return;
    const filters = this.#channels.get(channel) ?? [];
    const context = { subscriptionMeta: Object.fromEntries(this.#meta), publishMeta: meta };
    try {
      checkContentFilters(webSocket.contentFilters, filters);
      if (!acceptedBy(filters, context) || webSocket.action === 'hint') return;
      if (webSocket.action === 'send') {
        if (webSocket.content === undefined) return; // a ping or a pong: empty ones have an empty content
        return this.#toClient(webSocket.type, filtered(webSocket.content, filters, context));
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return this.#environment.failed(error); // the message is dropped
    }
    if (!this.#detached) this.#link?.close();
    this.#finish(webSocket.code, webSocket.reason);
  }

  // From the client.

  #toService(type: string, content: Buffer): void {
    if (this.#detached || this.#link === undefined || this.#socket?.dropped) return;
    // Pushpin does not write the length of what is empty.
    this.#link.send({ type, content: content.length > 0 ? content : undefined });
    if (!this.#link.writable) this.#socket?.pause();
  }

  #onGone(code: number, reason: string): void {
    this.#gone = true;
    this.#keepAlive?.stop();
    clearTimeout(this.#delayed?.timer);
    for (const channel of this.#channels.keys()) this.#environment.hub.unsubscribe(channel, this);
    this.#channels.clear();
    if (this.#detached) return;
    // 1006 stands for a connection that ended without a close frame.
    if (code === 1006 || this.#socket?.dropped) this.#link?.disconnect();
    else this.#link?.close(code, reason);
  }

  #toClient(type: WebSocketMessageType, content: Buffer): void {
    const socket = this.#socket;
    if (!socket?.writable) return;
    if (type === 'ping' || type === 'pong') {
      if (content.length > MAX_CONTROL) {
        this.#failed(`Expected a ${type} of at most ${MAX_CONTROL} bytes, found ${content.length}.`);
        return socket.terminate(); // as by Pushpin
      }
      socket[type](content);
    } else socket.send(content, { binary: type === 'binary' });
    this.#keepAlive?.touch();
    if (this.#environment.isTooSlow(socket.bufferedAmount)) socket.terminate();
  }

  /** One that can't be read is dropped, as by Pushpin; the log tells. */
  #control(bytes: Buffer): void {
    if (bytes.length > MAX_CONTROL_MESSAGE) {
      const found = `found ${bytes.length}`;
      return this.#failed(`Expected a control message of at most ${MAX_CONTROL_MESSAGE} bytes, ${found}.`);
    }
    let message: ReturnType<typeof decodeControlMessage>;
    try {
      message = decodeControlMessage(bytes.subarray(CONTROL_PREFIX.length).toString());
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return this.#environment.failed(error);
    }
    switch (message.type) {
      case 'subscribe':
        if (this.#channels.size >= MAX_CHANNELS) return;
        this.#channels.set(message.channel, message.filters);
        return this.#environment.hub.subscribe(message.channel, this);
      case 'unsubscribe':
        this.#channels.delete(message.channel);
        return this.#environment.hub.unsubscribe(message.channel, this);
      case 'detach':
        // What else is in the same answer still reaches the client.
        return queueMicrotask(() => this.#detach());
      case 'keep-alive': {
        const { content, messageType } = message;
        this.#keepAlive?.stop();
        this.#keepAlive = content && new KeepAliveTimer(message, () => this.#toClient(messageType, content));
        return;
      }
      case 'send-delayed': {
        this.#flushDelayed();
        const { content, messageType, timeout } = message;
        const send = () => this.#toClient(messageType, content);
        this.#delayed = { send, timer: setTimeout(() => this.#flushDelayed(), timeout) };
        return;
      }
      case 'flush-delayed':
        return this.#flushDelayed();
      case 'set-meta':
        if (message.value === undefined) this.#meta.delete(message.name);
        else this.#meta.set(message.name, message.value);
    }
  }

  #detach(): void {
    if (this.#detached) return;
    this.#detached = true;
    this.#socket?.resume();
    this.#link?.close();
  }

  #flushDelayed(): void {
    clearTimeout(this.#delayed?.timer);
    this.#delayed?.send();
    this.#delayed = undefined;
  }

  #finish(code: number | undefined, reason: string): void {
    if (this.#socket?.finish(code, reason) !== false) return;
    this.#failed(
      'Expected a reason that a close frame has room for, which is 123 bytes: the client is cut off.',
    );
  }

  #failed(reason: string): void {
    this.#environment.failed(new ProtocolError(reason));
  }
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.subarray(0, prefix.length).equals(prefix);
}
