import { isUtf8 } from 'node:buffer';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { encodeClose } from '../protocol/websocket-events.js';
import { FrameWatch } from './frame-watch.js';

/** Bytes that a ping, a pong or a close frame holds (RFC 6455, 5.5). */
export const MAX_CONTROL = 125;
/** How long a client may take to answer a close frame, in milliseconds. */
const CLOSE_TIMEOUT = 30_000;

/** A client's WebSocket whose close frame is not answered by itself: how to answer is for the service to say. */
export class ClientSocket extends WebSocket {
  #connection: Duplex | undefined;
  #closing = { sent: false, received: false };
  #dropped = false;

  /** @param connection what the WebSocket was made of. */
  attach(connection: Duplex): void {
    this.#connection = connection;
    const watch = new FrameWatch();
    // In front of the listener of `ws`: what it makes of a chunk that breaks the rules is not heard any more.
    connection.prependListener('data', (chunk: Buffer) => {
      if (!this.#dropped && !watch.accepts(chunk)) this.terminate();
    });
  }

  /** False once there is a close frame on its way: nothing may follow it. */
  get writable(): boolean {
    return this.readyState === WebSocket.OPEN && !this.#closing.sent;
  }

  /** True when it was cut off from this side, whatever the client still said. */
  get dropped(): boolean {
    return this.#dropped;
  }

  override terminate(): void {
    this.#dropped = true;
    super.terminate();
  }

  /**
   * Called by `ws` when a close frame arrives, to answer it at once; that is told as the event `peer-close` instead.
   * Also called, with a code and no reason, for a client that breaks the protocol: Pushpin cuts it off, as one whose
   * reason is not UTF-8.
   */
  override close(code?: number, reason?: string | Buffer): void {
    if (this.readyState !== WebSocket.OPEN) return super.close(code, reason);
    const text = Buffer.from(reason ?? '');
    if ((code !== undefined && reason === undefined) || !isUtf8(text)) return this.terminate();
    this.#closing.received = true;
    if (this.#closing.sent) this.#connection?.end();
    else this.emit('peer-close', code ?? 1005, text.toString());
  }

  /**
   * Sends a close frame, with whatever code: `ws` itself refuses those that no endpoint may send, Pushpin doesn't.
   * Without a code it is 1000 and the reason is not sent.
   *
   * @returns false when the reason is too long, and the client was cut off, as by Pushpin.
   */
  finish(code: number | undefined, reason: string): boolean {
    if (!this.writable) return true;
    const content = code === undefined ? encodeClose(1000) : encodeClose(code, reason);
    if (content.length > MAX_CONTROL) {
      this.terminate();
      return false;
    }
    this.#closing.sent = true;
    this.#connection?.write(Buffer.concat([Buffer.from([0x88, content.length]), content]));
    if (this.#closing.received) this.#connection?.end();
    else {
      const timeout = setTimeout(() => this.terminate(), CLOSE_TIMEOUT);
      this.once('close', () => clearTimeout(timeout));
    }
    return true;
  }
}
