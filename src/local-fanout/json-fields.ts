import { ProtocolError } from '../errors.js';

/** What GRIP knows and the embedded Fanout doesn't do: it is named, never ignored. */
export class UnsupportedError extends ProtocolError {
  constructor(what: string) {
    super(`the embedded Fanout does not support ${what}`);
  }
}

/** Characters of a name that was given, in a message. */
const MAX_NAME = 64;

/** A name that was given, as a message may have it: in one line, and no longer than a line. */
export function shownName(name: string): string {
  const cut = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}...` : name;
  return cut.replace(/\p{C}/gu, '?');
}

/**
 * An object of a JSON document whose fields are read with their types checked. The messages are Pushpin's own, so that
 * who knows it from there finds the same.
 */
export class JsonFields {
  readonly #where: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  /** @throws ProtocolError when `value` is not an object. `where` names it in messages. */
  constructor(value: unknown, where: string) {
    if (!isObject(value)) throw new ProtocolError(`${where} is not an object`);
    this.#fields = value;
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

  /** A whole number of at least 0. Text, fractions and booleans are made one, as Qt makes them; a word is 0. */
  integer(name: string, most: number = MAX_INTEGER): number | undefined {
    const given = this.#read(name, (value) => /^(?:string|number|boolean)$/.test(typeof value));
    if (given === undefined) return undefined;
    const value =
      typeof given === 'string' && !/^\s*[+-]?\d+\s*$/.test(given) ? 0 : Math.round(Number(given));
    if (value < 0 || value > most) throw this.wrong(name, 'invalid value');
    return value;
  }

  list(name: string): readonly unknown[] | undefined {
    return this.#read(name, Array.isArray) as unknown[] | undefined;
  }

  strings(name: string): readonly string[] | undefined {
    const list = this.list(name);
    if (list?.some((each) => typeof each !== 'string')) {
      throw new ProtocolError(`${name} contains element with wrong type`);
    }
    return list as string[] | undefined;
  }

  /** An object whose values are strings. */
  stringMap(name: string): Readonly<Record<string, string>> | undefined {
    const map = this.#read(name, isObject) as Record<string, unknown> | undefined;
    for (const [key, value] of Object.entries(map ?? {})) {
      if (typeof value !== 'string')
        throw new ProtocolError(`'${name}' contains '${shownName(key)}' with wrong type`);
    }
    return map as Record<string, string> | undefined;
  }

  /** An object of the field, named so in messages. */
  object(name: string, where = `'${name}'`): JsonFields | undefined {
    return this.has(name) ? new JsonFields(this.#fields[name], where) : undefined;
  }

  /** As {@link object}; but what isn't one is a field of wrong type. */
  fields(name: string): JsonFields | undefined {
    return this.#read(name, isObject) === undefined ? undefined : this.object(name);
  }

  names(): string[] {
    return Object.keys(this.#fields);
  }

  /** Header fields, given as an object or as a list of pairs. */
  headers(name: string): [string, string][] {
    const given = this.#read(name, (value) => Array.isArray(value) || isObject(value));
    if (Array.isArray(given)) return given.map(headerPair);
    for (const [key, value] of Object.entries(given ?? {})) {
      if (typeof value !== 'string')
        throw new ProtocolError(`headers contains '${shownName(key)}' with wrong type`);
    }
    return Object.entries((given ?? {}) as Record<string, string>);
  }

  /** Bytes, given as text or as Base64 in the field named `…-bin`, which goes first. */
  bytes(name: string): Buffer | undefined {
    const base64 = this.string(`${name}-bin`);
    // As Qt does it: what isn't of the alphabet is passed over.
    if (base64 !== undefined) return Buffer.from(base64.replace(/[^A-Za-z0-9+/]/g, ''), 'base64');
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

const MAX_INTEGER = 2 ** 31 - 1;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function headerPair(pair: unknown): [string, string] {
  if (!Array.isArray(pair)) throw new ProtocolError('headers contains element with wrong type');
  if (pair.length !== 2) throw new ProtocolError('headers contains list with wrong number of elements');
  const [name, value] = pair as [unknown, unknown];
  if (typeof name !== 'string') throw new ProtocolError('header contains name element with wrong type');
  if (typeof value !== 'string') throw new ProtocolError('header contains value element with wrong type');
  return [name, value];
}
