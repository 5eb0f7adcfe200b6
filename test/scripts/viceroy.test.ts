import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { localManifest } from '../../scripts/engines/viceroy.js';

const manifest = await readFile(new URL('../../fastly.toml', import.meta.url), 'utf8');

describe('localManifest', () => {
  it('moves the backend self to another port and leaves the rest as it is', () => {
    const lines = manifest.split('\n');
    const changed = localManifest(manifest, 28_000)
      .split('\n')
      .filter((line, index) => line !== lines[index]);
    expect(changed).toEqual(['url = "http://localhost:28000/"', 'override_host = "localhost:28000"']);
  });

  it('leaves other backends alone', () => {
    const other = '[local_server.backends.other]\nurl = "http://localhost:1/"\n';
    const moved = localManifest(`${other}${manifest}\n${other}`, 28_000);
    expect(moved.split(other)).toHaveLength(3);
  });

  it('refuses a manifest without that backend', () => {
    expect(() => localManifest('[local_server.backends.other]\nurl = "http://localhost:1/"\n', 1)).toThrow(
      'local_server.backends.self',
    );
    expect(() =>
      localManifest('[local_server.backends.self]\n[a]\nurl = "http://localhost:1/"\n', 1),
    ).toThrow('local_server.backends.self');
  });
});
