import { Clients } from './clients.js';

/** Where the suite finds what it tests. */
export interface ContractTarget {
  /** The base URL that clients connect to. */
  readonly client: string;
  /** The base URL straight to the service, for requests that it must refuse; may equal `client`. */
  readonly service: string;
  /** The full URL of the publish endpoint. */
  readonly publish: string;
  readonly publishHeaders?: Readonly<Record<string, string>>;
  /** The path of the `CommandTransport` socket; a deployed reference service has none. */
  readonly commands?: string;
}

/** One thing that holds for every engine. It rejects with what was expected and what was found. */
export interface ContractCase {
  readonly name: string;
  /** What the target must have, or the case doesn't apply. */
  readonly needs?: 'commands';
  run(target: ContractTarget): Promise<void>;
}

/** The channel that all paths of the reference service subscribe to. */
export const CHANNEL = 'test';

/** A case that gets clients, and leaves none of them open however it ends. */
export function contractCase(
  name: string,
  run: (clients: Clients) => Promise<void>,
  needs?: 'commands',
): ContractCase {
  return {
    name,
    ...(needs && { needs }),
    async run(target) {
      const clients = new Clients(target);
      try {
        await run(clients);
      } finally {
        await clients.close();
      }
    },
  };
}
