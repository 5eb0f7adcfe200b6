import { Clients } from './clients.js';
import type { ContractTarget } from './contract-target.js';

/** One thing that holds for a target. It rejects with what was expected and what was found. */
export interface TargetCase<T extends ContractTarget = ContractTarget> {
  readonly name: string;
  run(target: T): Promise<void>;
}

/** Where on the target a transport is. */
export interface TransportPlace {
  /** A path of the transport, without parameters. */
  readonly path: string;
  /** A channel that clients of the path are subscribed to. */
  readonly channel: string;
}

/** A case that gets clients, and leaves none of them open however it ends. */
export function targetCase<T extends ContractTarget = ContractTarget>(
  name: string,
  run: (clients: Clients<T>) => Promise<void>,
): TargetCase<T> {
  return { name, run: (target) => closingAll(new Clients(target), run) };
}

export async function closingAll<C extends { close(): Promise<void> }>(
  clients: C,
  run: (clients: C) => Promise<void>,
): Promise<void> {
  try {
    await run(clients);
  } finally {
    await clients.close();
  }
}
