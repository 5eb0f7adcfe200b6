/** One parameter of a header value; one without a value, or with nothing in quotation marks, has none. */
export type Parameter = readonly [name: string, value: string | undefined];

/** The parts of a header value, at the commas that are not inside quotation marks. */
export function splitHeader(value: string): string[] {
  const parts: string[] = [];
  let start = 0;
  while (start < value.length) {
    const end = endOfPart(value, start);
    parts.push(value.slice(start, end).trim());
    start = end + 1;
  }
  return parts;
}

/** An unterminated quotation mark takes in all that follows, as it does in Pushpin. */
function endOfPart(value: string, start: number): number {
  let quoted = false;
  for (let index = start; index < value.length; index += 1) {
    const char = value[index];
    if (quoted && char === '\\') index += 1;
    else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) return index;
  }
  return value.length;
}

/**
 * The first part as it is, then the parameters: `a=b; c; d="e;f"` gives `a=b` and `[['c', undefined], ['d', 'e;f']]`.
 * `undefined` when a quoted value has no end.
 */
export function parseValueWithParameters(
  text: string,
): { value: string; parameters: Parameter[] } | undefined {
  const semicolon = text.indexOf(';');
  if (semicolon < 0) return { value: text.trim(), parameters: [] };
  const parameters = parseParameters(text.slice(semicolon + 1));
  return parameters && { value: text.slice(0, semicolon).trim(), parameters };
}

/** Every part as a parameter; `undefined` when a quoted value has no end. */
export function parseParameters(text: string): Parameter[] | undefined {
  const parameters: Parameter[] = [];
  let position = 0;
  while (position < text.length) {
    const stop = text.slice(position).search(/[=;]/);
    const end = stop < 0 ? text.length : position + stop;
    const name = text.slice(position, end).trim();
    if (text[end] !== '=') {
      parameters.push([name, undefined]);
      position = end + 1;
      continue;
    }
    let value: string | undefined;
    let behind = end + 1;
    if (text[behind] === '"') {
      const quoted = readQuoted(text, behind);
      if (quoted === undefined) return undefined;
      ({ value, behind } = { ...quoted, value: quoted.value || undefined });
      behind = indexOrEnd(text, ';', behind);
    } else {
      behind = indexOrEnd(text, ';', behind);
      value = text.slice(end + 1, behind).trim();
    }
    parameters.push([name, value]);
    position = behind + 1;
  }
  return parameters;
}

/** The value of a parameter, found without regard to case; empty where it has none. */
export function parameter(parameters: readonly Parameter[], name: string): string | undefined {
  const found = parameters.find(([each]) => each.toLowerCase() === name);
  return found && (found[1] ?? '');
}

function readQuoted(text: string, start: number): { value: string; behind: number } | undefined {
  let value = '';
  for (let index = start + 1; index < text.length; index += 1) {
    const char = text[index];
    if (char === '"') return { value, behind: index + 1 };
    if (char === '\\') index += 1;
    value += text[index] ?? '';
  }
  return undefined;
}

function indexOrEnd(text: string, char: string, from: number): number {
  const index = text.indexOf(char, from);
  return index < 0 ? text.length : index;
}
