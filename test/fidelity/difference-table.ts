import { differences, type Outcome } from './run-cases.js';

export interface Row {
  readonly name: string;
  readonly real: Outcome;
  readonly ours: Outcome;
  readonly kept: string | undefined;
}

const WIDTH = 90;

/** All cases, where the two differ, and how many do. */
export function differenceTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ name, real, ours, kept }) => {
    const found = differences('', real, ours);
    const verdict = found.length === 0 ? 'same' : kept === undefined ? 'DIFFERS' : 'kept';
    const details = found.map((line) => `          ${shorten(line.replace(/^ › (?:seen › )?/, ''))}`);
    return [`${verdict.padEnd(8)}  ${name}`, ...details, ...(kept ? [`          kept: ${kept}`] : [])];
  });
  const differing = rows.filter(({ real, ours }) => differences('', real, ours).length > 0);
  const kept = differing.filter((row) => row.kept !== undefined).length;
  const count = `${rows.length} cases, ${differing.length - kept} differences, ${kept} kept on purpose`;
  return ['', 'case (what differs: Pushpin | embedded)', ...lines, count].join('\n');
}

function shorten(line: string): string {
  return line.length > 4 * WIDTH ? `${line.slice(0, 4 * WIDTH)} …` : line;
}
