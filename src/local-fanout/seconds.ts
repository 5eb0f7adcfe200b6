import { ProtocolError } from '../errors.js';

/** What a timer can wait, in seconds; a longer wait would be no wait at all. */
const MAX = Math.floor((2 ** 31 - 1) / 1000);

/** A number of seconds, no more than a timer can wait. */
export function clampSeconds(seconds: number): number {
  return Math.min(seconds, MAX);
}

/** @throws ProtocolError for what is not a whole number. */
export function readSeconds(what: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value)) throw new ProtocolError(`failed to parse ${what}`);
  return clampSeconds(Number(value));
}
