import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Guard } from './guard.js';

interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export interface ChildProcessOptions {
  /** What messages call it. */
  readonly name: string;
  /** The names of its programs, its children's too, as an extended regular expression. */
  readonly programs: string;
  /**
   * Writes what the process needs into its folder and returns what to run. The command line of each of its
   * processes must name the folder: that is how they are found when they have to end.
   */
  prepare(folder: string): Promise<Command>;
  /** Whether the process does its work by now; asked until it does. */
  isReady(): Promise<boolean>;
  /** In milliseconds; by default 30,000. */
  readonly timeout?: number;
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunningProcess {
  readonly pid: number;
  /** The end of what it has printed. */
  log(): string;
  /** Says which process ended and how, once it did. */
  readonly ended: Promise<string>;
  /** Ends the process and all of its children, and removes its folder. */
  stop(): Promise<void>;
}

/** Between two probes, in milliseconds. */
const PAUSE = 50;
/** How much of the output is kept, in characters. */
const KEPT_OUTPUT = 100_000;

/**
 * Starts a process and waits until it is ready.
 *
 * @throws Error with the process's output, when it ends or the time is up before it is ready. Nothing is left then.
 */
export async function startProcess(options: ChildProcessOptions): Promise<RunningProcess> {
  const { name, signal, timeout = 30_000 } = options;
  signal?.throwIfAborted();
  const guard = new Guard(options.programs);
  try {
    const { command, args, env = process.env } = await options.prepare(guard.folder);
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a Ctrl-C in the terminal is not for it: who started it decides
    });
    const log = keepOutput(child.stdout, child.stderr);
    let end: string | undefined;
    const ended = new Promise<string>((resolve) => {
      const settle = (how: string) => {
        end = `${name} ${how}.`;
        resolve(end);
      };
      child.once('error', (error) => settle(`could not be started: ${error.message}`));
      child.once('exit', (code, by) => {
        settle(by === null ? `ended with status ${code}` : `was ended by ${by}`);
      });
    });

    const deadline = Date.now() + timeout;
    for (let isReady = false; !isReady; ) {
      isReady = await options.isReady();
      signal?.throwIfAborted();
      guard.check();
      if (!isReady) await sleep(PAUSE);
      // Asked after the probe, which another process may have answered.
      if (end !== undefined || (!isReady && Date.now() > deadline)) {
        await sleep(PAUSE); // for the rest of its output
        throw new Error(`${end ?? `${name} was not ready in ${timeout} ms.`}\n${log()}`);
      }
    }

    let stopped: Promise<void> | undefined;
    return {
      pid: child.pid ?? 0, // a process that is ready has one
      log,
      ended,
      stop() {
        stopped ??= guard.end().then(() => checkEnded(name, child));
        return stopped;
      },
    };
  } catch (error) {
    await guard.end();
    throw error;
  }
}

/** @throws Error when the guard did not know the process: its command line doesn't name its folder. */
async function checkEnded(name: string, child: ChildProcess): Promise<void> {
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  if (isRunning()) await sleep(PAUSE); // its end has yet to be told
  if (isRunning() && child.kill('SIGKILL')) throw new Error(`${name} was not found by its folder's guard.`);
}

/** Collects what comes, and forgets the oldest of it. */
function keepOutput(...streams: readonly Readable[]): () => string {
  const chunks: string[] = [];
  let length = 0;
  for (const stream of streams) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      chunks.push(chunk);
      length += chunk.length;
      while (length - (chunks[0]?.length ?? 0) > KEPT_OUTPUT) length -= chunks.shift()?.length ?? 0;
    });
  }
  return () => chunks.join('');
}
