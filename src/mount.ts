import { type Context, Hono } from 'hono';
import type { DependencyContainer } from 'tsyringe';
import { resolveTransports, type TransportOptions } from './container.js';
import { AuthorizationError, ConfigurationError, ProtocolError } from './errors.js';
import type { FanoutEnv } from './fanout-env.js';
import { isNextLink, limitLife, resumedChannels, type SecretSource } from './hold-life.js';
import { type AdmissionOptions, isOriginAllowed, refusal } from './middleware/admission.js';
import { type FanoutHandoffOptions, fanoutHandoff, methodNotAllowed } from './middleware/fanout-handoff.js';
import { keepProof } from './middleware/proof-of-handoff.js';
import { platformOf } from './platform.js';
import { type Channel, checkChannels } from './protocol/channel.js';
import { checkNotDerived } from './protocol/derived-channel.js';
import { checkNotPrivate, userChannel } from './protocol/private-channel.js';
import type { ChannelNames, ChannelSubscriber } from './transports/channel-subscriber.js';

/** Finds the channels for a request. */
type FindChannels = (c: Context<FanoutEnv>) => ChannelNames | Promise<ChannelNames>;

/** What a mount does for whom, whatever its transports. */
export interface MountOptions extends Omit<FanoutHandoffOptions, 'upgrade'> {
  /**
   * What clients are subscribed to: names, or a function that finds them for a request and may return none (403). At
   * most 20; 10 for streams and server-sent events, which take two of Fanout's for each.
   */
  readonly channels?: ChannelNames | FindChannels;
  /**
   * Who the client is, where that is known: what it opens, by whatever transport, listens to `userChannel(user)` as
   * well, so that the user can be reached, or cut off, everywhere at once. It takes one of the channels.
   */
  readonly user?: (c: Context<FanoutEnv>) => string | undefined | Promise<string | undefined>;
  /** Where transports get their dependencies from. Transports registered in it are mounted as well. */
  readonly container?: DependencyContainer;
  /** Signs the links by which streams go on whose right to listen expires; needed for those only. */
  readonly secret?: SecretSource;
}

/**
 * As `fanout()`, with no transports but those that are named: only these are in the bundle.
 *
 * @throws ConfigurationError when the settings can't work.
 * @example
 * app.route('/live', mount([SseTransport, { use: SseTransport, path: '/notes', keepAlive: 30 }], { channels: ['a'] }));
 */
export function mount<T extends readonly ChannelSubscriber[]>(
  transports: TransportOptions<T>,
  options: MountOptions = {},
): Hono<FanoutEnv> {
  const { channels, user, container, secret, ...handoff } = options;
  // Those that are the same for all are checked once.
  const given = typeof channels === 'function' ? channels : channels && atOnce(() => checkNames(channels));

  const app = new Hono<FanoutEnv>();
  const mounted = resolveTransports(transports, container);
  if (mounted.length === 0) throw new ConfigurationError('Expected at least one transport, found none.');
  for (const transport of mounted) {
    if (transport.channels === undefined && channels === undefined && user === undefined) {
      throw new ConfigurationError(
        `The transport ${transport.name} has no channels, and the mount has none.`,
      );
    }
    atOnce(() => transport.check?.());
    const mounting = {
      transport,
      channels: transport.channels?.bind(transport) ?? given ?? [],
      user,
      secret,
      admission: handoff,
    };
    const middleware = fanoutHandoff({ ...handoff, upgrade: transport.upgrade });
    // As one handler: with two Hono would compose them in each request.
    app.all(transport.path, async (c) => {
      let answered: Response | undefined;
      const refused = await middleware(c, async () => {
        answered = await answer(c, mounting);
      });
      return refused ?? answered ?? c.notFound();
    });
  }
  return app;
}

/** A transport as it is mounted. */
interface Mount {
  readonly transport: ChannelSubscriber;
  /** Where they are the same for all, they are checked. */
  readonly channels: readonly Channel[] | FindChannels;
  readonly user: MountOptions['user'];
  readonly secret: SecretSource | undefined;
  readonly admission: AdmissionOptions;
}

/** Bytes of a request with WebSocket events: far more than Fanout keeps, and as much as a Wasm reads in reasonable time. */
const MAX_EVENTS_BYTES = 1_000_000;

/** Answers Fanout, and turns what is wrong with a request into a response. */
async function answer(c: Context<FanoutEnv>, mount: Mount): Promise<Response> {
  if (mount.transport.upgrade === undefined) {
    if (c.req.method !== 'GET') return methodNotAllowed(c);
  } else if (Number(c.req.header('Content-Length') ?? 0) > MAX_EVENTS_BYTES) {
    return c.text(`Expected at most ${MAX_EVENTS_BYTES} bytes of events.\n`, 413);
  }
  try {
    return await subscribe(c, mount);
  } catch (error) {
    if (error instanceof ProtocolError) return c.text(`${error.message}\n`, 400);
    if (error instanceof AuthorizationError) return c.text(`${error.message}\n`, error.status);
    throw error;
  }
}

async function subscribe(c: Context<FanoutEnv>, mount: Mount): Promise<Response> {
  const { transport, secret, admission } = mount;
  if (transport.isOpening !== undefined && !(await transport.isOpening(c))) {
    return keepProof(c, await transport.subscribe(c, []));
  }

  if (transport.upgrade === undefined && isNextLink(c)) {
    const resumed = await resumedChannels(c, secret);
    // Without a hold the stream ends. A 4xx would be tried again, with the client waiting.
    if (resumed === undefined) return c.body(null, 200);
    return limitLife(c, await transport.subscribe(c, resumed), resumed, secret);
  }

  // At an origin there was no first pass to ask at. At the edge the host of this pass may be another than the client's.
  if (transport.upgrade !== undefined && platformOf(c) === undefined && !isOriginAllowed(c, admission)) {
    return c.text('Pages of this origin may not open a WebSocket here.\n', 403);
  }
  const refused = await refusal(c, admission);
  if (refused !== undefined) return refused;
  const channels = await channelsOf(c, mount);
  if (channels.length === 0) return c.text('There is no channel for you here.\n', 403);
  return limitLife(c, await transport.subscribe(c, channels), channels, secret);
}

async function channelsOf(c: Context<FanoutEnv>, { channels, user }: Mount): Promise<readonly Channel[]> {
  if (typeof channels !== 'function' && user === undefined) return channels;
  const restore = refuseAbsentParameters(c);
  try {
    const own = typeof channels === 'function' ? checkFound(await channels(c)) : channels;
    const who = await user?.(c);
    return who === undefined ? own : checkChannels([...own, userChannel(who)]);
  } finally {
    restore();
  }
}

function checkFound(names: ChannelNames): readonly Channel[] {
  return names.length === 0 ? [] : checkNames(names);
}

function checkNames(names: ChannelNames): readonly Channel[] {
  const channels = checkChannels(names);
  for (const { name } of channels) {
    checkNotDerived(name);
    checkNotPrivate(name);
  }
  return channels;
}

/**
 * While channels are looked for, asking for a path parameter that isn't there is an error: in a template it would
 * become the channel `room-undefined`, which everyone without a room would share.
 */
function refuseAbsentParameters(c: Context): () => void {
  const { req } = c;
  const original = req.param;
  const read = original.bind(req) as (name?: string) => unknown;
  const strict = (name?: string) => {
    const value = read(name);
    if (value === undefined || value === '') throw new ProtocolError(`The path has no parameter ${name}.`);
    return value;
  };
  req.param = strict as typeof original;
  return () => {
    req.param = original;
  };
}

/** What can be known to be wrong when the app is put together is not left to a request. */
function atOnce<T>(check: () => T): T {
  try {
    return check();
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new ConfigurationError(cause.message, { cause });
  }
}
