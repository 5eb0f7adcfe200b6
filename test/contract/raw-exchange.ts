import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { DEADLINE } from '../../src/testing/watched.js';

/** One response, as it stood on the wire. */
export interface RawAnswer {
  readonly status: number;
  /** The head as it came, one character a byte. */
  readonly head: string;
  readonly body: string;
  /** False for one that still goes on, or was cut off. */
  readonly isComplete: boolean;
}

export interface RawOptions {
  /** A held response has a beginning and no end: the first of its body is all that is waited for. */
  readonly beginning?: boolean;
  /** In milliseconds, how long more than one response is waited for. */
  readonly waitForMore?: number;
}

/** Bytes that are written at once: a server that has seen enough answers, and need not read the rest. */
const PIECE = 65_536;

/**
 * Sends bytes on a connection of their own and reads what comes back: none where it is closed without an answer. HTTP
 * clients repair, refuse or normalise much of what an attacker sends.
 */
export async function rawExchange(base: URL, bytes: Buffer, options: RawOptions = {}): Promise<RawAnswer[]> {
  const isTls = base.protocol === 'https:';
  const [host, port] = [base.hostname, Number(base.port || (isTls ? 443 : 80))];
  const socket: Socket = isTls ? connectTls({ host, port, servername: host }) : connectPlain({ host, port });
  const isHead = bytes.subarray(0, 5).toString('latin1') === 'HEAD ';
  let received = '';
  let answers: RawAnswer[] = [];

  return new Promise((resolve, reject) => {
    let more: NodeJS.Timeout | undefined;
    const end = () => {
      clearTimeout(timer);
      clearTimeout(more);
      socket.destroy();
      resolve(answers);
    };
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`Waited ${DEADLINE} ms for an answer; ${received.length} bytes came.`));
    }, DEADLINE);
    socket.on('error', () => undefined); // its close tells
    socket.on('close', end);
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      received += chunk;
      answers = readResponses(received, isHead);
      const [first] = answers;
      if (first === undefined || !(first.isComplete || (options.beginning && first.body !== ''))) return;
      if (options.waitForMore === undefined) end();
      else more ??= setTimeout(end, options.waitForMore);
    });
    void write(socket, bytes, () => answers.length > 0);
  });
}

async function write(socket: Socket, bytes: Buffer, isAnswered: () => boolean): Promise<void> {
  for (let from = 0; from < bytes.length && !isAnswered() && !socket.destroyed; from += PIECE) {
    if (!socket.write(bytes.subarray(from, from + PIECE))) {
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
    }
  }
}

/** The responses of a connection, of which the last may be a part; those of status 100 are passed over. */
function readResponses(text: string, isHead: boolean): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let position = 0; position < text.length; ) {
    const end = text.indexOf('\r\n\r\n', position);
    if (end < 0) break;
    const head = text.slice(position, end);
    const from = end + 4;
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
    position = from;
    if (status === 100) continue;
    const { body, behind } =
      isHead || status === 101 ? { body: '', behind: from } : readBody(text, from, head);
    answers.push({ status, head, body, isComplete: behind !== undefined });
    position = behind ?? text.length;
  }
  return answers;
}

function readBody(text: string, from: number, head: string): { body: string; behind?: number } {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) {
    const behind = from + Number(length);
    return { body: text.slice(from, behind), ...(behind <= text.length && { behind }) };
  }
  if (!/^transfer-encoding: *chunked/im.test(head)) return { body: text.slice(from) };
  let body = '';
  for (let position = from; ; ) {
    const [line, size = ''] = /^([\da-f]+)[^\r\n]*\r\n/i.exec(text.slice(position, position + 100)) ?? [];
    if (line === undefined) return { body };
    const start = position + line.length;
    const behind = start + Number.parseInt(size, 16) + 2;
    if (behind > text.length) return { body: body + text.slice(start) };
    if (behind === start + 2) return { body, behind };
    body += text.slice(start, behind - 2);
    position = behind;
  }
}
