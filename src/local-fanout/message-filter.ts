import { ProtocolError } from '../errors.js';

/** What filters read. */
export interface FilterContext {
  /** Of the connection. */
  readonly subscriptionMeta: Readonly<Record<string, string | undefined>>;
  /** Of the message. */
  readonly publishMeta?: Readonly<Record<string, string>>;
  /** For each channel of the connection the id of its last message, where it is known. */
  readonly lastIds?: ReadonlyMap<string, string | undefined>;
}

interface Filter {
  /** Changes what is published: both sides then have to agree on it. */
  readonly changesContent?: boolean;
  /** Is applied to the service's own response as well. */
  readonly changesResponse?: boolean;
  readonly accepts?: (context: FilterContext) => boolean;
  readonly apply?: (content: Buffer, context: FilterContext) => Buffer;
}

const FILTERS: Readonly<Record<string, Filter>> = {
  'skip-self': {
    accepts: ({ subscriptionMeta: { user }, publishMeta }) => !user || publishMeta?.['sender'] !== user,
  },
  'skip-users': {
    accepts: ({ subscriptionMeta: { user }, publishMeta }) =>
      !user ||
      !(publishMeta?.['skip_users'] ?? '')
        .split(',')
        .map((each) => each.trim())
        .includes(user),
  },
  'require-sub': {
    accepts: ({ publishMeta, lastIds }) => {
      const required = publishMeta?.['require_sub'];
      return !required || (lastIds?.has(required) ?? false);
    },
  },
  'build-id': { changesContent: true, changesResponse: true, apply: buildId },
  'var-subst': {
    changesContent: true,
    apply: (content, { subscriptionMeta }) =>
      substitute(content, 's', (name) => variable(subscriptionMeta, name)),
  },
};

/** The filters that Fanout tells the service about. */
export const FILTER_NAMES: readonly string[] = Object.keys(FILTERS);

/** False when a filter keeps the message from the connection. Unknown filters do nothing. */
export function acceptedBy(names: readonly string[], context: FilterContext): boolean {
  return names.every((name) => filter(name)?.accepts?.(context) ?? true);
}

/**
 * What the filters make of content.
 *
 * @throws ProtocolError when one can't be applied.
 */
export function filtered(content: Buffer, names: readonly string[], context: FilterContext): Buffer {
  return names.reduce((result, name) => filter(name)?.apply?.(result, context) ?? result, content);
}

/** Those that change what is published. */
export function contentFilters(names: readonly string[]): string[] {
  return names.filter((name) => filter(name)?.changesContent);
}

/** Those that are applied to the service's own response. */
export function responseFilters(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => filter(name)?.changesResponse);
}

function filter(name: string): Filter | undefined {
  return Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
}

/** Puts ids made of the last ids of all channels where the content has `%I`, and given ones for `%(id)I`. */
function buildId(content: Buffer, { subscriptionMeta, lastIds = new Map() }: FilterContext): Buffer {
  const format = subscriptionMeta['id_format'];
  if (format === undefined) throw new ProtocolError(`build-id: no sub meta 'id_format'`);
  const encoding = subscriptionMeta['id_encoding'];
  if (encoding !== undefined && encoding !== 'hex') throw new ProtocolError('build-id: unsupported encoding');
  const own =
    lastIds.size === 0
      ? undefined
      : substitute(Buffer.from(format), 's', (name) =>
          variable(Object.fromEntries(lastIds), name),
        ).toString();
  return substitute(content, 'I', (argument) => {
    const id = argument ?? own;
    if (id === undefined) throw new ProtocolError('build-id: no id given, and none known');
    return encoding === 'hex' ? Buffer.from(id).toString('hex') : id;
  });
}

function variable(values: Readonly<Record<string, string | undefined>>, name: string | undefined): string {
  if (name === undefined) throw new ProtocolError(`Directive 's' requires argument`);
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) throw new ProtocolError('No such variable');
  return value;
}

const DIRECTIVE = /%(?:%|\(((?:\\[\s\S]|[^\\)])*)\)([\s\S])|([\s\S])|$)/g;

/** Replaces `%d` and `%(argument)d` for the one directive `d`; `%%` stands for a percent sign. */
function substitute(content: Buffer, directive: string, value: (argument?: string) => string): Buffer {
  const source = content.toString('latin1');
  let text = '';
  let position = 0;
  // One by one, unlike `replace`: text full of `%(` would be searched to its end for each of them.
  for (const { 0: match, 1: argument, 2: long, 3: short, index } of source.matchAll(DIRECTIVE)) {
    text += source.slice(position, index);
    position = index + match.length;
    if (match === '%%') text += '%';
    else if ((long ?? short) !== directive) throw new ProtocolError('Unknown directive');
    else {
      const given = argument?.replace(/\\([\s\S])/g, '$1');
      text += Buffer.from(value(given && Buffer.from(given, 'latin1').toString())).toString('latin1');
    }
  }
  return Buffer.from(text + source.slice(position), 'latin1');
}
