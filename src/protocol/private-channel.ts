import { ProtocolError } from '../errors.js';

/** No channel that an application names starts with it, so nobody can ask for a channel of somebody else. */
const PRIVATE = '~';

/**
 * The channel of one WebSocket: every socket of this package listens to its own.
 *
 * @param connectionId the `id` of its session.
 * @throws ProtocolError for an empty id.
 * @example
 * await publisher.close(connectionChannel(id), { code: 4000, reason: 'signed out' });
 */
export function connectionChannel(connectionId: string): string {
  return privateChannel('connection', connectionId);
}

/**
 * The channel of a user: of everything that a mount with the option `user` opened for them, on every edge.
 *
 * @param user any text; the same as the option `user` returned.
 * @throws ProtocolError for an empty one.
 * @example
 * await publisher.publish(userChannel('ada@example.com'), 'for you only');
 */
export function userChannel(user: string): string {
  return privateChannel('user', user);
}

/** True for the channels of connections and users. */
export function isPrivateChannel(name: string): boolean {
  return name.startsWith(PRIVATE);
}

/** @throws ProtocolError for a name that looks like a channel of a connection or a user. */
export function checkNotPrivate(name: string): void {
  if (isPrivateChannel(name)) {
    throw new ProtocolError('A channel name that starts with "~" is reserved for connections and users.');
  }
}

function privateChannel(kind: string, id: string): string {
  // Plain JavaScript may pass anything: nobody is to share the channel of "undefined".
  if (typeof id !== 'string' || id === '') {
    throw new ProtocolError(
      `Expected the ${kind} of a channel to be text, found ${id === '' ? 'an empty one' : typeof id}.`,
    );
  }
  // Escaped, since any text may be a user: "~sse" at its end would name a derived channel.
  return `${PRIVATE}${kind}-${escaped(id, kind)}`;
}

function escaped(id: string, kind: string): string {
  try {
    return encodeURIComponent(id).replaceAll('~', '%7E');
  } catch {
    throw new ProtocolError(`The ${kind} of a channel holds half of a surrogate pair, which is not text.`);
  }
}
