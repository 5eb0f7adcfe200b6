import type { Target } from './row.js';

// The ratios to the bare handler that requests should have. Where one can't be had, the rows of the same table show what
// the parts cost that no code of this package can leave out.

const known = (atMost: number, value: number, why: string): Target => ({ atMost, reached: { value, why } });

const OPENSSL = 'what OpenSSL frees at the end';

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
  firstPass: known(1.3, 2.9, `"Hono handoff, a key used" is the floor: Hono, and ${OPENSSL}`),
  es256: known(5, 6.5, '"bare ES256" is the floor: the verification alone'),
  hs256: known(2, 3.2, `"bare HS256" is the floor; Hono adds its part`),
  firstPassProving: known(1.8, 2.6, '"Hono handoff" is the floor'),
  proof: known(1.8, 2.6, '"Hono handoff" is the floor of all that Hono serves'),
  echo: known(3, 5, 'one message takes as long as a second pass, each further one 0.02 ms'),
  opening: known(6, 8, '"bare ES256" is the floor of one of two or three signatures'),
  openingReused: known(4, 7, '"bare ES256, reused sandbox" is the floor of one of two or three signatures'),
};
