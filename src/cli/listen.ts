import { parseArgs } from 'node:util';
import { listenHttp } from './listen-http.js';
import { listenWebSocket } from './listen-websocket.js';
import { UsageError } from './usage-error.js';

const USAGE = `Usage: hono-fanout listen URL

Prints what arrives, until Ctrl-C: the messages of a WebSocket (ws: and wss: URLs), and of whatever an http: or https:
URL turns out to be: server-sent events, a stream, or long polls, one after the other. An event that has a name or
an id has them in front, in parentheses; binary messages of a WebSocket are printed as Base64.

  hono-fanout listen http://localhost:7676/sse
  hono-fanout listen ws://localhost:7676/ws`;

/** How a listener tells what arrives, and how it is ended. */
export interface Listening {
  /** Writes what arrived to standard output, as it is. */
  readonly write: (content: string | Uint8Array) => void;
  /** Tells the person, not the program, that reads the output. */
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Listens until a signal ends it, or until there is nothing to listen to any more. */
export async function listen(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return console.log(USAGE);
  const [text, ...more] = positionals;
  if (text === undefined || more.length > 0) throw new UsageError(USAGE);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^(?:https?|wss?):$/.test(url.protocol)) {
    throw new UsageError(`Expected an http, https, ws or wss URL, found ${JSON.stringify(text)}.`);
  }

  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
  const listening: Listening = {
    write: (content) => process.stdout.write(content),
    note: (line) => console.error(line),
    signal: abort.signal,
  };
  if (url.protocol.startsWith('ws')) return listenWebSocket(url, listening);
  if ((await listenHttp(url, listening)) === 'websocket') {
    url.protocol = url.protocol.replace('http', 'ws');
    return listenWebSocket(url, listening);
  }
}
