import { isAtLeast, parseVersion, type Version } from '../engines/pushpin-config.js';

/** What was found on this machine. Versions are what the programs print; undefined where there is none. */
export interface Facts {
  readonly node: string;
  readonly pushpin: string | undefined;
  readonly condure: boolean;
  readonly zurl: boolean;
  readonly ps: boolean;
  readonly viceroy: string | undefined;
  readonly cargo: boolean;
  readonly fastly: string | undefined;
  readonly ports: readonly { readonly port: number; readonly purpose: string; readonly isFree: boolean }[];
  /** When the Wasm was built and when a file of the sources was last changed, in milliseconds since 1970. */
  readonly wasmBuilt: number | undefined;
  readonly sourcesChanged: number;
}

export interface Finding {
  readonly name: string;
  /** `missing` is needed; `note` is worth knowing. */
  readonly state: 'ok' | 'note' | 'missing';
  readonly text: string;
  /** The one command that mends it. */
  readonly mend?: { readonly debian: string; readonly macos: string } | undefined;
}

const VICEROY = '0.22.0';

// The doctor runs on a Node, though on one that is too old; Debian's own is older still.
const NODE_INSTALL = { debian: 'sudo npx --yes n lts', macos: 'brew install node' };
const PUSHPIN_INSTALL = { debian: 'sudo apt-get install -y pushpin', macos: 'brew install pushpin' };

/** What each fact means for who wants to build, serve and test. */
export function findings(facts: Facts): Finding[] {
  return [
    program('Node', facts.node, [20, 19, 0], NODE_INSTALL),
    ...pushpin(facts),
    program('Viceroy', facts.viceroy, [0, 14, 0], viceroyInstall(facts.cargo)),
    facts.ps
      ? { name: 'ps', state: 'ok', text: 'found' }
      : missing('ps', 'not found', same('sudo apt-get install -y procps')),
    facts.fastly === undefined
      ? { name: "Fastly's CLI", state: 'note', text: 'not found; it deploys', mend: same('npm install') }
      : { name: "Fastly's CLI", state: 'ok', text: parseVersion(facts.fastly)?.join('.') ?? 'found' },
    ...facts.ports.map(port),
    wasm(facts),
  ];
}

/** What is printed: a line for each finding, and one for each way to mend it. */
export function report(all: readonly Finding[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  return all
    .map(({ name, state, text, mend }) => {
      const line = `${state.padEnd(7)}  ${name.padEnd(width)}  ${text}\n`;
      if (mend === undefined) return line;
      if (mend.debian === mend.macos) return `${line}           ${mend.debian}\n`;
      return `${line}           Debian, Ubuntu:  ${mend.debian}\n           macOS:           ${mend.macos}\n`;
    })
    .join('');
}

function program(name: string, printed: string | undefined, least: Version, mend: Finding['mend']): Finding {
  if (printed === undefined) return missing(name, 'not found', mend);
  const version = parseVersion(printed);
  if (version === undefined) return missing(name, `no version in what it prints: ${printed.trim()}`, mend);
  const text = version.join('.');
  if (isAtLeast(version, least)) return { name, state: 'ok', text };
  return missing(name, `${text} is too old, ${least.join('.')} is needed`, mend);
}

function pushpin(facts: Facts): Finding[] {
  // The first version that signs by ES256.
  const found = [program('Pushpin', facts.pushpin, [1, 36, 0], PUSHPIN_INSTALL)];
  const version = parseVersion(facts.pushpin ?? '');
  if (version === undefined || isAtLeast(version, [1, 38, 0])) return found;
  // Up to there its outer parts are programs, and packages, of their own.
  for (const name of ['condure', 'zurl'] as const) {
    if (!facts[name]) {
      found.push(missing(name, 'not found; this Pushpin needs it', same(`sudo apt-get install -y ${name}`)));
    }
  }
  return found;
}

function viceroyInstall(hasCargo: boolean): Finding['mend'] {
  const install = `install --locked --version ${VICEROY} viceroy`;
  if (hasCargo) return same(`cargo ${install}`);
  return {
    debian: `curl -fsSL https://sh.rustup.rs | sh -s -- -y && ~/.cargo/bin/cargo ${install}`,
    macos: `brew install rust && cargo ${install}`,
  };
}

function port({ port, purpose, isFree }: Facts['ports'][number]): Finding {
  const name = `Port ${port}`;
  if (isFree) return { name, state: 'ok', text: `free, for ${purpose}` };
  const text = `in use; \`npm run serve\` takes others by --port and --publish-port`;
  // Debian's package starts a Pushpin of its own, which publishes there.
  const mend = { debian: 'sudo systemctl disable --now pushpin', macos: 'brew services stop pushpin' };
  return { name, state: 'note', text, mend: port === 5561 ? mend : undefined };
}

function wasm({ wasmBuilt, sourcesChanged }: Facts): Finding {
  const name = 'bin/main.wasm';
  const mend = same('npm run build');
  if (wasmBuilt === undefined) return missing(name, 'not built', mend);
  if (wasmBuilt < sourcesChanged) return { name, state: 'note', text: 'older than src', mend };
  return { name, state: 'ok', text: 'built' };
}

function missing(name: string, text: string, mend: Finding['mend']): Finding {
  return { name, state: 'missing', text, mend };
}

function same(command: string): Finding['mend'] {
  return { debian: command, macos: command };
}
