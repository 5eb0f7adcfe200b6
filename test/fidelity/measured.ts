import { readFileSync, writeFileSync } from 'node:fs';
import type { Json } from './fidelity-case.js';

const FILE = new URL('pushpin-1.36.0.json', import.meta.url);
const measured = JSON.parse(readFileSync(FILE, 'utf8')) as Readonly<Record<string, Json>>;

/** What Pushpin 1.36.0 gave to the case of this name. */
export function expected(name: string): Json {
  return measured[name] ?? 'not measured yet';
}

/**
 * Keeps what a real Pushpin gave, to be formatted by Biome, read and committed.
 *
 * @throws Error when a row of a table failed: that is nothing that Pushpin gave.
 */
export function keepMeasured(seen: Readonly<Record<string, Json>>): void {
  const text = JSON.stringify(seen);
  if (text.includes('"failed":'))
    throw new Error(`Part of a case failed: ${text.slice(text.indexOf('"failed":')).slice(0, 300)}`);
  const lines = Object.entries(seen).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  writeFileSync(FILE, `{\n${lines.join(',\n')}\n}\n`);
}
