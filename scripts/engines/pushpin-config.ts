/** `[major, minor, patch]` */
export type Version = readonly [number, number, number];

/** The first version number in a text, such as what `--version` prints. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch ?? 0)];
}

/** Whether a version is the other or newer. */
export function isAtLeast(version: Version, other: Version): boolean {
  for (const [index, number] of version.entries()) {
    const difference = number - (other[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The programs that a Pushpin consists of, besides its own. Before 1.38 they come from other packages. */
export function pushpinServices(version: Version): readonly string[] {
  if (isAtLeast(version, [1, 40, 0])) return ['connmgr', 'proxy', 'handler'];
  if (isAtLeast(version, [1, 38, 0])) return ['condure', 'pushpin-proxy', 'pushpin-handler'];
  return ['condure', 'zurl', 'pushpin-proxy', 'pushpin-handler'];
}

/** More settings, or others: `{ handler: { message_hwm: 100000 } }`. */
export type PushpinSettings = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

export interface PushpinConfigOptions {
  /** For everything it makes. */
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly publishPort: number;
  /** `sig_iss` and `sig_key`. */
  readonly issuer: string;
  readonly key: string;
  readonly settings?: PushpinSettings | undefined;
}

/**
 * The `pushpin.conf` for a version. It sets all that would clash with another Pushpin on the same machine: apart
 * from the two ports, everything is a socket in the folder.
 */
export function pushpinConfig(version: Version, options: PushpinConfigOptions): string {
  const { folder, host, port, publishPort, issuer, key } = options;
  const services = pushpinServices(version);
  const ipc = (name: string) => `ipc://{rundir}/{ipc_prefix}${name}`;
  const config: PushpinSettings = {
    global: {
      include: '{libdir}/internal.conf',
      rundir: `${folder}/run`,
      ipc_prefix: 'p-', // short, for a socket's path has an end
    },
    runner: {
      services: services.join(','),
      http_port: `${host}:${port}`,
      logdir: `${folder}/log`,
      log_level: 2,
      // With the default of 8192 a longer WebSocket message of a client never arrives.
      client_buffer_size: 131_072,
      client_maxconn: 50_000,
    },
    proxy: {
      routesfile: `${folder}/routes`,
      accept_pushpin_route: true,
      sig_iss: issuer,
      sig_key: key,
      updates_check: 'off',
      ...(services.includes('zurl') && {
        // Debian's internal.conf names a Zurl that runs by itself.
        zurl_out_specs: ipc('zurl-in'),
        zurl_out_stream_specs: ipc('zurl-in-stream'),
        zurl_in_specs: ipc('zurl-out'),
      }),
    },
    handler: {
      push_in_spec: ipc('push'),
      push_in_sub_specs: ipc('push-sub'),
      push_in_http_addr: host,
      push_in_http_port: publishPort,
      // The limit of Fastly's Fanout. Until 1.40 the name without `http` is the one that counts.
      push_in_max_body_size: 65_536,
      push_in_http_max_body_size: 65_536,
      stats_spec: ipc('stats'),
      command_spec: ipc('command'),
      message_rate: 2500,
      message_hwm: 25_000,
      message_wait: 5000,
      id_cache_ttl: 60,
      connection_subscription_max: 20,
      subscription_linger: 60,
      stats_connection_ttl: 120,
      stats_subscription_ttl: 60,
      stats_report_interval: 10,
      stats_format: 'tnetstring',
    },
  };
  return Object.entries(config)
    .map(([section, values]) => {
      const lines = Object.entries({ ...values, ...options.settings?.[section] });
      return `[${section}]\n${lines.map(([name, value]) => `${name}=${value}\n`).join('')}`;
    })
    .join('\n');
}
