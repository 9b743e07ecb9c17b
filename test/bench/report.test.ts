import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterFiguresOf } from './cluster/figures.ts';
import { figuresOf } from './figures.ts';
import { svgOf } from './report/chart.ts';
import { chartsOf } from './report/charts.ts';
import { DOCUMENT, FOLDER, filled, readResults } from './report/document.ts';

const results = await readResults();

describe('docs/performance.md', () => {
  it('has the figures of the results stored next to it', async () => {
    const text = await readFile(DOCUMENT, 'utf8');
    expect(text).toBe(filled(text, results));
    expect(text.match(/<!-- bench: \w+ -->/g)).toHaveLength(15);
  });

  it('has the charts of those results', async () => {
    for (const [name, svg] of Object.entries(chartsOf(results)))
      expect([name, await readFile(join(FOLDER, name), 'utf8')]).toEqual([name, svg]);
  });

  it('has results whose figures follow from their measurements', () => {
    expect(figuresOf(results.service.seen)).toEqual(results.service.figures);
    expect(clusterFiguresOf(results.cluster.seen)).toEqual(results.cluster.figures);
  });

  it('must not have a block that is not generated', () => {
    expect(() => filled('<!-- bench: weather -->\n<!-- /bench -->', results)).toThrow(
      'unknown block weather',
    );
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
