import { describe, expect, it } from 'vitest';
import {
  isAtLeast,
  parseVersion,
  pushpinConfig,
  pushpinServices,
  type Version,
} from '../../scripts/engines/pushpin-config.js';

const OPTIONS = {
  folder: '/tmp/folder',
  host: '127.0.0.1',
  port: 7677,
  publishPort: 5561,
  issuer: 'viceroy',
  key: 'secret',
};

describe('parseVersion', () => {
  it.each<[string, Version | undefined]>([
    ['pushpin 1.36.0\n', [1, 36, 0]],
    ['pushpin 2.0.0-dev', [2, 0, 0]],
    ['viceroy 0.22.0', [0, 22, 0]],
    ['v20.20.2', [20, 20, 2]],
    ['Fastly CLI version v16.1.0 (4d64ad67)\nBuilt with go version go1.26.8', [16, 1, 0]],
    ['1.40', [1, 40, 0]],
    ['no version', undefined],
    ['', undefined],
  ])('of %j', (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });
});

describe('isAtLeast', () => {
  it.each<[Version, Version, boolean]>([
    [[1, 36, 0], [1, 36, 0], true],
    [[1, 36, 1], [1, 36, 0], true],
    [[1, 9, 9], [1, 36, 0], false],
    [[2, 0, 0], [1, 40, 1], true],
    [[0, 99, 99], [1, 0, 0], false],
  ])('%j is at least %j: %j', (version, other, expected) => {
    expect(isAtLeast(version, other)).toBe(expected);
  });
});

describe('pushpinConfig', () => {
  it.each<[Version, string]>([
    [[1, 36, 0], 'condure,zurl,pushpin-proxy,pushpin-handler'],
    [[1, 37, 0], 'condure,zurl,pushpin-proxy,pushpin-handler'],
    [[1, 38, 0], 'condure,pushpin-proxy,pushpin-handler'],
    [[1, 39, 1], 'condure,pushpin-proxy,pushpin-handler'],
    [[1, 40, 0], 'connmgr,proxy,handler'],
    [[1, 41, 0], 'connmgr,proxy,handler'],
    [[2, 0, 0], 'connmgr,proxy,handler'],
  ])('names the services of %j', (version, services) => {
    expect(pushpinServices(version).join(',')).toBe(services);
    const config = pushpinConfig(version, OPTIONS);
    expect(config).toContain(`\n[runner]\nservices=${services}\n`);
    expect(config.includes('zurl_out_specs=ipc://{rundir}/{ipc_prefix}zurl-in\n')).toBe(
      services.includes('zurl'),
    );
  });

  it('listens on two ports of the loopback address, and on sockets in its folder', () => {
    const config = pushpinConfig([1, 36, 0], OPTIONS);
    expect(config).not.toContain('tcp://');
    expect(config).toContain('http_port=127.0.0.1:7677\n');
    expect(config).toContain('push_in_http_addr=127.0.0.1\npush_in_http_port=5561\n');
    expect(config).toContain('rundir=/tmp/folder/run\n');
    expect(config).toContain('logdir=/tmp/folder/log\n');
    expect(config).toContain('routesfile=/tmp/folder/routes\n');
  });

  it('limits what is published by the name that old versions read and by the one that new ones do', () => {
    const config = pushpinConfig([1, 41, 0], OPTIONS);
    expect(config).toContain('push_in_max_body_size=65536\n');
    expect(config).toContain('push_in_http_max_body_size=65536\n');
  });

  it('takes other settings, and more', () => {
    const config = pushpinConfig([1, 36, 0], {
      ...OPTIONS,
      settings: { handler: { message_rate: 100_000 }, proxy: { debug: true } },
    });
    expect(config).toContain('message_rate=100000\n');
    expect(config).not.toContain('message_rate=2500');
    expect(config).toMatch(/\[proxy\]\n(?:.+\n)*debug=true\n/);
  });
});
