import assert from 'node:assert/strict';
import { ProtocolError } from '../../src/errors.js';

/** A parser, and what must hold of it whatever it is given. */
export interface FuzzTarget {
  readonly name: string;
  /** What the inputs are made of. */
  readonly tokens: readonly string[];
  /** Where to start from when nothing was kept yet. */
  readonly seeds: readonly string[];
  /**
   * Whether the parser took the input.
   *
   * @throws Error when something does not hold.
   */
  run(input: Buffer): boolean;
}

/** Characters that a message may have: it goes into a log, or back to a stranger. */
const LONGEST_MESSAGE = 250;

/**
 * What `parse` returns, or the `ProtocolError` it threw, which says nothing of the values it was given.
 *
 * @param values what a message must not repeat.
 */
export function resultOf<T>(parse: () => T, values: () => readonly string[]): T | ProtocolError {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    assert.doesNotMatch(error.message, /\p{C}/u, 'a message is of printable characters');
    assert.ok(error.message.length <= LONGEST_MESSAGE, `a message has ${error.message.length} characters`);
    for (const value of values()) assert.ok(!error.message.includes(value), 'a message repeats a value');
    return error;
  }
}

/** What every parser must leave alone. */
export function checkPrototypes(): void {
  for (const [index, { prototype }] of [Object, Array, String].entries()) {
    assert.equal(Object.getOwnPropertyNames(prototype).length, PROTOTYPES[index], 'a prototype was changed');
  }
}

const PROTOTYPES: readonly number[] = [Object, Array, String].map(
  ({ prototype }) => Object.getOwnPropertyNames(prototype).length,
);
