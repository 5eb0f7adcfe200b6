import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** In bytes, minified. */
export interface BundleSize {
  readonly total: number;
  readonly gzip: number;
  /** What of it is this package's own. */
  readonly own: number;
  readonly code: string;
  /** The paths of the files of which something is in the bundle. */
  readonly inputs: readonly string[];
}

/**
 * How much a program takes: bundled as js-compute-runtime does it, by the same esbuild with the same condition, and
 * minified.
 *
 * @param folder where `hono-fanout` is installed, or is built itself.
 */
export async function bundleSize(
  code: string,
  folder: string,
  platform: 'neutral' | 'node' = 'neutral',
): Promise<BundleSize> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: folder, sourcefile: 'program.js' },
    absWorkingDir: folder,
    tsconfigRaw: {}, // that of this repository says where the source is
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    conditions: ['fastly'],
    mainFields: ['module', 'main'],
    platform,
    external: ['fastly:*'],
    outfile: 'program.js',
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error('Expected a bundle, found none.');
  const inputs = Object.entries(Object.values(metafile.outputs)[0]?.inputs ?? {}).filter(
    ([, { bytesInOutput }]) => bytesInOutput > 0,
  );
  return {
    code: output.text,
    inputs: inputs.map(([path]) => path),
    total: output.contents.length,
    gzip: gzipSync(output.contents).length,
    own: inputs
      .filter(([path]) => /^(?:node_modules\/hono-fanout\/)?dist\//.test(path))
      .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0),
  };
}
