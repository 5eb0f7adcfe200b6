import { resolveTransports, type TransportOption } from '../container.js';
import { ConfigurationError } from '../errors.js';

import { startLocalFanout } from '../local-fanout/index.js';
import { type MountOptions, mount } from '../mount.js';
import type { FetchApp } from '../platform.js';
import type { ChannelSubscriber } from '../transports/channel-subscriber.js';
import { channelCases, channelsOf } from './channel-cases.js';
import { deliveryCases } from './delivery-cases.js';
import { pollCases } from './poll-cases.js';
import { publisherCases } from './publisher-cases.js';
import { refusalCases } from './refusal-cases.js';
import { signatureCases } from './signature-cases.js';
import { socketCases } from './socket-cases.js';
import { streamCases } from './stream-cases.js';
import type { TargetCase, TransportPlace } from './target-case.js';

/** One thing that holds for a transport; a test for any runner. */
export interface ContractCase {
  readonly name: string;
  /** Rejects with what was expected, what was found, and what the service logged meanwhile. */
  readonly run: () => Promise<void>;
}

/** What the contract can't know from a class. */
export interface TransportContractOptions {
  /** What the transport makes of a client's connection. */
  readonly holds: 'stream' | 'response' | 'websocket';
  /** The path to test; needed when the transport's has parameters. */
  readonly path?: string;
  /** A channel that clients of the path are subscribed to; needed when the transport names its channels itself. */
  readonly channel?: string;
  /** What every client sends along. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further options of the mount: a container with the transport's dependencies, for example. */
  readonly mount?: Omit<MountOptions, 'channels'>;
}

/**
 * The transport contract: what every transport must do for its clients, as cases for any test runner. Each case
 * mounts the transport alone, on an embedded Fanout of its own, and can run beside the others.
 *
 * @throws ConfigurationError when the path or the channel can't be known without an option.
 * @example
 * import { test } from 'node:test';
 * import { transportContract } from 'hono-fanout/testing';
 * import { JsonLinesTransport } from './json-lines.js';
 *
 * for (const { name, run } of transportContract(JsonLinesTransport, { holds: 'stream' })) test(name, run);
 */
export function transportContract<T extends ChannelSubscriber>(
  transport: TransportOption<T>,
  options: TransportContractOptions,
): ContractCase[] {
  const option = transport as TransportOption;
  const [subscriber] = resolveTransports([option], options.mount?.container);
  if (subscriber === undefined) throw new ConfigurationError('Expected a transport, found none.');
  const place = placeOf(subscriber, options);
  const channels = [place.channel, `${place.channel}-too`];
  const lines: string[] = [];
  const app = mount([option], {
    logger: (record) => lines.push(JSON.stringify(record)),
    ...options.mount,
    channels: (c) => channelsOf(c, channels),
  });
  const cases = [
    ...casesOf(place, options.holds),
    ...(subscriber.channels === undefined ? channelCases(place.path, channels, options.holds) : []),
  ];
  return cases.map(({ name, run }) => ({ name, run: () => runOn(app, run, options.headers, lines) }));
}

function placeOf(transport: ChannelSubscriber, options: TransportContractOptions): TransportPlace {
  const { path = transport.path } = options;
  if (/[:*]/.test(path)) {
    throw new ConfigurationError(
      `The path of ${transport.name} has parameters, ${path}: name one that clients use, as option path.`,
    );
  }
  if (transport.channels !== undefined && options.channel === undefined) {
    throw new ConfigurationError(
      `${transport.name} names its channels itself: say which one clients of ${path} are subscribed to, as option channel.`,
    );
  }
  return { path, channel: options.channel ?? 'contract' };
}

function casesOf(place: TransportPlace, holds: TransportContractOptions['holds']): TargetCase[] {
  const { path } = place;
  return [
    ...(holds === 'websocket'
      ? [...socketCases(place), ...deliveryCases(place, (clients) => clients.webSocket(path))]
      : holds === 'stream'
        ? [...streamCases(place), ...deliveryCases(place, (clients) => clients.stream(path))]
        : pollCases(place)),
    ...publisherCases(place, holds),
    ...refusalCases(path, holds === 'websocket'),
    ...signatureCases(() => [path]),
  ];
}

/** Runs a case on a Fanout of its own. What the service logged says more of why it failed than a client can see. */
async function runOn(
  app: FetchApp,
  run: TargetCase['run'],
  clientHeaders: Readonly<Record<string, string>> = {},
  lines: string[],
): Promise<void> {
  const local = await startLocalFanout(app, { logger: (record) => lines.push(JSON.stringify(record)) });
  const { clientUrl: client, publishUrl: publish } = local;
  try {
    await run({ client, service: client, publish, clientHeaders });
  } catch (error) {
    if (error instanceof Error) error.message += `\nThe service logged:\n${lines.slice(-20).join('\n')}`;
    throw error;
  } finally {
    await local.close();
  }
}
