import { Watched } from '../../src/testing/watched.js';

/** How many problems of a kind are told in full. */
const TOLD = 3;

/** What was published, and what went wrong with it. */
export class Ledger {
  /** The number of the last message whose publishing began. */
  last = 0;
  /** Numbers that reached a client. */
  deliveries = 0;
  readonly #problems = new Map<string, string[]>();

  problem(kind: string, what: string): void {
    const known = this.#problems.get(kind) ?? [];
    this.#problems.set(kind, [...known, what]);
  }

  /** Each kind of problem with how often there was one, and the first of them. */
  problems(): string[] {
    return [...this.#problems].map(
      ([kind, all]) => `${kind}: ${all.length} times; ${all.slice(0, TOLD).join('; ')}`,
    );
  }
}

/** The numbers that one client gets while it is subscribed: each, once, in order. */
export class Sequence {
  readonly #ledger: Ledger;
  readonly #who: string;
  readonly #watched = new Watched();
  #first: number | undefined;
  #last: number | undefined;

  constructor(ledger: Ledger, who: string) {
    this.#ledger = ledger;
    this.#who = who;
  }

  /** It is known to be subscribed: what is published from now on must arrive; what is under way may. */
  subscribed(): void {
    this.#first = this.#ledger.last + 1;
  }

  take(text: string): void {
    const number = Number(text);
    const last = this.#last;
    if (!Number.isInteger(number) || number < 1 || number > this.#ledger.last) {
      return this.#problem('not published', `got ${JSON.stringify(text.slice(0, 50))}`);
    }
    this.#ledger.deliveries += 1;
    if (last !== undefined && number <= last) this.#problem('repeated', `got ${number} after ${last}`);
    else if (last !== undefined && number > last + 1) this.#problem('lost', `got ${number} after ${last}`);
    else if (last === undefined && this.#first !== undefined && number > this.#first) {
      this.#problem('lost', `got ${number} first, not ${this.#first}`);
    }
    this.#last = Math.max(number, last ?? 0);
    this.#watched.changed();
  }

  /** Resolves once all that was published until now has arrived. */
  async caughtUp(): Promise<void> {
    const until = this.#ledger.last;
    const arrived = () => (until === 0 || (this.#last ?? (this.#first ?? 0) - 1) >= until ? true : undefined);
    const describe = () => `last was ${this.#last}`;
    await this.#watched.until(`number ${until}`, arrived, describe, 60_000).catch(() => {
      this.#problem('lost', `${until} never came, ${describe()}`);
    });
  }

  #problem(kind: string, what: string): void {
    this.#ledger.problem(kind, `${this.#who} ${what}`);
  }
}
