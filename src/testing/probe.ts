import type { Formats } from './published-item.js';

/**
 * A publish reaches only those who are subscribed by then, and nothing tells a client that it is. So a case
 * publishes probes until each client has seen one. A client keeps them apart from what it received.
 *
 * In a stream a probe is a comment of server-sent events, since all subscribers of a channel get the same bytes.
 */
export function probeFormats(channel: string, number: number): Formats {
  const text = `probe:${channel}:${number}`;
  return { 'http-stream': { content: `: ${text}\n\n` }, 'ws-message': { content: text } };
}

const IN_STREAM = /: probe:([\w~-]+):\d+\n\n/g;
const MESSAGE = /^probe:([\w~-]+):\d+$/;

/** The channels of which a stream got probes. */
export function probesIn(stream: string): string[] {
  return [...stream.matchAll(IN_STREAM)].map(([, channel = '']) => channel);
}

export function withoutProbes(stream: string): string {
  return stream.replaceAll(IN_STREAM, '');
}

/** The channel of a message that is a probe. */
export function probeChannel(message: string): string | undefined {
  return MESSAGE.exec(message)?.[1];
}
