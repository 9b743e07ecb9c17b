import { describe, expect, it } from 'vitest';
import type { AnyRun } from './figures.ts';
import { lastOf } from './kept.ts';

function run(at: string, { cores = 2, node = 'v24.21.0', keys = 10 } = {}): AnyRun {
  const machine = { cores, processor: 'AMD EPYC', node, loadBefore: 0, loadAfter: 0 };
  return { at, machine, seconds: 1, amounts: { keys }, figures: [], seen: {} };
}

describe('the result that a run is compared with', () => {
  const now = run('2026-03-01T00:00:00Z');

  it('is the newest before it', () => {
    const runs = [run('2026-01-01T00:00:00Z'), run('2026-02-01T00:00:00Z'), run('2026-04-01T00:00:00Z'), now];
    expect(lastOf(runs, now)?.at).toBe('2026-02-01T00:00:00Z');
  });

  it('is of the same machine, and there may be none', () => {
    const at = '2026-01-01T00:00:00Z';
    expect(lastOf([run(at, { cores: 4 }), run(at, { node: 'v26.0.0' })], now)).toBeUndefined();
  });

  it('has the same amounts, if there is such a result', () => {
    const [full, quick] = [run('2026-01-01T00:00:00Z'), run('2026-02-01T00:00:00Z', { keys: 1 })];
    expect(lastOf([full, quick], now)).toBe(full);
    expect(lastOf([quick], now)).toBe(quick);
  });
});
