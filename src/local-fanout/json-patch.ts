import { applyPatch, type Operation } from 'rfc6902';
import { ProtocolError } from '../errors.js';

/** Characters that a patched document may have: a patch that copies can double it with every step. */
const MAX_DOCUMENT = 1_000_000;

/**
 * A JSON document with changes (RFC 6902). As from Pushpin, its keys come sorted, and a line break at its end stays.
 *
 * @throws ProtocolError when it is no JSON, or can't be changed so.
 */
export function patchJson(body: Buffer, operations: readonly unknown[]): Buffer {
  const text = body.toString();
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null) throw new ProtocolError('no object or list');
    for (const operation of operations as Operation[]) {
      // `length` of a list is no place in the document, though the language has one of that name.
      if (/\/length$/.test(operation.path)) throw new ProtocolError('a path that ends in "length"');
      const [error] = applyPatch(document, [operation]);
      if (error) throw error;
      if (JSON.stringify(document).length > MAX_DOCUMENT) throw new ProtocolError('a document too large');
    }
    return Buffer.from(JSON.stringify(sorted(document)) + (/\r?\n$/.exec(text)?.[0] ?? ''));
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    throw new ProtocolError(
      `failed to apply body-patch: ${error instanceof ProtocolError ? error.message : reason}`,
    );
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
