import { ProtocolError } from '../errors.js';
import { type Channel, MAX_CHANNELS } from './channel.js';

/**
 * How one message reaches streams and server-sent events, each in its own framing.
 *
 * A published item has one `http-stream` content, and whoever listens to its channel gets just that. So those two
 * transports listen to a second channel as well, derived from the first: a publisher that knows of it sends an event
 * to `name~sse`, a line to `name~stream`, and everything else to `name`, all in one request. Who publishes to the
 * plain name by hand, as Fastly's documentation does, still reaches every transport.
 */
export type Framing = 'sse' | 'stream';

const SEPARATOR = '~';

/** Every name takes two of the channels that a connection may have. */
export const MAX_FRAMED_CHANNELS: number = MAX_CHANNELS / 2;

/** The name of the channel that brings what is published to `name` in this framing. */
export function derivedChannel(name: string, framing: Framing): string {
  return `${name}${SEPARATOR}${framing}`;
}

/**
 * The channels, and for each the one that brings messages in this framing.
 *
 * @throws ProtocolError for more than {@link MAX_FRAMED_CHANNELS}.
 */
export function withFramed(channels: readonly (string | Channel)[], framing: Framing): Channel[] {
  if (channels.length > MAX_FRAMED_CHANNELS) {
    throw new ProtocolError(
      `Expected at most ${MAX_FRAMED_CHANNELS} channels, since each takes two of Fanout's ${MAX_CHANNELS}; ` +
        `found ${channels.length}.`,
    );
  }
  const framed: Channel[] = [];
  for (const each of channels) {
    const channel = typeof each === 'string' ? { name: each } : each;
    framed.push(channel, { ...channel, name: derivedChannel(channel.name, framing) });
  }
  return framed;
}

/**
 * Whoever may listen to `lobby~sse` would hear what is published to `lobby`.
 *
 * @throws ProtocolError for a name that looks like a derived one.
 */
export function checkNotDerived(name: string): void {
  if (name.endsWith(`${SEPARATOR}sse`) || name.endsWith(`${SEPARATOR}stream`)) {
    throw new ProtocolError('A channel name that ends in "~sse" or "~stream" is reserved for framing.');
  }
}
