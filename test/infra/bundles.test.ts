import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { BUNDLES, buildFunctions } from '../../infra/build.ts';

/** The texts of the bundles by function. */
let texts: Map<string, string>;
/** What each bundle loads when it starts, and what it can load later. */
let loaded: [name: string, atStart: string[], later: string[]][];

beforeAll(async () => {
  const names = (await buildFunctions()).map(({ name }) => name);
  const files = names.map((name) => join(BUNDLES, name, 'index.mjs'));
  const found = files.map(async (file, i) => [names[i] as string, await readFile(file, 'utf8')] as const);
  texts = new Map(await Promise.all(found));
  const { metafile } = await build({
    entryPoints: files,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: BUNDLES,
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  loaded = Object.entries(metafile.outputs).map(([file, { imports }]) => {
    const pathsOf = (kind: string) => imports.filter((one) => one.kind === kind).map(({ path }) => path);
    return [basename(dirname(file)), pathsOf('import-statement'), pathsOf('dynamic-import')];
  });
});

describe('a bundle', () => {
  it('contains all that it loads when it starts, but the modules of Node', () => {
    expect(loaded).toHaveLength(texts.size);
    for (const [name, atStart] of loaded)
      expect([name, atStart.filter((path) => !isBuiltin(path))]).toEqual([name, []]);
  });

  it('loads nothing at its start that only a service on this machine needs', () => {
    expect(loaded.filter(([, atStart]) => atStart.includes('node:http'))).toEqual([]);
  });

  it('lacks only what is loaded for a call that no function makes', () => {
    const missing = new Set(loaded.flatMap(([, , later]) => later.filter((path) => !isBuiltin(path))));
    expect([...missing]).toEqual(['@smithy/core/event-streams']);
  });

  it.each([
    ['the compression of checksums', 'zlib'],
    ['a cache of endpoints', 'mnemonist/'],
    ['the packages of the SDK', 'devDependencies'],
  ])('has no part of %s', (_, word) => {
    expect([...texts].filter(([, text]) => text.includes(word)).map(([name]) => name)).toEqual([]);
  });
});
