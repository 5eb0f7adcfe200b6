import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** The command, run from its source as `npm start` does. */
export class Command {
  readonly child: ChildProcess;
  /** All that it printed. */
  output = '';
  stdout = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
      env: { ...process.env, GRIP_URL: '', FASTLY_API_TOKEN: '', ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (data: string) => {
        this.output += data;
        if (stream === this.child.stdout) this.stdout += data;
      });
    }
  }

  /** Resolves with what matches in the output. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match) return match;
      if (this.child.exitCode !== null)
        throw new Error(`It ended with ${this.child.exitCode}: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Its status, once it has ended and all of its output has come. */
  async exit(): Promise<number | null> {
    if (!this.#closed) await once(this.child, 'close');
    return this.child.exitCode;
  }

  get #closed(): boolean {
    const { exitCode, signalCode, stdout, stderr } = this.child;
    return (exitCode !== null || signalCode !== null) && stdout?.closed === true && stderr?.closed === true;
  }
}
