import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { HITS, type Instrumented, instrument } from './instrument.js';
import type { FuzzTarget } from './target.js';

/** A target whose parser counts where it has been. */
export interface LoadedTarget {
  readonly target: FuzzTarget;
  /** How often each place was passed since this was last cleared. */
  readonly hits: Uint32Array;
  /** These places, as file and line. */
  readonly places: readonly string[];
  /** The words that the parser itself has. */
  readonly words: readonly string[];
}

/**
 * Loads a target's module, with those modules counting whose path matches `counted`.
 *
 * @param module the URL of the module, whose default export is the target.
 */
export async function loadTarget(module: URL, counted: RegExp = /\/src\/.*\.ts$/): Promise<LoadedTarget> {
  const known: Instrumented = { places: [], words: new Set() };
  const folder = await mkdtemp(join(tmpdir(), 'hono-fanout-fuzz-'));
  try {
    const outfile = join(folder, 'target.mjs');
    await build({
      entryPoints: [fileURLToPath(module)],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      sourcemap: 'inline',
      logLevel: 'silent',
      banner: { js: `const ${HITS} = globalThis.${HITS};` },
      plugins: [
        {
          name: 'count',
          setup: ({ onLoad }) =>
            onLoad({ filter: counted }, async ({ path }) => ({
              contents: instrument(await readFile(path, 'utf8'), path, known),
              loader: 'js',
            })),
        },
      ],
    });
    if (known.places.length === 0)
      throw new Error(`No module of ${module.pathname} matches ${counted}: nothing counts.`);
    const hits = new Uint32Array(known.places.length);
    Object.assign(globalThis, { [HITS]: hits });
    const { default: target } = (await import(pathToFileURL(outfile).href)) as { default: FuzzTarget };
    return { target, hits, places: known.places, words: [...known.words] };
  } finally {
    await rm(folder, { recursive: true });
  }
}
