import type { Json } from './fidelity-case.js';

/**
 * Looks at all rows at once; a row's number keeps its paths and channels apart from those of the others. A row that
 * fails does not take the others with it.
 */
export async function table<T>(
  rows: Readonly<Record<string, T>>,
  look: (row: T, number: number) => Promise<Json>,
): Promise<Json> {
  const seen = await Promise.all(
    Object.entries(rows).map(async ([name, row], number): Promise<[string, Json]> => {
      try {
        return [name, await look(row, number)];
      } catch (error) {
        return [name, { failed: error instanceof Error ? error.message : String(error) }];
      }
    }),
  );
  return Object.fromEntries(seen);
}

/** A table whose rows are named by what they are. */
export function tableOf(
  rows: readonly string[],
  look: (row: string, number: number) => Promise<Json>,
): Promise<Json> {
  return table(Object.fromEntries(rows.map((row) => [JSON.stringify(row), row])), look);
}

/**
 * What publishing was answered with, without what this package says beyond Pushpin: which of the items it was, how
 * many bytes were too many, and why an action is none, for which Pushpin gives no reason.
 */
export function reason(body: string): string {
  return body
    .replace(/items\[\d+\]: /, '')
    .replace(/(?<=Request body too large): expected at most \d+ bytes, found \d+/, '')
    .replace(/(?<=Invalid format: )'[\w-]+' contains 'action' with unknown value/, '');
}
