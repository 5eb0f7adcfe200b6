import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Stands in every message, and in nothing else that a subscriber gets. */
const MARK = '#';
export const MESSAGE: string = `data: ${MARK} a message of some fifty bytes, as many are\n\n`;

/** Many clients that listen to a stream and count messages, as cheaply as they can. */
export class Subscribers {
  readonly #sockets: Socket[] = [];
  #received = 0;
  #awaited = Number.POSITIVE_INFINITY;
  #arrived: () => void = () => undefined;

  /** Resolves when all of them are held. */
  async open(url: string, count: number): Promise<void> {
    const { host, hostname, port, pathname } = new URL(url);
    const request = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`;
    // A few at a time: what is measured is not how many connections can be accepted at once.
    while (this.#sockets.length < count) {
      const opening = Array.from({ length: Math.min(20, count - this.#sockets.length) }, async () => {
        const socket = connect(Number(port), hostname);
        this.#sockets.push(socket);
        socket.write(request);
        const [first] = (await once(socket, 'data')) as [Buffer];
        if (!first.includes('HTTP/1.1 200'))
          throw new Error(`Expected a stream, found ${first.toString('latin1')}`);
        socket.on('data', (bytes: Buffer) => this.#count(bytes));
        socket.on('error', () => undefined); // what is missing then is noticed
      });
      await Promise.all(opening);
    }
  }

  /** Resolves when this many messages more have arrived, at all of them together. */
  expect(messages: number): Promise<void> {
    this.#received = 0;
    this.#awaited = messages;
    return new Promise((resolve) => {
      this.#arrived = resolve;
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #count(bytes: Buffer): void {
    for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) this.#received += 1;
    if (this.#received >= this.#awaited) this.#arrived();
  }
}
