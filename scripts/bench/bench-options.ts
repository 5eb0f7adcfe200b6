export const PARTS = ['wasm', 'codec', 'fanout', 'publish'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly rounds: number;
  /** In a round, of each kind, to the Wasm. */
  readonly requests: number;
  /** Only the requests to the Wasm whose names hold this. */
  readonly match: string;
  /** Of the Fanouts. */
  readonly subscribers: number;
  readonly messages: number;
  /** For each size of body, in milliseconds. */
  readonly codecTime: number;
  /** Says how far it is. */
  log(what: string): void;
}

export const FULL: Omit<BenchOptions, 'log' | 'match'> = {
  rounds: 15,
  requests: 60,
  subscribers: 1000,
  messages: 100,
  codecTime: 500,
};
export const SHORT: Omit<BenchOptions, 'log' | 'match'> = {
  rounds: 7,
  requests: 30,
  subscribers: 300,
  messages: 40,
  codecTime: 100,
};
