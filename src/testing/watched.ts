/** In milliseconds. It only keeps a broken engine from hanging the suite: no case is meant to come near it. */
export const DEADLINE = 20_000;

/** Something that changes, and can be waited for. */
export class Watched {
  readonly #observers = new Set<() => void>();

  changed(): void {
    for (const look of [...this.#observers]) look();
  }

  /**
   * Resolves with the first thing that `find` finds.
   *
   * @param arrived what there is so far, for the error after the deadline.
   */
  until<T>(
    what: string,
    find: () => T | undefined,
    arrived: () => string,
    deadline: number = DEADLINE,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        this.#observers.delete(look);
        end();
      };
      const look = () => {
        try {
          const found = find();
          if (found !== undefined) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`Waited ${deadline} ms for ${what}; ${arrived()}.`))),
        deadline,
      );
      this.#observers.add(look);
      look();
    });
  }
}

/** Enough of a text for an error message. */
export function excerpt(text: string): string {
  const shown = text.length > 300 ? `${text.slice(0, 150)} … ${text.slice(-150)}` : text;
  return `${text.length} characters arrived: ${JSON.stringify(shown)}`;
}
