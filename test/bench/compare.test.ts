import { describe, expect, it } from 'vitest';
import { amountsFrom } from './amounts.ts';
import { compare, differentAmounts } from './compare.ts';
import type { Figure, Result } from './figures.ts';

function result(...figures: Partial<Figure>[]): Result {
  const whole = figures.map((figure) => ({
    id: 'a',
    what: 'a',
    unit: '',
    wish: 'low',
    value: 1,
    from: '',
    ...figure,
  }));
  return { figures: whole, amounts: amountsFrom({}) } as unknown as Result;
}

describe('a comparison of two results', () => {
  it.each([
    ['low', 100, 114, 'same'],
    ['low', 100, 116, 'worse'],
    ['low', 100, 84, 'better'],
    ['high', 100, 84, 'worse'],
    ['high', 100, 116, 'better'],
    ['high', 100, 86, 'same'],
  ] as const)(
    'of a value that should be %s and goes from %i to %i calls it %s',
    (wish, before, after, verdict) => {
      const [change] = compare(result({ wish, value: before }), result({ wish, value: after }));
      expect(change).toMatchObject({ before, after, verdict });
    },
  );

  it('accepts no difference of a counted value', () => {
    const [change] = compare(result({ counted: true, value: 16 }), result({ counted: true, value: 17 }));
    expect(change?.verdict).toBe('worse');
  });

  it('accepts another tolerance', () => {
    const [change] = compare(result({ value: 100 }), result({ value: 125 }), 0.3);
    expect(change?.verdict).toBe('same');
  });

  it('names new and removed figures', () => {
    const changes = compare(result({ id: 'old', what: 'old' }), result({ id: 'new', what: 'new' }));
    expect(changes.map(({ what, verdict }) => [what, verdict])).toEqual([
      ['new', 'new'],
      ['old', 'gone'],
    ]);
  });

  it('names the amounts that differ', () => {
    const before = { ...result(), amounts: amountsFrom({ BENCH_LEASES: '7' }) };
    expect(differentAmounts(before, result())).toEqual(['leases']);
    expect(differentAmounts(result(), result())).toEqual([]);
  });
});

describe('the amounts', () => {
  it('are scaled together, or set one by one', () => {
    const amounts = amountsFrom({ BENCH_SCALE: '0.01', BENCH_FEW_MOUNTS: '5' });
    expect(amounts).toMatchObject({ keys: 1_000, leases: 1_000, fewMounts: 5, cuts: 2 });
  });

  it.each(['0', '-1', 'many', ''])('are refused when one is "%s"', (text) => {
    expect(() => amountsFrom({ BENCH_KEYS: text })).toThrow('BENCH_KEYS is no amount');
  });
});
