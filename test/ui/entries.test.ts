import { describe, expect, it } from 'vitest';
import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { dayOf } from '../../ui/words/day.ts';
import { entriesOf, type Listed, spanOf, standingOfEntry, titleOfEntry } from '../../ui/words/entries.ts';
import { endsOf, partsOf } from '../../ui/words/paths.ts';

const info = (part: Partial<MigrationInfo>) =>
  ({
    status: 'success',
    error: null,
    bulk_id: null,
    progress: { leases_total: null, leases_revoked: 3, leases_irrevocable: 0 },
    created_time: '2026-01-01T00:00:00Z',
    finished_time: '2026-01-01T00:00:01Z',
    ...part,
  }) as MigrationInfo;

const OK = info({});
const FAILED = info({ status: 'failure', error: { code: 'source_gone', message: '' } });
const CANCELLED = info({ status: 'failure', error: { code: 'cancelled', message: '' } });
const RUNNING = info({ status: 'in-progress', finished_time: null });

describe('the entries of the list of migrations', () => {
  it('are the migrations, and each run once, at the place of its newest migration', () => {
    const listed = (id: string, bulk_id: string | null): Listed => ({ id, info: info({ bulk_id }) });
    const entries = entriesOf([
      listed('a', null),
      listed('b', 'run'),
      listed('c', null),
      listed('d', 'run'),
      listed('e', 'other'),
    ]);

    expect(
      entries.map((entry) => ('runId' in entry ? `${entry.runId}: ${entry.infos.length}` : entry.id)),
    ).toEqual(['a', 'run: 2', 'c', 'e']);
  });

  it.each([
    ['In progress', [OK, FAILED, RUNNING]],
    ['In part', [OK, FAILED]],
    ['Success', [OK, OK]],
    ['Failed', [FAILED, CANCELLED]],
    ['Cancelled', [CANCELLED]],
  ])('are shown as %s if their migrations are', (word, infos) => {
    expect(standingOfEntry(infos).word).toBe(word);
  });

  it('say how many moves failed, and last from the first begin to the last end', () => {
    const late = info({ created_time: '2026-01-01T00:00:02Z', finished_time: '2026-01-01T00:00:05Z' });

    expect(titleOfEntry([OK, OK])).toBe('2 moves of a run');
    expect(titleOfEntry([OK, FAILED])).toBe('2 moves of a run, 1 failed');
    const { begin, end = 0 } = spanOf([late, OK]);
    expect(end - begin).toBe(5_000);
    expect(spanOf([OK, RUNNING]).end).toBeUndefined();
  });
});

describe('the numbers of a day', () => {
  it('count what was moved, has failed and is running, and the leases', () => {
    const day = dayOf([OK, OK, FAILED, CANCELLED, RUNNING], false);
    expect(day).toEqual({ moved: 2, failed: 1, running: 1, leases: 15, isCut: false });
  });
});

describe('a path', () => {
  it('has its namespace apart, and keeps its end when it is shortened', () => {
    const { source, target } = endsOf({
      source_mount: 'team-b/kv/',
      source_namespace: 'team-b/',
      target_mount: 'applications/payments/blue/',
      target_namespace: '',
    });

    expect(partsOf(source)).toEqual({ head: '', tail: 'kv/' });
    expect(partsOf(target)).toEqual({ head: 'applications/', tail: 'payments/blue/' });
  });
});
