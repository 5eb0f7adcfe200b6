import { type Context, Hono } from 'hono';
import type { DependencyContainer } from 'tsyringe';
import { resolveTransports, type TransportOption, type TransportOptions } from './container.js';
import { ConfigurationError, ProtocolError } from './errors.js';
import type { FanoutEnv } from './fanout-env.js';
import { type FanoutHandoffOptions, fanoutHandoff, methodNotAllowed } from './middleware/fanout-handoff.js';
import { checkChannels } from './protocol/channel.js';
import type { ChannelNames, ChannelSubscriber } from './transports/channel-subscriber.js';
import { LongPollTransport } from './transports/long-poll-transport.js';
import { SseTransport } from './transports/sse-transport.js';
import { StreamTransport } from './transports/stream-transport.js';
import { WebSocketTransport } from './transports/websocket-transport.js';

export interface FanoutOptions<T extends readonly ChannelSubscriber[] = readonly ChannelSubscriber[]>
  extends Omit<FanoutHandoffOptions, 'upgrade'> {
  /** What clients are subscribed to; 1 to 20 names, or a function that finds them for a request. */
  readonly channels?: ChannelNames | ((c: Context<FanoutEnv>) => ChannelNames | Promise<ChannelNames>);
  /** By default the four of this package. */
  readonly transports?: TransportOptions<T>;
  /** Where transports get their dependencies from. Transports registered in it are mounted as well. */
  readonly container?: DependencyContainer;
}

const TRANSPORTS: readonly TransportOption[] = [
  WebSocketTransport,
  SseTransport,
  StreamTransport,
  LongPollTransport,
];

/**
 * A Hono app to mount into yours: for every transport a route that runs the handoff first. Requests for other
 * paths fall through.
 *
 * @throws ConfigurationError when the settings can't work.
 * @example
 * app.route('/live/:room', fanout({ channels: (c) => [`room-${c.req.param('room')}`] }));
 */
export function fanout<T extends readonly ChannelSubscriber[]>(
  options: FanoutOptions<T> = {},
): Hono<FanoutEnv> {
  const { transports = TRANSPORTS, channels, container, ...handoff } = options;
  if (Array.isArray(channels)) checkAtOnce(channels);

  const app = new Hono<FanoutEnv>();
  const mounted = resolveTransports(transports, container);
  if (mounted.length === 0) throw new ConfigurationError('Expected at least one transport, found none.');
  for (const transport of mounted) {
    if (transport.channels === undefined && channels === undefined) {
      throw new ConfigurationError(
        `The transport ${transport.name} has no channels, and the mount has none.`,
      );
    }
    app.all(transport.path, fanoutHandoff({ ...handoff, upgrade: transport.upgrade }), (c) =>
      subscribe(c, transport, channels),
    );
  }
  return app;
}

async function subscribe(
  c: Context<FanoutEnv>,
  transport: ChannelSubscriber,
  mountChannels: FanoutOptions['channels'],
): Promise<Response> {
  if (transport.upgrade === undefined && c.req.method !== 'GET')
    return methodNotAllowed(c, c.var.fanoutLogger);
  try {
    const opening = transport.isOpening === undefined || (await transport.isOpening(c));
    if (!opening) return await transport.subscribe(c, []);
    const names = transport.channels
      ? await transport.channels(c)
      : typeof mountChannels === 'function'
        ? await mountChannels(c)
        : (mountChannels ?? []);
    return await transport.subscribe(c, checkChannels(names));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return c.text(`${error.message}\n`, 400);
  }
}

function checkAtOnce(channels: ChannelNames): void {
  try {
    checkChannels(channels);
  } catch (cause) {
    throw new ConfigurationError(cause instanceof Error ? cause.message : 'Bad channels.', { cause });
  }
}
