import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('guard.sh', import.meta.url));
/** Paths of Unix sockets have at most 104 characters, on macOS; Pushpin's names take up to 40 of them. */
const LONGEST_FOLDER = 60;

/**
 * A fresh folder, and a process of its own that ends what runs for that folder, then removes it: when told to, or
 * when this process is gone, in whatever way. Signal handlers could not do that: they don't run in a worker
 * thread, on SIGKILL or after a crash, and those that a test runner has would get in the way.
 */
export class Guard {
  readonly folder: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  /** @param programs the names of the programs that may be ended, as an extended regular expression. */
  constructor(programs: string) {
    const base = tmpdir().length > LONGEST_FOLDER ? '/tmp' : tmpdir();
    // Synchronous, up to the process: nothing can end this one in between.
    this.folder = mkdtempSync(join(base, 'hono-fanout-'));
    this.#process = spawn('/bin/sh', [SCRIPT, this.folder, programs], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true, // a Ctrl-C in the terminal must not reach it
    });
    this.#process.stdin?.on('error', () => undefined); // it ended first: what it answered tells
    this.#ended = once(this.#process, 'exit');
    this.#process.unref();
  }

  /** @throws Error when it can't do its work. */
  check(): void {
    if (this.#process.exitCode === 127) {
      throw new Error('The commands ps and awk are needed: `apt-get install procps mawk` has them.');
    }
    if (this.#process.exitCode !== null) throw new Error(`The guard ended: ${this.#process.exitCode}.`);
  }

  /**
   * Ends the processes and removes the folder.
   *
   * @throws Error when one can't be ended.
   */
  async end(): Promise<void> {
    this.#process.ref();
    this.#process.stdin?.end();
    await this.#ended;
    if (this.#process.exitCode !== 0) throw new Error(`Could not end all that runs for ${this.folder}.`);
  }
}
