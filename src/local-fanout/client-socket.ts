import { WebSocket } from 'ws';

/** A client's WebSocket whose close frame is not answered by itself: how to answer is for the service to say. */
export class ClientSocket extends WebSocket {
  /**
   * Called by `ws` when a close frame arrives, to answer it at once, and again when both sides have closed.
   * The first is told as the event `peer-close` instead.
   */
  override close(code = 1005, data: string | Buffer = ''): void {
    if (this.readyState === WebSocket.OPEN) this.emit('peer-close', code, data.toString());
    else super.close(code, data);
  }

  /** Sends a close frame. Without a code that can be sent it is 1000, as from Pushpin. */
  finish(code: number, reason: string): void {
    if (this.readyState !== WebSocket.OPEN) return;
    super.close(isSendable(code) ? code : 1000, truncate(reason));
  }
}

/** RFC 6455, 7.4. */
function isSendable(code: number): boolean {
  return (code >= 1000 && code <= 1014 && !(code >= 1004 && code <= 1006)) || (code >= 3000 && code <= 4999);
}

/** To what a close frame holds (RFC 6455, 5.5), without cutting a character in two. */
function truncate(reason: string): string {
  let text = reason;
  while (Buffer.byteLength(text) > 123) text = text.slice(0, -1);
  return text;
}
