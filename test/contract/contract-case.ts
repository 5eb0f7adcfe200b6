import type { ContractTarget } from '../../src/testing/contract-target.js';
import { closingAll } from '../../src/testing/target-case.js';
import { Clients } from './clients.js';

/** Where the suite finds the reference service. */
export interface ReferenceTarget extends ContractTarget {
  /** The path of the `CommandTransport` socket; a deployed reference service has none. */
  readonly commands?: string;
  /** Which of this project's engines it is, where it is one. */
  readonly engine?: EngineName;
  /** What the service has logged of late, and what runs it. */
  log?(): string;
}

/** The app on Node with the embedded Fanout, or with a Pushpin; the Wasm on Viceroy with a Pushpin. */
export type EngineName = 'embedded' | 'pushpin' | 'compute';

/** One thing that holds for every engine. It rejects with what was expected and what was found. */
export interface ContractCase {
  readonly name: string;
  /** What the target must have, or the case doesn't apply. */
  readonly needs?: 'commands';
  run(target: ReferenceTarget): Promise<void>;
}

/** The channel that all paths of the reference service subscribe to. */
export const CHANNEL = 'test';

/** A case that gets clients, and leaves none of them open however it ends. */
export function contractCase(
  name: string,
  run: (clients: Clients) => Promise<void>,
  needs?: 'commands',
): ContractCase {
  return { name, ...(needs && { needs }), run: (target) => closingAll(new Clients(target), run) };
}
