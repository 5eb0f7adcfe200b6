import { ProtocolError } from '../errors.js';
import { MAX_CHANNELS } from '../protocol/channel.js';
import { CONTROL_PREFIX } from '../protocol/control-messages.js';
import type { WebSocketEvent } from '../protocol/websocket-events.js';
import type { Subscriber } from './channel-hub.js';
import type { ClientSocket } from './client-socket.js';
import { decodeControlMessage } from './control-message.js';
import type { HoldEnvironment } from './hold-environment.js';
import { UnsupportedError } from './json-fields.js';
import { KeepAliveTimer } from './keep-alive-timer.js';
import { acceptedBy, filtered } from './message-filter.js';
import type { PublishItem, WebSocketMessageType } from './publish-item.js';
import { checkContentFilters } from './response-connection.js';
import type { ServiceLink, ServiceLinkHandler } from './service-link.js';

/** Bytes that a ping or pong holds (RFC 6455, 5.5). */
const MAX_CONTROL = 125;

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
    // For compactness the content is only there when it isn't empty, as in Pushpin.
    socket.on('ping', (data) => this.#toService('PING', data.length > 0 ? data : undefined));
    socket.on('pong', (data) => this.#toService('PONG', data.length > 0 ? data : undefined));
    socket.on('peer-close', (code: number, reason: string) => {
      if (this.#detached) socket.finish(1005, '');
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
      if (type === 'TEXT' && bytes.subarray(0, CONTROL_PREFIX.length).equals(Buffer.from(CONTROL_PREFIX))) {
        return this.#control(bytes.subarray(CONTROL_PREFIX.length).toString());
      }
      const prefix = Buffer.from(this.#messagePrefix);
      // Without the prefix a message is dropped, as it is by Pushpin.
      if (!bytes.subarray(0, prefix.length).equals(prefix)) return;
      return this.#toClient(type === 'TEXT' ? 'text' : 'binary', bytes.subarray(prefix.length));
    }
    return this.#toClient(type === 'TEXT' ? 'text' : 'binary', bytes);
  }

  onClose(code: number, reason: string): void {
    if (!this.#detached) this.#socket?.finish(code, reason);
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
        return this.#toClient(webSocket.type, filtered(webSocket.content, filters, context));
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return this.#environment.failed(error); // the message is dropped
    }
    if (!this.#detached) this.#link?.close();
    this.#socket?.finish(webSocket.code ?? 1005, webSocket.reason);
  }

  // From the client.

  #toService(type: string, content: Buffer | undefined): void {
    if (this.#detached || this.#link === undefined) return;
    this.#link.send({ type, content });
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
    if (code === 1006) this.#link?.disconnect();
    else this.#link?.close(code, reason);
  }

  #toClient(type: WebSocketMessageType, content: Buffer): void {
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== socket.OPEN) return;
    if (type === 'ping' || type === 'pong') {
      if (content.length > MAX_CONTROL) {
        const found = `found ${content.length}`;
        return this.#environment.failed(
          new ProtocolError(`Expected a ${type} of at most ${MAX_CONTROL} bytes, ${found}.`),
        );
      }
      socket[type](content);
    } else socket.send(content, { binary: type === 'binary' });
    this.#keepAlive?.touch();
    if (this.#environment.isTooSlow(socket.bufferedAmount)) socket.terminate();
  }

  #control(json: string): void {
    let message: ReturnType<typeof decodeControlMessage>;
    try {
      message = decodeControlMessage(json);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#environment.failed(error);
      // Pushpin drops what it can't read; what it can and this one can't must not pass unnoticed.
      if (!(error instanceof UnsupportedError)) return;
      this.#link?.disconnect();
      return this.#socket?.finish(1011, '');
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
        this.#detached = true;
        this.#socket?.resume();
        return this.#link?.close();
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

  #flushDelayed(): void {
    clearTimeout(this.#delayed?.timer);
    this.#delayed?.send();
    this.#delayed = undefined;
  }
}
