import { isDeepStrictEqual } from 'node:util';
import type { FidelityCase, Json } from './fidelity-case.js';
import { openMarks, type Place, Scene } from './scene.js';

/** What was seen, or that it can't be told and why. */
export type Outcome = { readonly seen: Json } | { readonly failed: string };

/** How many cases run at once: most of their time they wait. */
const AT_ONCE = 40;
/** In milliseconds. It ends what hangs: those behind it would wait, and each of their tests with them. */
const DEADLINE = 120_000;

/** Runs the cases, in order and many at once; each of the promises resolves with the outcome of its case. */
export function runCases(place: Place, cases: readonly FidelityCase[]): Map<string, Promise<Outcome>> {
  const marks = openMarks(place);
  const outcomes = new Map<string, Promise<Outcome>>();
  const free = new Set<Promise<unknown>>();
  let last: Promise<unknown> = marks;
  for (const [index, fidelityCase] of cases.entries()) {
    const turn = last.then(async () => {
      while (free.size >= AT_ONCE) await Promise.race(free);
      const running = runCase(place, fidelityCase, `f${index}`, marks);
      const done = running.finally(() => free.delete(done));
      free.add(done);
      return { running };
    });
    last = turn;
    outcomes.set(
      fidelityCase.name,
      turn.then(({ running }) => running),
    );
  }
  void Promise.allSettled(outcomes.values()).then(async () => (await marks).close());
  return outcomes;
}

async function runCase(
  place: Place,
  { run }: FidelityCase,
  id: string,
  marks: ReturnType<typeof openMarks>,
): Promise<Outcome> {
  const scene = new Scene(place, id, await marks);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${DEADLINE} ms for the case.`)), DEADLINE);
  });
  try {
    return { seen: await Promise.race([run(scene), late]) };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
    await scene.close();
  }
}

/** Says where two outcomes differ, one place a line; nothing where they don't. */
export function differences(name: string, a: unknown, b: unknown): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap((key) => differences(`${name} › ${key}`, a[key] ?? null, b[key] ?? null));
  }
  return [`${name}: ${JSON.stringify(a)} | ${JSON.stringify(b)}`];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
