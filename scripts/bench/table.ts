import { type Row, type Target, verdict } from './row.js';

/** The rows as a table of Markdown, a section for each part. */
export function table(rows: readonly Row[]): string {
  const parts = [...new Set(rows.map(({ part }) => part))];
  return parts.map((part) => section(part, rows)).join('\n');
}

function section(part: string, rows: readonly Row[]): string {
  const cells = rows
    .filter((row) => row.part === part)
    .map((row) => [row.what, `${figure(row.value)} ${row.unit}`, expected(row), row.detail ?? '']);
  const lines = [['what', 'measured', 'target', 'from'], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0), 3));
  const text = lines.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |\n`);
  text.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|\n`);
  return `### ${part}\n\n${text.join('')}`;
}

function expected(row: Row): string {
  const result = verdict(row);
  if (row.target === undefined || result === undefined) return '';
  const why = result === 'missed' && 'atMost' in row.target ? `: ${row.target.reached?.why}` : '';
  return `${bound(row.target)}: ${result}${why}`;
}

function bound(target: Target): string {
  return 'atMost' in target ? `at most ${figure(target.atMost)}` : `at least ${figure(target.atLeast)}`;
}

/** Three digits that count. */
export function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-GB').replaceAll(',', ' ');
  return String(Number(value.toPrecision(3)));
}
