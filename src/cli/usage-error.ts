import { FanoutError } from '../errors.js';

/** A command that was given what it doesn't take: the person who typed it needs its usage. Ends with status 2. */
export class UsageError extends FanoutError {
  override readonly name = 'UsageError';
}
