import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const pageSize = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));

/** User and system time of a process, in milliseconds; it counts in steps of ten. Linux only. */
export function cpuTime(pid: number): number {
  const fields = stat(pid);
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

/** What a process has in memory, in bytes. */
export function residentBytes(pid: number): number {
  return Number(stat(pid)[21]) * pageSize;
}

/** 0 for a process that is gone. */
export function parentOf(pid: number): number {
  try {
    return Number(stat(pid)[1]);
  } catch {
    return 0;
  }
}

/** The fields of /proc/PID/stat from the third on: the second, a name in parentheses, may hold spaces. */
function stat(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
