import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Farewell, MIX } from './clients.js';
import type { Ledger } from './ledger.js';

/** Of so many of each transport one stays all the time. */
const STAYING = 4;
/** Seconds that the others stay; less in a run that is short. */
const LEAST_STAY = 10;
const MOST_STAY = 120;
const FAREWELLS: readonly Farewell[] = ['close', 'close', 'destroy', 'silence'];
/** The part of the run in which the first ones come. */
const ARRIVAL = 0.1;

/** Clients who come and go; for each that goes another of its transport comes. */
export class Population {
  /** How many are connected. */
  present = 0;
  /** How many ever were. */
  connected = 0;
  readonly #url: string;
  readonly #ledger: Ledger;
  readonly #size: number;
  readonly #duration: number;
  readonly #over = new AbortController();
  #places: Promise<void>[] = [];

  /** @param duration of the run, in seconds. */
  constructor(url: string, ledger: Ledger, size: number, duration: number) {
    this.#url = url;
    this.#ledger = ledger;
    this.#size = size;
    this.#duration = duration;
    setMaxListeners(size, this.#over.signal);
  }

  start(): void {
    this.#places = Array.from({ length: this.#size }, (_, index) => this.#occupy(index));
  }

  /** All have got what was published, and go. */
  async end(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#places);
  }

  async #occupy(index: number): Promise<void> {
    const { signal } = this.#over;
    await this.#sleep((this.#duration * ARRIVAL * index) / this.#size);
    while (!signal.aborted) {
      const client = createClient(MIX[index % MIX.length] as (typeof MIX)[number], this.#url, this.#ledger);
      try {
        await client.open();
      } catch (error) {
        this.#ledger.problem('not connected', error instanceof Error ? error.message : String(error));
        await this.#sleep(1);
        continue;
      }
      this.present += 1;
      this.connected += 1;
      const most = Math.min(MOST_STAY, this.#duration / 3);
      const least = Math.min(LEAST_STAY, most);
      const stays =
        Math.floor(index / MIX.length) % STAYING === 0
          ? this.#duration
          : least + Math.random() * (most - least);
      await this.#sleep(stays);
      const farewell = signal.aborted
        ? 'close'
        : (FAREWELLS[Math.floor(Math.random() * FAREWELLS.length)] as Farewell);
      // Who says goodbye has seen everything before; nobody knows what the others have seen.
      if (farewell === 'close') await client.caughtUp();
      await client.leave(farewell);
      this.present -= 1;
    }
  }

  /** In seconds; shorter when all is over. */
  async #sleep(seconds: number): Promise<void> {
    await sleep(seconds * 1000, undefined, { signal: this.#over.signal }).catch(() => undefined);
  }
}
