/** A service with a Fanout in front of it, running on this machine. */
export interface Engine {
  /** What clients connect to, without a slash at the end. */
  readonly client: string;
  /** The service itself. Here it is what clients connect to: it makes the first pass. */
  readonly service: string;
  /** What messages are published to. */
  readonly publish: string;
  /** Says which part ended by itself, once one did; the engine is of no use any more. */
  readonly ended: Promise<string>;
  /** Ends all of it. */
  stop(): Promise<void>;
  /** The end of what its parts have printed. */
  log(): string;
}

/** The parts' logs, each under its name. */
export function joinLogs(parts: Readonly<Record<string, () => string>>): string {
  return Object.entries(parts)
    .map(([name, log]) => `--- ${name}\n${log().trimEnd()}\n`)
    .join('');
}
