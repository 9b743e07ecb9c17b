import { describe, expect, it } from 'vitest';
import { cpuFigures } from './cpuFigures.ts';
import type { Cpus } from './measure/cpu.ts';

const one = { a: 1.2, b: 1, ratio: 1.1, calls: ['GetItem', 'Query'], peakMB: 80 };
const cpus: Cpus = { kv1: one, kv2: one, lookup: one, remount: { ...one, peakMB: 90 }, status: one };

describe('the figures of processor time', () => {
  it('are a time and a ratio for each request, and the most memory of all', () => {
    const shown = cpuFigures(cpus).map(({ id, value, reach }) => [id, value, reach]);
    expect(shown).toEqual([
      ['cpu-kv1', 1.2, 1.5],
      ['cpu-kv1-bare', 1.1, 1.5],
      ['cpu-kv2', 1.2, 1.5],
      ['cpu-kv2-bare', 1.1, 1.5],
      ['cpu-lookup', 1.2, 1],
      ['cpu-lookup-bare', 1.1, 1.5],
      ['cpu-remount', 1.2, 3],
      ['cpu-remount-bare', 1.1, 1.5],
      ['cpu-status', 1.2, 1],
      ['cpu-status-bare', 1.1, 1.5],
      ['memory', 90, 128],
    ]);
  });
});
