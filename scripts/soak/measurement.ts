/** What is put in on purpose, to see that it is found: in the server, or in what is published. */
export type Fault = 'leak' | 'handle' | 'loss' | 'repeat';

export interface ServerAddress {
  readonly clientUrl: string;
  readonly publishUrl: string;
}

/** The server, after its garbage was collected. */
export interface Measurement {
  readonly rss: number;
  readonly heapUsed: number;
  /** Bytes that belong to objects and are not in the heap: those of buffers. */
  readonly external: number;
  /** What keeps the process alive, by kind. */
  readonly resources: Readonly<Record<string, number>>;
  readonly subscriptions: number;
  readonly descriptors: number | undefined;
  /** How often each warning and error was logged. */
  readonly logged: Readonly<Record<string, number>>;
}

/** A measurement under load. */
export interface Sample extends Measurement {
  /** Since the start, in seconds. */
  readonly at: number;
  readonly connections: number;
}

/** The part of the run that is not judged: until then the code is compiled, and what is remembered for a minute fills. */
const WARM_UP = 0.3;
/** How much more memory the last third of what is judged may need than the first: code that is compiled late. */
const TOLERANCE = 0.03;
/** One of so many measurements counts: those that had the most connections. */
const OF = 3;
/** Bytes that are not taken for growth however small the heap: a function compiled late takes some. */
const LEAST_GROWTH = 2 ** 21;

/** How memory grew after the warm-up, in bytes. */
export interface Growth {
  readonly before: number;
  readonly after: number;
  readonly allowed: number;
}

/**
 * Compares the first and the last third of what is judged: of the measurements with the most connections the lowest.
 * What is under way only ever adds, while what leaks is in the lowest as well.
 */
export function memoryGrowth(samples: readonly Sample[], duration: number): Growth {
  const judged = samples.filter(({ at }) => at >= duration * WARM_UP);
  const third = Math.ceil(judged.length / 3);
  const before = lowest(judged.slice(0, third));
  return { before, after: lowest(judged.slice(-third)), allowed: Math.max(before * TOLERANCE, LEAST_GROWTH) };
}

function lowest(samples: readonly Sample[]): number {
  const fullest = [...samples].sort((a, b) => b.connections - a.connections);
  const counted = fullest.slice(0, Math.ceil(samples.length / OF));
  return Math.min(...counted.map(({ heapUsed, external }) => heapUsed + external));
}

/** What the server still has that it did not have at the start. */
export function leftOver(start: Measurement, end: Measurement): string[] {
  const left: string[] = [];
  if (end.subscriptions > 0) left.push(`${end.subscriptions} subscriptions`);
  for (const [kind, count] of Object.entries(end.resources)) {
    const more = count - (start.resources[kind] ?? 0);
    if (more > 0) left.push(`${more} more ${kind}`);
  }
  const files = (end.descriptors ?? 0) - (start.descriptors ?? 0);
  if (files > 0) left.push(`${files} more file descriptors`);
  return left;
}
