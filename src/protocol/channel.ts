import { ProtocolError } from '../errors.js';
import { isToken } from './token.js';

/** A channel to subscribe to. */
export interface Channel {
  /** Printable ASCII without comma, semicolon and quotation mark; no space at either end. */
  readonly name: string;
  /** Names of GRIP filters to apply to what is published to the channel, for example `skip-self`. */
  readonly filters?: readonly string[];
}

/** Fanout drops the subscriptions past this number without a word, so this package refuses them. */
export const MAX_CHANNELS = 20;

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const TILDE = 0x7e;

/**
 * Makes channels of names, and checks them.
 *
 * A comma would start another channel in `Grip-Channel`, a semicolon a parameter, an odd quotation mark would
 * swallow the channels behind it, and anything but ASCII is read differently by the two sides.
 *
 * @throws ProtocolError for a name or filter that can't be sent, for none and for more than {@link MAX_CHANNELS}.
 */
export function checkChannels(channels: readonly (string | Channel)[]): readonly Channel[] {
  if (channels.length === 0) throw new ProtocolError('Expected at least one channel, found none.');
  if (channels.length > MAX_CHANNELS) {
    throw new ProtocolError(`Expected at most ${MAX_CHANNELS} channels, found ${channels.length}.`);
  }
  return channels.map((each) => {
    const channel = typeof each === 'object' && each !== null ? each : { name: each };
    checkChannelName(channel.name);
    for (const filter of channel.filters ?? []) {
      if (typeof filter !== 'string' || !isToken(filter)) {
        throw new ProtocolError('A filter is named by letters, digits and hyphens.');
      }
    }
    return channel;
  });
}

/** @throws ProtocolError when the name can't be sent; see {@link checkChannels}. */
export function checkChannelName(name: string): void {
  // Plain JavaScript may pass anything: an absent parameter must not become the channel "undefined".
  if (typeof name !== 'string' || !isChannelName(name)) {
    throw new ProtocolError(
      'A channel name is printable ASCII without comma, semicolon and quotation mark, with no space at its ends; ' +
        `found ${describe(name)}.`,
    );
  }
}

/** Not by a regular expression: an instance's first costs 0.15 ms on Compute, as much as the rest of a first pass. */
function isChannelName(name: string): boolean {
  const last = name.length - 1;
  if (last < 0 || name.charCodeAt(0) === SPACE || name.charCodeAt(last) === SPACE) return false;
  for (let index = 0; index <= last; index += 1) {
    const code = name.charCodeAt(index);
    if (code < SPACE || code > TILDE || code === QUOTE || code === COMMA || code === SEMICOLON) return false;
  }
  return true;
}

/** A name may hold what a client sent: say what is wrong with it without repeating it. */
function describe(name: unknown): string {
  if (typeof name !== 'string') return `a value of type ${typeof name}`;
  if (name === '') return 'an empty one';
  const wrong = [...name].find((char) => !/^[ !#-+\--:<-~]$/.test(char));
  return wrong === undefined
    ? 'a space at an end'
    : `U+${wrong.codePointAt(0)?.toString(16).padStart(4, '0').toUpperCase()}`;
}
