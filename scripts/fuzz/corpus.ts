import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The targets by name, as the URLs of their modules. */
export const TARGETS: Readonly<Record<string, URL>> = Object.fromEntries(
  ['events', 'hold', 'publish'].map((name) => [name, new URL(`targets/${name}.ts`, import.meta.url)]),
);

/** A kept input. */
export interface KeptInput {
  readonly name: string;
  readonly input: Buffer;
}

/** What is kept of a target's inputs, in the order of their names. */
export async function readCorpus(target: string): Promise<KeptInput[]> {
  const folder = await folderOf(target);
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map(async (name) => ({ name, input: await readFile(`${folder}/${name}`) })));
}

/** Keeps an input under the name of its hash, which is returned. */
export async function keep(target: string, input: Buffer): Promise<string> {
  const name = createHash('sha256').update(input).digest('hex').slice(0, 16);
  await writeFile(`${await folderOf(target)}/${name}`, input);
  return name;
}

/** Makes these inputs all that is kept. */
export async function replaceCorpus(target: string, inputs: readonly Buffer[]): Promise<void> {
  const kept = new Set(await Promise.all(inputs.map((input) => keep(target, input))));
  for (const { name } of await readCorpus(target)) {
    if (!kept.has(name)) await rm(`${await folderOf(target)}/${name}`);
  }
}

async function folderOf(target: string): Promise<string> {
  const folder = fileURLToPath(new URL(`../../test/fuzz/corpus/${target}`, import.meta.url));
  await mkdir(folder, { recursive: true });
  return folder;
}
