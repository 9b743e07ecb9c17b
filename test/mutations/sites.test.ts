import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EQUIVALENT } from './equivalent.ts';
import { sitesIn } from './sites.ts';

const TYPES = "import { ABSENT, type Condition, type Expected } from '../ports/store.ts';\n";

function dropped(source: string): string[] {
  return sitesIn(source).map((site) => site.dropped);
}

describe('the sites of conditions', () => {
  it('are each condition, whole, and each attribute of those that name several', () => {
    const source = "write({ put, if: { kind: 'x', version: [1, 2] } });\nwrite({ put, if: b(c, d), more });";

    expect(sitesIn(source).map((site) => [site.line, site.dropped])).toEqual([
      [1, "{ kind: 'x', version: [1, 2] }"],
      [1, "kind: 'x'"],
      [1, 'version: [1, 2]'],
      [2, 'b(c, d)'],
    ]);
  });

  it('are each branch of a choice on its own', () => {
    expect(dropped('write({ put, if: a ? b : (c ?? { d: 1 }) });')).toEqual(['b', 'c', '{ d: 1 }']);
  });

  it('are the attributes of each alternative, but no alternative, as that is the whole once more', () => {
    expect(dropped('write({ put, if: [ABSENT, { a: 1, b: 2 }] });')).toEqual([
      '[ABSENT, { a: 1, b: 2 }]',
      'a: 1',
      'b: 2',
    ]);
  });

  it.each([
    [
      'a constant',
      'const alive = { a: 1 } as const;\nwrite({ put, if: alive });\nwrite({ put, if: alive });',
    ],
    ['a variable', 'let free;\nfree = { a: 1 };\nwrite({ put, if: free });'],
    ['a function', 'write({ put, if: alive() });\nfunction alive() {\n  return { a: 1 };\n}'],
    ['a parameter', 'write({ a: 1 });\nfunction write(alive) {\n  put({ put, if: alive });\n}'],
  ])('are followed to where %s gets its value, and found there once', (_, source) => {
    expect(dropped(source)).toEqual(['{ a: 1 }']);
  });

  it('are a name or a call itself when it comes from elsewhere', () => {
    expect(dropped('write({ put, if: child.unchanged });\nwrite({ put, if: unchanged(child) });')).toEqual([
      'child.unchanged',
      'unchanged(child)',
    ]);
  });

  it.each([
    ['a constant', 'const free: Condition = { a: 1 };'],
    ['a variable that may lack one', 'let free: Expected | undefined;\nfree = { a: 1 };'],
    ['a function', 'export function free(): Expected {\n  return { a: 1 };\n}'],
    ['a function that is a value', 'export const free = (): Condition => ({ a: 1 });'],
  ])('are what is declared to be one: %s', (_, source) => {
    expect(dropped(TYPES + source)).toEqual(['{ a: 1 }']);
    expect(dropped(source)).toEqual([]);
  });

  it('are the conditions that changes of the tree carry', () => {
    expect(dropped('change({ namespaceId, path: name, before: { a: 1 } });')).toEqual(['{ a: 1 }']);
    expect(dropped('change({ sequence, before: itemOf(image) });')).toEqual([]);
  });

  it('leave a source that does without', () => {
    const [whole, kind] = sitesIn("write({ put, if: { kind: 'x', version } });");

    expect(whole?.mutated).toBe('write({ put, if: ({ neverSet: { absent: true } }) });');
    expect(kind?.mutated).toBe('write({ put, if: { version } });');
  });

  it('are neither types nor comments', () => {
    expect(dropped('interface Put {\n  if: Condition;\n}\n// Or so, if: not.\n')).toEqual([]);
  });
});

it.each(EQUIVALENT)('$dropped, which $file can do without, stands there as often as meant', async (known) => {
  const source = await readFile(join(import.meta.dirname, '..', '..', known.file), 'utf8');

  expect(dropped(source).filter((text) => text === known.dropped)).toHaveLength(known.times ?? 1);
});
