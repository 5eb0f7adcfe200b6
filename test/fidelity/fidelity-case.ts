import type { Scene } from './scene.js';

/** What can be written as JSON: an observation is compared as such. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * One thing that can be seen of a Fanout from outside.
 *
 * `run` sets up a service, acts as its clients and publishers, and returns what was seen. That must be the same
 * every time: of times only what can't be otherwise on a slow machine. What Pushpin gave is in `measured.ts`.
 */
export interface FidelityCase {
  readonly name: string;
  run(scene: Scene): Promise<Json>;
  /** Why the embedded Fanout may do otherwise. */
  readonly kept?: string;
}

/**
 * @example
 * fidelityCase('a response without a hold', async (scene) => {
 *   scene.serve('/', () => respond({}, 'hello'));
 *   return (await scene.answer('/')).body;
 * })
 */
export function fidelityCase(
  name: string,
  run: (scene: Scene) => Promise<Json>,
  options: { readonly kept?: string } = {},
): FidelityCase {
  return { name, run, ...options };
}
