import { ProtocolError } from '../errors.js';

const MAX_INTEGER = 2 ** 31 - 1;
/** What a timer can wait, in seconds; a longer wait would be no wait at all. */
const MAX_WAIT = Math.floor(MAX_INTEGER / 1000);

/** A number of seconds, no more than a timer can wait. */
export function clampSeconds(seconds: number): number {
  return Math.min(seconds, MAX_WAIT);
}

/** @throws ProtocolError for what is not a whole number of 32 bits. */
export function readSeconds(what: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\s*\+?\d{1,10}\s*$/.test(value) || Number(value) > MAX_INTEGER) {
    throw new ProtocolError(`failed to parse ${what}`);
  }
  return clampSeconds(Number(value));
}
