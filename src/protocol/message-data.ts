import { ProtocolError } from '../errors.js';
import type { Content } from './publish-item.js';

/** A string and bytes go out as they are, anything else as JSON. */
export type MessageData = string | Uint8Array | object | number | boolean | null;

/**
 * What goes out for data: text, or bytes.
 *
 * @throws ProtocolError for what JSON can't hold, and for bytes in another form than a `Uint8Array`, of which JSON
 * would make `{}`.
 */
export function encodeMessageData(data: MessageData): Content {
  if (typeof data === 'string' || data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    throw new ProtocolError(
      `Expected bytes as a Uint8Array, found a value of type ${data.constructor.name}.`,
    );
  }
  const json = jsonOf(data);
  if (json === undefined) throw new ProtocolError(`The data of a message can't be written as JSON.`);
  return json;
}

/** `undefined` for what JSON can't hold. Nothing is thrown: the engine's own message quotes the names of fields. */
export function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
