import { describe, expect, it } from 'vitest';
import type { AliasInfo, MigrationInfo } from '../../functions/remount/answers.ts';
import {
  ALIAS_TIMES,
  callersInWords,
  endInWords,
  isAnswering,
  standingOfAlias,
} from '../../ui/words/aliasWords.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');

const aliasOf = (part: Partial<AliasInfo>) =>
  ({ end_time: '2026-01-31T20:00:00Z', last_used_time: null, ...part }) as AliasInfo;

describe('an old path', () => {
  it('is in use, quiet, or not used', () => {
    const times = ['2026-01-01T23:59:00Z', '2025-12-31T23:59:00Z', null];
    const words = times.map((last_used_time) => standingOfAlias(aliasOf({ last_used_time }), NOW).word);
    expect(words).toEqual(['In use', 'Quiet', 'Not used']);
  });

  it('says how many callers it has, and that there may be more', () => {
    expect(callersInWords({ callers_total: 1_200, callers_complete: true })).toBe('1,200');
    expect(callersInWords({ callers_total: 10_000, callers_complete: false })).toBe('10,000+');
  });

  it('says when it ends', () => {
    expect(endInWords(aliasOf({}), NOW)).toBe('in 29 d 20 h');
    expect(endInWords(aliasOf({ end_time: '2026-01-02T00:00:00Z' }), NOW)).toBe('now');
  });

  it('answers from the switch until its end', () => {
    const alias = { ttl: 60, end_time: '2026-01-31T20:00:00Z', last_used_time: null, ended_time: null };
    const kinds: MigrationInfo['alias'][] = [
      undefined,
      { ...alias, end_time: null },
      alias,
      { ...alias, ended_time: '2026-01-05T00:00:00Z' },
    ];
    expect(kinds.map((one) => isAnswering(one ? { alias: one } : {}))).toEqual([false, false, true, false]);
  });

  it('can be asked for in times that the service takes, of at most 90 days', () => {
    for (const [ttl, words] of ALIAS_TIMES)
      expect(`${Number.parseInt(ttl, 10) / 24} day${ttl === '24h' ? '' : 's'}`).toBe(words);
    expect(ALIAS_TIMES.at(-1)?.[1]).toBe('90 days');
  });
});
