import { WebSocket } from 'ws';
import { FanoutError } from '../errors.js';
import type { Listening } from './listen.js';
import { describe } from './listen-http.js';

/** Prints messages until the signal, or until the other side closes as it should. */
export function listenWebSocket(url: URL, { write, note, signal }: Listening): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const end = () => {
      // Once closed it stays silent; one that isn't open yet can only be cut off.
      if (socket.readyState === WebSocket.OPEN) socket.close(1000);
      else socket.terminate();
    };
    signal.addEventListener('abort', end);
    let failure: Error | undefined;
    socket.on('open', () => note(`Listening to ${url.href}, a WebSocket. Ctrl-C ends.`));
    socket.on('message', (data: Buffer, isBinary) => {
      write(isBinary ? `(binary, ${data.length} bytes) ${data.toString('base64')}\n` : `${data}\n`);
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', (code, reason) => {
      signal.removeEventListener('abort', end);
      if (signal.aborted) return resolve();
      if (failure) return reject(new FanoutError(`Can't listen to ${url.href}: ${describe(failure)}.`));
      const how = `with code ${code}${reason.length > 0 ? `: ${reason}` : ''}`;
      if (code !== 1000 && code !== 1001) return reject(new FanoutError(`The WebSocket was closed ${how}.`));
      note(`The WebSocket was closed ${how}.`);
      resolve();
    });
  });
}
