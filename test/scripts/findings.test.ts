import { describe, expect, it } from 'vitest';
import { type Facts, findings, report } from '../../scripts/doctor/findings.js';

const ALL: Facts = {
  node: 'v20.20.2',
  pushpin: 'pushpin 1.36.0\n',
  condure: true,
  zurl: true,
  ps: true,
  viceroy: 'viceroy 0.22.0\n',
  cargo: true,
  fastly: 'Fastly CLI version v16.1.0 (4d64ad67)\n',
  ports: [
    { port: 7676, purpose: 'clients', isFree: true },
    { port: 5561, purpose: 'publishing', isFree: true },
  ],
  wasmBuilt: 2,
  sourcesChanged: 1,
};

function without(facts: Partial<Facts>): ReturnType<typeof findings> {
  return findings({ ...ALL, ...facts }).filter(({ state }) => state !== 'ok');
}

describe('findings', () => {
  it('has nothing to say where all is there', () => {
    expect(without({})).toEqual([]);
    expect(report(findings(ALL))).toContain('ok       Pushpin        1.36.0\n');
  });

  it.each<[Partial<Facts>, string, string, string | undefined]>([
    [{ node: 'v18.19.0' }, 'Node', 'missing', 'brew install node'],
    [{ pushpin: undefined }, 'Pushpin', 'missing', 'brew install pushpin'],
    [{ pushpin: 'pushpin 1.35.0' }, 'Pushpin', 'missing', 'brew install pushpin'],
    [{ pushpin: 'pushpin' }, 'Pushpin', 'missing', 'brew install pushpin'],
    [{ zurl: false }, 'zurl', 'missing', 'sudo apt-get install -y zurl'],
    [{ viceroy: undefined }, 'Viceroy', 'missing', 'cargo install --locked --version 0.22.0 viceroy'],
    [{ viceroy: 'viceroy 0.13.0' }, 'Viceroy', 'missing', 'cargo install --locked --version 0.22.0 viceroy'],
    [{ ps: false }, 'ps', 'missing', 'sudo apt-get install -y procps'],
    [{ wasmBuilt: undefined }, 'bin/main.wasm', 'missing', 'npm run build'],
    [{ sourcesChanged: 3 }, 'bin/main.wasm', 'note', 'npm run build'],
    [{ fastly: undefined }, "Fastly's CLI", 'note', 'npm install'],
    [{ ports: [{ port: 7676, purpose: 'clients', isFree: false }] }, 'Port 7676', 'note', undefined],
    [
      { ports: [{ port: 5561, purpose: 'publishing', isFree: false }] },
      'Port 5561',
      'note',
      'brew services stop pushpin',
    ],
  ])('of %j', (facts, name, state, macos) => {
    const found = without(facts);
    expect(found).toMatchObject([{ name, state }]);
    expect(found[0]?.mend?.macos).toBe(macos);
  });

  it('asks for condure and zurl only where Pushpin needs them', () => {
    expect(without({ pushpin: 'pushpin 1.41.0', condure: false, zurl: false })).toEqual([]);
    expect(without({ pushpin: undefined, condure: false, zurl: false })).toHaveLength(1);
  });

  it('gets Rust first where it is missing', () => {
    const [viceroy] = without({ viceroy: undefined, cargo: false });
    expect(viceroy?.mend?.debian).toMatch(/rustup.*&& ~\/\.cargo\/bin\/cargo install/);
    expect(report(without({ viceroy: undefined, cargo: false }))).toMatch(
      /^missing {2}Viceroy {2}not found\n +Debian, Ubuntu: .*\n +macOS: .*\n$/,
    );
  });
});
