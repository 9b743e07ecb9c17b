/** The bundles of the functions. To build them takes longer than the rest of a start, so they are built only when they have to be. */

import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BUNDLES, buildFunctions } from '../build.ts';
import { writeWhole } from './wholeFile.ts';

export { BUNDLES } from '../build.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** What bundles are made of: the sources, what builds them, and the packages. */
const FOLDERS = ['functions', 'ui'];
const PACKAGES = [join(ROOT, 'package-lock.json'), join(ROOT, 'node_modules', '.package-lock.json')];

interface Built {
  sources: string;
  bundles: string;
}

/**
 * Builds the bundles, unless these are the ones that were built from the same sources and packages.
 * @param build builds them
 * @param folder where it builds them
 */
export async function bundled(
  build: () => Promise<unknown> = buildFunctions,
  folder = BUNDLES,
): Promise<void> {
  const file = join(folder, 'built.json');
  const sources = await hashOfSources();
  const before = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Built,
    () => undefined,
  );
  if (before?.sources === sources && before.bundles === (await stampsOf(folder))) return;
  await build();
  writeWhole(file, { sources, bundles: await stampsOf(folder) } satisfies Built);
}

async function hashOfSources(): Promise<string> {
  const builders = (await readdir(join(ROOT, 'infra'))).filter((name) => name.endsWith('.ts'));
  const below = await Promise.all(FOLDERS.map(filesBelow));
  const files = [
    ...below.flat(),
    ...builders.map((name) => join(ROOT, 'infra', name)),
    ...PACKAGES,
  ].toSorted();
  const texts = await Promise.all(files.map((file) => readFile(file).catch(() => '')));
  const hash = createHash('sha256').update(process.version);
  for (const [i, text] of texts.entries()) hash.update(`\n${files[i]} ${text.length}\n`).update(text);
  return hash.digest('hex');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Of each bundle, what changes when somebody else builds it otherwise. */
async function stampsOf(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const bundles = names.filter((name) => /\.mjs(\.map)?$/.test(name)).toSorted();
  const stamps = bundles.map(async (name) => {
    const { size, mtimeMs } = await stat(join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  });
  return (await Promise.all(stamps)).join('\n');
}
