/** Finds the source of a function in a profile. The bundles are found by their source maps. */

import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallFrame } from './inspector.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** `node`, or a module of it such as `node:net`, for what Node itself does; otherwise a file relative to the repository. */
export type Source = string;

export type FindSource = (frame: CallFrame) => Source;

/** Reads each source map once. */
export function sourceFinder(): FindSource {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (file: string): SourceMap | undefined => {
    if (!maps.has(file)) maps.set(file, readMap(file));
    return maps.get(file);
  };
  return ({ url, lineNumber, columnNumber }) => {
    if (!url.startsWith('file:')) return url.startsWith('node:') ? url : 'node';
    const file = fileURLToPath(url);
    const map = mapOf(file);
    if (!map) return relative(ROOT, file);
    const found = map.findEntry(lineNumber, columnNumber);
    return 'originalSource' in found
      ? relative(ROOT, resolve(dirname(file), found.originalSource))
      : relative(ROOT, file);
  };
}

function readMap(file: string): SourceMap | undefined {
  return existsSync(`${file}.map`)
    ? new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')))
    : undefined;
}
