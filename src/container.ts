import 'reflect-metadata';
import { type DependencyContainer, container as root } from 'tsyringe';
import { ConfigurationError } from './errors.js';
import { CHANNEL_SUBSCRIBER, type ChannelSubscriber } from './transports/channel-subscriber.js';

// From here, since tsyringe throws when it is imported before reflect-metadata, and import sorters put it first.
export { container, type DependencyContainer, inject, injectable } from 'tsyringe';

/** A class of transports; what its constructor takes is injected. */
export type TransportClass<T extends ChannelSubscriber = ChannelSubscriber> = new (
  // biome-ignore lint/suspicious/noExplicitAny: only the container calls it, with what the class asks for
  ...dependencies: any[]
) => T;

/** What of a transport can be set: its properties, and of its methods only `channels`. */
export type TransportSettings<T> = Pick<ChannelSubscriber, 'channels'> & {
  // biome-ignore lint/suspicious/noExplicitAny: any function at all
  readonly [K in keyof T as T[K] extends ((...args: any[]) => any) | undefined ? never : K]?: T[K];
};

/** A class that is used as it is, or with other settings: `{ use: SseTransport, path: '/notes' }`. */
export type TransportOption<T extends ChannelSubscriber = ChannelSubscriber> =
  | TransportClass<T>
  | ({ readonly use: TransportClass<T> } & TransportSettings<NoInfer<T>>);

/** A list of options, each checked against its own class. */
export type TransportOptions<T extends readonly ChannelSubscriber[]> = {
  readonly [Index in keyof T]: TransportOption<T[Index]>;
};

/**
 * Adds a transport to those that a mount finds in the container.
 *
 * A class without constructor arguments needs no decorator. One with dependencies needs `@injectable()` and an
 * `@inject(TOKEN)` on each: the types of arguments are not known in the Wasm.
 *
 * @throws ConfigurationError for a setting that the transport doesn't have, and for a class whose dependencies
 * are declared only by the class it extends; tsyringe would construct it without them.
 * @example
 * registerTransport(container, SseTransport, { path: '/notes', keepAlive: 30 });
 */
export function registerTransport<T extends ChannelSubscriber>(
  container: DependencyContainer,
  use: TransportClass<T>,
  settings: TransportSettings<T> = {},
): void {
  checkDependencies(container, use);
  container.register(CHANNEL_SUBSCRIBER, {
    useFactory: (resolver) => configure(resolver.resolve(use), settings),
  });
}

/** The transports of a mount: its own, then those that the container passed in has. */
export function resolveTransports(
  options: readonly TransportOption[],
  parent: DependencyContainer | undefined,
): ChannelSubscriber[] {
  const container = (parent ?? root).createChildContainer();
  for (const option of options) {
    if (typeof option === 'function') registerTransport(container, option);
    else {
      const { use, ...settings } = option;
      registerTransport(container, use, settings);
    }
  }
  const own = options.length > 0 ? container.resolveAll(CHANNEL_SUBSCRIBER) : [];
  // A registration in the child hides all of its parent's, so the parent is asked by itself.
  const given = parent?.isRegistered(CHANNEL_SUBSCRIBER, true) ? parent.resolveAll(CHANNEL_SUBSCRIBER) : [];
  return [...own, ...given];
}

function configure<T extends ChannelSubscriber>(transport: T, settings: TransportSettings<T>): T {
  for (const name of Object.keys(settings)) {
    const known = Object.keys(transport);
    if (!known.includes(name) && name !== 'channels') {
      throw new ConfigurationError(
        `${transport.constructor.name} has no setting ${name}; it has ${known.join(', ')}.`,
      );
    }
  }
  return Object.assign(transport, settings);
}

/** tsyringe keeps the tokens of `@inject` under this key, for the decorated class alone. */
const INJECTION_TOKENS = 'injectionTokens';

function checkDependencies(container: DependencyContainer, use: TransportClass): void {
  if (Reflect.hasOwnMetadata(INJECTION_TOKENS, use)) return;
  if (use.length > 0 && !container.isRegistered(use, true)) {
    throw new ConfigurationError(
      `${use.name} has dependencies, and must declare them: @inject on each, and @injectable() on the class.`,
    );
  }
  const parent: unknown = Object.getPrototypeOf(use);
  if (typeof parent === 'function' && Reflect.hasMetadata(INJECTION_TOKENS, parent)) {
    throw new ConfigurationError(
      `${use.name} extends ${parent.name}, which has dependencies, and must declare them again: a constructor ` +
        'with @inject on each, and @injectable() on the class.',
    );
  }
}
