import { ProtocolError } from '../errors.js';

/** An object of a JSON document whose fields are read with their types checked. */
export class JsonFields {
  readonly #where: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  /** @throws ProtocolError when `value` is not an object. `where` names it in messages. */
  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ProtocolError(`${where} is not an object`);
    }
    this.#fields = value as Record<string, unknown>;
    this.#where = where;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name);
  }

  string(name: string): string | undefined {
    return this.#read(name, (value) => typeof value === 'string') as string | undefined;
  }

  boolean(name: string): boolean | undefined {
    return this.#read(name, (value) => typeof value === 'boolean') as boolean | undefined;
  }

  /** A whole number within bounds. */
  integer(name: string, least: number, most: number): number | undefined {
    const value = this.#read(name, Number.isInteger) as number | undefined;
    if (value !== undefined && (value < least || value > most)) throw this.wrong(name, 'invalid value');
    return value;
  }

  list(name: string): readonly unknown[] | undefined {
    return this.#read(name, Array.isArray) as unknown[] | undefined;
  }

  strings(name: string): readonly string[] | undefined {
    const list = this.list(name);
    if (list?.some((each) => typeof each !== 'string')) throw this.wrong(name, 'a value of wrong type');
    return list as string[] | undefined;
  }

  /** An object whose values are strings. */
  stringMap(name: string): Readonly<Record<string, string>> | undefined {
    const map = this.object(name);
    return map && Object.fromEntries(map.names().map((key) => [key, map.string(key) as string]));
  }

  object(name: string): JsonFields | undefined {
    return this.has(name) ? new JsonFields(this.#fields[name], `'${name}' of ${this.#where}`) : undefined;
  }

  names(): string[] {
    return Object.keys(this.#fields);
  }

  /** Header fields, given as an object or as a list of pairs. */
  headers(name: string): [string, string][] {
    if (!Array.isArray(this.#fields[name])) return Object.entries(this.stringMap(name) ?? {});
    return (this.list(name) ?? []).map((pair) => {
      if (!Array.isArray(pair) || pair.length !== 2 || pair.some((each) => typeof each !== 'string')) {
        throw this.wrong(name, 'an element that is not a pair of strings');
      }
      return pair as [string, string];
    });
  }

  /** Bytes, given as text or as Base64 in the field named `…-bin`, which goes first. */
  bytes(name: string): Buffer | undefined {
    const base64 = this.string(`${name}-bin`);
    if (base64 !== undefined) return Buffer.from(base64, 'base64');
    const text = this.string(name);
    return text === undefined ? undefined : Buffer.from(text);
  }

  wrong(name: string, what: string): ProtocolError {
    return new ProtocolError(`${this.#where} contains '${name}' with ${what}`);
  }

  missing(names: string): ProtocolError {
    return new ProtocolError(`${this.#where} does not contain ${names}`);
  }

  #read(name: string, fits: (value: unknown) => boolean): unknown {
    if (!this.has(name)) return undefined;
    const value = this.#fields[name];
    if (!fits(value)) throw this.wrong(name, 'wrong type');
    return value;
  }
}

/** What GRIP knows and the embedded Fanout doesn't do: it is named, never ignored. */
export class UnsupportedError extends ProtocolError {
  constructor(what: string) {
    super(`the embedded Fanout does not support ${what}`);
  }
}
