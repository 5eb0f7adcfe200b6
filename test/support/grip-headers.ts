/** An independent reader of the headers that this package writes, as the proxy would read them. */

export interface ReadChannel {
  readonly name: string;
  readonly filters: readonly string[];
}

/** Cuts at `separator`, but not inside of quotation marks. */
function cut(value: string, separator: string): string[] {
  const parts = [''];
  let quoted = false;
  for (let i = 0; i < value.length; i += 1) {
    const char = value.charAt(i);
    if (quoted && char === '\\') {
      parts[parts.length - 1] += char + value.charAt(i + 1);
      i += 1;
      continue;
    }
    if (char === '"') quoted = !quoted;
    if (char === separator && !quoted) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.trim());
}

export function readChannels(value: string): ReadChannel[] {
  return cut(value, ',').map((part) => {
    const [name = '', ...parameters] = cut(part, ';');
    return { name, filters: parameters.map((each) => each.replace(/^filter=/, '')) };
  });
}

export function readMeta(value: string): Record<string, string> {
  const meta: [string, string][] = cut(value, ',').map((part) => {
    const equals = part.indexOf('=');
    const quoted = part.slice(equals + 1);
    if (!/^".*"$/.test(quoted)) throw new Error(`Not in quotation marks: ${quoted}`);
    return [part.slice(0, equals), quoted.slice(1, -1).replace(/\\(.)/g, '$1')];
  });
  return Object.fromEntries(meta);
}

export interface ReadKeepAlive {
  readonly content: Uint8Array;
  readonly parameters: Readonly<Record<string, string>>;
}

export function readKeepAlive(value: string): ReadKeepAlive {
  const [text = '', ...parameters] = value.split(';').map((part) => part.trim());
  return {
    content: unescapeCString(text),
    parameters: Object.fromEntries(parameters.map((each) => each.split('='))),
  };
}

/** The four escapes that Pushpin knows. */
function unescapeCString(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i += 1) {
    if (text.charAt(i) !== '\\') {
      bytes.push(text.charCodeAt(i));
      continue;
    }
    i += 1;
    const kind = text.charAt(i);
    if (kind === '\\') bytes.push(0x5c);
    else if (kind === 'r') bytes.push(0x0d);
    else if (kind === 'n') bytes.push(0x0a);
    else if (kind === 'x') {
      bytes.push(Number.parseInt(text.slice(i + 1, i + 3), 16));
      i += 2;
    } else throw new Error(`An escape that Pushpin does not know: \\${kind}`);
  }
  return new Uint8Array(bytes);
}

/** `Grip-Channel` without the channels that the framing adds, whose names are made from the others'. */
export function namedChannels({ headers }: Response): string | undefined {
  return headers
    .get('Grip-Channel')
    ?.split(', ')
    .filter((channel) => !/~(?:sse|stream)(?:;|$)/.test(channel))
    .join(', ');
}
