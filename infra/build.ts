/** Bundles each Lambda function into one file, `.build/functions/<name>/index.mjs`; with the command line, `npm run build`. */

import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { buildCommand } from './buildCommand.ts';
import { buildPage } from './page.ts';
import { withoutUnused } from './withoutUnused.ts';
import { writeBundle } from './writeBundle.ts';

const ROOT = join(import.meta.dirname, '..');

/** Where the bundles of `functions/` go, for the deployment and for the local service. */
export const BUNDLES = join(ROOT, '.build', 'functions');

export interface Bundle {
  name: string;
  bytes: number;
}

export interface BuildFolders {
  source?: string;
  target?: string;
}

/**
 * Bundles every file directly in `source` that exports a `handler`. The bundle contains the AWS SDK, so the tested
 * version is the deployed version. A bundle is replaced atomically: a process that loads it never sees half of one.
 */
export async function buildFunctions({
  source = join(ROOT, 'functions'),
  target = BUNDLES,
}: BuildFolders = {}): Promise<Bundle[]> {
  const entries = await findEntries(source);
  const { outputFiles } = await build({
    ...OPTIONS,
    define: entries.includes('ui.ts') ? { PAGE: JSON.stringify(await buildPage()) } : {},
    outdir: target,
    entryPoints: entries.map((file) => ({ in: join(source, file), out: join(nameOf(file), 'index') })),
  });
  await Promise.all(outputFiles.map((file) => writeBundle(file)));
  return outputFiles
    .filter((file) => file.path.endsWith('.mjs'))
    .map((file) => ({ name: basename(dirname(file.path)), bytes: file.contents.byteLength }));
}

const OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  alias: { '@aws-sdk/credential-provider-node': join(ROOT, 'functions', 'lambda', 'credentials.ts') },
  plugins: [withoutUnused],
  logLevel: 'warning',
  write: false,
} satisfies BuildOptions;

async function findEntries(source: string): Promise<string[]> {
  const files = (await readdir(source)).filter((file) => file.endsWith('.ts')).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(source, file), 'utf8')));
  return files.filter((_, i) => /^export (const|async function|function) handler\b/m.test(texts[i] ?? ''));
}

function nameOf(file: string): string {
  return basename(file, '.ts');
}

if (import.meta.main) {
  try {
    await buildCommand();
    for (const { name, bytes } of await buildFunctions()) {
      console.log(`${relative(ROOT, join(BUNDLES, name, 'index.mjs'))}  ${Math.ceil(bytes / 1024)} kB`);
    }
  } catch {
    process.exitCode = 1; // esbuild has printed the reason.
  }
}
