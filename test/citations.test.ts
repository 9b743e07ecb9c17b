/** Everything that comments and documents cite exists: sections, rules, decisions, files and headings. */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { brokenCitations, citationsIn, type Files } from './citations.ts';

const ROOT = join(import.meta.dirname, '..');
/** These files explain citations, and contain made-up ones. */
const OWN = ['test/citations.ts', 'test/citations.test.ts'];
/** Folders with generated or downloaded files. */
const FOREIGN = ['.build', '.git', '.serverless', 'node_modules'];

let files: Files;

beforeAll(async () => {
  const paths = await pathsBelow(ROOT);
  files = new Map(
    await Promise.all(
      paths.map(async (path) => [relative(ROOT, path), await readFile(path, 'utf8')] as const),
    ),
  );
});

async function pathsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries.map(async (entry) => {
    if (FOREIGN.includes(entry.name) || entry.name === 'package-lock.json') return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? pathsBelow(path) : [path];
  });
  return (await Promise.all(found)).flat();
}

/** The repository with one more file. */
function withFile(path: string, text: string): Files {
  return new Map([...files, [path, text]]);
}

describe('a citation', () => {
  it('leads to something that exists', () => {
    const texts = [...files].filter(([path, text]) => !OWN.includes(path) && !text.includes('\0'));
    expect(texts.flatMap(([path]) => brokenCitations(files, path))).toEqual([]);
  });

  it('has the files and folders that the documents name', () => {
    const paths = [...files.keys()];
    const named = [...files]
      .filter(([path]) => path.endsWith('.md'))
      .flatMap(([path, text]) => [...text.matchAll(PATH)].map(([, name = '']) => [path, name] as const));
    expect(named.length).toBeGreaterThan(50);
    const isAt = (name: string) =>
      paths.some((path) => path === name || path.startsWith(`${name.replace(/\/$/, '')}/`));
    const isThere = (name: string) => isAt(name) || isAt(`functions/${name}`);
    expect(named.filter(([, name]) => !isThere(name))).toEqual([]);
  });

  it('is one of hundreds, in code and documents', () => {
    const counts = [...files].map(([path, text]) => [path, citationsIn(text)] as const);
    const citing = (start: string) => counts.filter(([path, count]) => path.startsWith(start) && count > 0);
    expect(citing('functions/').length).toBeGreaterThan(100);
    expect(citing('test/').length).toBeGreaterThan(60);
    expect(citing('docs/').length).toBeGreaterThan(8);
  });
});

/** A path below the repository, or a file below `functions/`. */
const PATH = /`((?:functions|test|infra|cli|ui|statemachine|docs)\/[\w./-]*|[a-z]\w*\/[\w/]+\.ts)`/g;

const SIGN = '§';

describe('a citation that leads nowhere', () => {
  it.each([
    ['a section', `// contract ${SIGN}2.9`, `contract ${SIGN}2.9`],
    ['the last section of a list', `// contract ${SIGN}2.1, ${SIGN}99`, `contract ${SIGN}99`],
    [
      'a section at the end of a line',
      `/**\n * so it is (architecture\n * ${SIGN}77). */`,
      `architecture ${SIGN}77`,
    ],
    ['a row', `// contract ${SIGN}1.1 #14`, `contract ${SIGN}1.1 #14`],
    ['a document that does not exist', `// design ${SIGN}4`, `names no document: // design ${SIGN}4`],
    ['a rule', `// R${11}`, `R${11}`],
    ['a decision', `// docs/${'decisions'}.md, 99`, `docs/${'decisions'}.md, 99`],
    ['a file', `// see docs/${'nothing'}.md`, `docs/${'nothing'}.md`],
    ['a heading', `// see docs/${'limits'}.md#no-limits`, `docs/${'limits'}.md#no-limits`],
  ])('is found: %s', (_, text, found) => {
    const path = 'functions/made-up.ts';
    expect(brokenCitations(withFile(path, text), path)).toEqual([`${path}: ${found}`]);
  });

  it.each([
    ['a file', '[here](nothing.md)', 'nothing.md'],
    ['a heading of this file', '# One\n[there](#two)', '#two'],
    ['a heading of another file', '[there](limits.md#no-limits)', 'limits.md#no-limits'],
  ])('is found among links: %s', (_, text, found) => {
    const path = 'docs/made-up.md';
    expect(brokenCitations(withFile(path, text), path)).toEqual([`${path}: ${found}`]);
  });

  it('is not found in a file whose citations are right', () => {
    const path = 'docs/right.md';
    const text = `# One\n[here](#one) [there](limits.md) (contract ${SIGN}1.1 #13, R10; RFC 9110 ${SIGN}13.1.2)`;
    expect(brokenCitations(withFile(path, text), path)).toEqual([]);
  });
});
