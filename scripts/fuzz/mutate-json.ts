import type { Material } from './mutate.js';
import type { Random } from './random.js';

type Container = unknown[] | Record<string, unknown>;

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e21,
  2 ** 31,
  '',
  'hint',
  'close',
  '1000',
  [],
  {},
  [[]],
];

/** Changes the document that the input is or ends in, so that it stays one; `undefined` where there is none. */
export function mutateJson(input: Buffer, random: Random, { tokens, corpus }: Material): Buffer | undefined {
  const start = input.indexOf('{');
  const document = parsed(input.subarray(start));
  if (start < 0 || document === undefined) return undefined;
  const places = placesOf(document);
  const { parent, key } = random.pick(places);
  const other = parsed(random.pick(corpus));
  const name = random.pick(tokens).toString().replace(/"/g, '');
  switch (random.below(6)) {
    case 0:
      set(parent, key, random.pick(VALUES));
      break;
    case 1:
      set(parent, key, name);
      break;
    case 2: {
      const from = random.pick(other === undefined ? places : placesOf(other));
      set(parent, key, structuredClone(get(from.parent, from.key)));
      break;
    }
    case 3:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      break;
    case 4:
      if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
      else set(parent, name, structuredClone(parent[key]));
      break;
    default:
      set(parent, key, random.below(2) === 0 ? [get(parent, key)] : { [name]: get(parent, key) });
  }
  return Buffer.concat([input.subarray(0, start), Buffer.from(JSON.stringify(document[''] ?? null))]);
}

/** The document as the value of a field, so that all of it has a place; `undefined` for what is none. */
function parsed(text: Buffer): Record<string, unknown> | undefined {
  try {
    return { '': JSON.parse(text.toString()) as unknown };
  } catch {
    return undefined;
  }
}

function placesOf(container: Container): { parent: Container; key: string }[] {
  return Object.entries(container).flatMap(([key, value]) => [
    { parent: container, key },
    ...(typeof value === 'object' && value !== null ? placesOf(value as Container) : []),
  ]);
}

function get(parent: Container, key: string): unknown {
  return (parent as Record<string, unknown>)[key];
}

/** As a field of its own, whatever its name. */
function set(parent: Container, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, configurable: true, enumerable: true, writable: true });
}
