/** Bundles the web page (`ui/`) into the files that the function `ui` serves. */

import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { build } from 'esbuild';
import type { PageFile } from '../functions/ui/answerPage.ts';

const UI = join(import.meta.dirname, '..', 'ui');

/** The files that the markup refers to. They are served under names with a hash; the markup is changed to match. */
const PARTS = ['page.ts', 'page.css', 'icon.svg'];

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The first file is the page itself. */
export async function buildPage(): Promise<PageFile[]> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: UI,
    entryPoints: PARTS,
    entryNames: '[name]-[hash]',
    outdir: 'out',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    mainFields: ['module', 'main'],
    loader: { '.svg': 'copy' },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  const files = outputFiles.map(({ path, text }) => ({
    name: basename(path),
    type: TYPES[extname(path)] ?? '',
    text,
  }));
  const names = Object.entries(metafile.outputs).map(([path, { entryPoint, inputs }]) => [
    basename(entryPoint ?? Object.keys(inputs)[0] ?? ''),
    basename(path),
  ]);
  const named = Object.fromEntries(names) as Record<string, string>;
  const markup = await readFile(join(UI, 'page.html'), 'utf8');
  const text = markup.replace(/(?<=(?:src|href)=")[^"]+/g, (part) => {
    if (named[part] === undefined) throw new Error(`the page refers to ${part}, which is not bundled`);
    return named[part];
  });
  return [{ name: '', type: 'text/html; charset=utf-8', text }, ...files];
}
