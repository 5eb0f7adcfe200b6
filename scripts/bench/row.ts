/** What a figure should be. */
export type Target =
  | {
      readonly atMost: number;
      /** What was reached instead, where the target can't be, and why it can't. */
      readonly reached?: { readonly value: number; readonly why: string };
    }
  | { readonly atLeast: number };

/** One line of the table. */
export interface Row {
  readonly part: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: Target | undefined;
  /** The figures behind it. */
  readonly detail?: string | undefined;
}

/** By how much a figure may be worse than it should be before the bench fails: machines differ, and are noisy. */
const TOLERANCE = 1.25;

export type Verdict = 'met' | 'near' | 'missed' | 'worse';

/**
 * `near` where the target is not met, but within the tolerance; `missed` where it is not, for a known reason, and no worse
 * than before; else `worse`.
 */
export function verdict({ value, target }: Row): Verdict | undefined {
  if (target === undefined) return undefined;
  const excess = 'atMost' in target ? value / target.atMost : target.atLeast / value;
  if (excess <= 1) return 'met';
  if (excess <= TOLERANCE) return 'near';
  const isKnown =
    'atMost' in target && target.reached !== undefined && value <= target.reached.value * TOLERANCE;
  return isKnown ? 'missed' : 'worse';
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
