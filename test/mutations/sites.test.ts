import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EQUIVALENT } from './equivalent.ts';
import { sitesIn } from './sites.ts';

describe('the sites of conditions', () => {
  it('are each condition, whole, and each attribute of those that name several', () => {
    const source =
      "write({ put, if: { kind: 'x', version: [1, 2] } });\nwrite({ put, if: a ? b(c, d) : E, more });";

    expect(sitesIn(source).map(({ line, dropped }) => [line, dropped])).toEqual([
      [1, "{ kind: 'x', version: [1, 2] }"],
      [1, "kind: 'x'"],
      [1, 'version: [1, 2]'],
      [2, 'a ? b(c, d) : E'],
    ]);
  });

  it('leave a source that does without', () => {
    const [whole, kind] = sitesIn("write({ put, if: { kind: 'x', version } });");

    expect(whole?.mutated).toBe('write({ put, if: undefined as never});');
    expect(kind?.mutated).toBe('write({ put, if: { version } });');
  });

  it('are neither types nor comments', () => {
    expect(sitesIn('interface Put {\n  if: Condition;\n}\n// Or so, if: not.\n')).toEqual([]);
  });
});

it.each(EQUIVALENT)('$dropped, which $file can do without, stands there', async ({ file, dropped }) => {
  const source = await readFile(join(import.meta.dirname, '..', '..', file), 'utf8');

  expect(sitesIn(source).map((site) => site.dropped)).toContain(dropped);
});
