import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { figuresOf, type Result } from './figures.ts';
import { svgOf } from './report/chart.ts';
import { chartsOf } from './report/charts.ts';
import { DOCUMENT, FOLDER, filled, RESULT } from './report/document.ts';

const result = JSON.parse(await readFile(RESULT, 'utf8')) as Result;

describe('docs/performance.md', () => {
  it('has the figures of the result stored next to it', async () => {
    const text = await readFile(DOCUMENT, 'utf8');
    expect(text).toBe(filled(text, result));
    expect(text.match(/<!-- bench: \w+ -->/g)).toHaveLength(7);
  });

  it('has the charts of that result', async () => {
    for (const [name, svg] of Object.entries(chartsOf(result)))
      expect([name, await readFile(join(FOLDER, name), 'utf8')]).toEqual([name, svg]);
  });

  it('has a result whose figures follow from its measurements', () => {
    expect(figuresOf(result.seen)).toEqual(result.figures);
  });

  it('must not have a block that is not generated', () => {
    expect(() => filled('<!-- bench: weather -->\n<!-- /bench -->', result)).toThrow('unknown block weather');
  });
});

describe('a chart', () => {
  const bars = [
    { label: 'least & <first>', value: 1, shown: '1' },
    { label: 'most', value: 1_000, shown: '1,000', other: true },
  ];
  const lengths = (svg: string) =>
    [...svg.matchAll(/width="([\d.]+)" height="20"/g)].map(([, width]) => Number(width));

  it('has bars as long as their values', () => {
    const [least = 0, most = 0] = lengths(svgOf({ title: 'x', bars }));
    expect(most / least).toBeCloseTo(1_000, -3);
  });

  it('can be logarithmic, and still shows the smallest value', () => {
    const [least = 0, most = 0] = lengths(svgOf({ title: 'x', bars, logarithmic: true }));
    expect(most / least).toBeCloseTo(4, 1);
  });

  it('escapes labels', () => {
    expect(svgOf({ title: 'a < b', bars })).toContain('least &amp; &lt;first>');
  });
});
