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
  it('are each whole condition, and each attribute of a condition with several', () => {
    const source = "write({ put, if: { kind: 'x', version: [1, 2] } });\nwrite({ put, if: b(c, d), more });";

    expect(sitesIn(source).map((site) => [site.line, site.dropped])).toEqual([
      [1, "{ kind: 'x', version: [1, 2] }"],
      [1, "kind: 'x'"],
      [1, 'version: [1, 2]'],
      [2, 'b(c, d)'],
    ]);
  });

  it('are each branch of a conditional expression', () => {
    expect(dropped('write({ put, if: a ? b : (c ?? { d: 1 }) });')).toEqual(['b', 'c', '{ d: 1 }']);
  });

  it('are the attributes of each alternative, but not an alternative itself, which is the same as the whole', () => {
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
  ])('are found once, where %s gets its value', (_, source) => {
    expect(dropped(source)).toEqual(['{ a: 1 }']);
  });

  it('are the name or call itself if its value is from another file', () => {
    expect(dropped('write({ put, if: child.unchanged });\nwrite({ put, if: unchanged(child) });')).toEqual([
      'child.unchanged',
      'unchanged(child)',
    ]);
  });

  it.each([
    ['a constant', 'const free: Condition = { a: 1 };'],
    ['a variable that may be undefined', 'let free: Expected | undefined;\nfree = { a: 1 };'],
    ['a function', 'export function free(): Expected {\n  return { a: 1 };\n}'],
    ['an arrow function', 'export const free = (): Condition => ({ a: 1 });'],
  ])('are values whose declared type is a condition: %s', (_, source) => {
    expect(dropped(TYPES + source)).toEqual(['{ a: 1 }']);
    expect(dropped(source)).toEqual([]);
  });

  it('are the conditions of changes of the tree', () => {
    expect(dropped('change({ namespaceId, path: name, before: { a: 1 } });')).toEqual(['{ a: 1 }']);
    expect(dropped('change({ sequence, before: itemOf(image) });')).toEqual([]);
  });

  it('give a source without the condition', () => {
    const [whole, kind] = sitesIn("write({ put, if: { kind: 'x', version } });");

    expect(whole?.mutated).toBe('write({ put, if: ({ neverSet: { absent: true } }) });');
    expect(kind?.mutated).toBe('write({ put, if: { version } });');
  });

  it('are not in types or comments', () => {
    expect(dropped('interface Put {\n  if: Condition;\n}\n// Or so, if: not.\n')).toEqual([]);
  });
});

it.each(EQUIVALENT)(
  '$dropped, which $file does not need, is there as often as the list says',
  async (known) => {
    const source = await readFile(join(import.meta.dirname, '..', '..', known.file), 'utf8');

    expect(dropped(source).filter((text) => text === known.dropped)).toHaveLength(known.times ?? 1);
  },
);
