import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const pageSize = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));

/** User and system time of a process, in milliseconds; it counts in steps of ten. Linux only. */
export function cpuTime(pid: number): number {
  const fields = stat(pid);
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

/** CPU time of a process from now on, in milliseconds, exact but for threads that end meanwhile. Linux only. */
export function cpuClock(pid: number): () => number {
  const began = threadTimes(pid);
  return () => {
    let sum = 0;
    for (const [thread, time] of threadTimes(pid)) sum += time - (began.get(thread) ?? 0);
    return sum / 1e6;
  };
}

/** In nanoseconds. https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat */
function threadTimes(pid: number): Map<string, number> {
  const times = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8');
      times.set(thread, Number(text.slice(0, text.indexOf(' '))));
    } catch {
      // It has ended.
    }
  }
  return times;
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
