import type { Target } from './row.js';

// The ratios to the bare handler that requests should have, and where one can't be had, what was reached, and why: most of
// the reasons are rows of the same table.

type Name =
  | 'firstPass'
  | 'es256'
  | 'hs256'
  | 'firstPassProving'
  | 'proof'
  | 'echo'
  | 'opening'
  | 'openingReused';

export const TARGETS: Readonly<Record<Name, Target>> = {
  firstPass: known(1.3, 3.3, 'so is "Hono handoff, a key used"'),
  es256: known(5, 7.3, 'so is "bare ES256"'),
  hs256: known(2, 3.8, '"bare HS256" leaves nothing for Hono'),
  firstPassProving: known(1.8, 3, '"Hono handoff" and "bare proof" take all of it'),
  proof: known(1.8, 3.2, 'Hono and "bare proof" take all of it'),
  echo: known(3, 6.8, 'an echo of 1 leaves nothing for 99 more'),
  opening: known(6, 9.7, '"bare ES256" is one of two or three signatures'),
  openingReused: known(4, 8.8, 'so is "bare ES256, reused sandbox"'),
};

function known(atMost: number, value: number, why: string): Target {
  return { atMost, reached: { value, why } };
}
