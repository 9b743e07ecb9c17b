import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeMetadata } from '../../../../functions/engines/kv/v2/describe.ts';
import { newMetadata } from '../../../../functions/engines/kv/v2/metadata.ts';
import {
  firstKept,
  isReadable,
  versionAt,
  withDeleted,
  withVersion,
} from '../../../../functions/engines/kv/v2/versions.ts';

const NO_SETTINGS = { maxVersions: 0, deleteVersionAfter: 0 };

describe('the window of versions', () => {
  test('always holds the newest, without a gap, and never more than the maximum', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 60 }), (maxima) => {
        let metadata = newMetadata(1);
        maxima.forEach((maxVersions, i) => {
          metadata = withVersion({ ...metadata, maxVersions }, NO_SETTINGS, i);
          const max = maxVersions || 10;
          expect(metadata.current).toBe(i + 1);
          expect(metadata.versions.length).toBeLessThanOrEqual(max);
          expect(versionAt(metadata, i + 1)?.createdAt).toBe(i);
          expect(versionAt(metadata, firstKept(metadata))?.createdAt).toBe(firstKept(metadata) - 1);
          expect(versionAt(metadata, firstKept(metadata) - 1)).toBeUndefined();
          expect(Math.max(metadata.oldest, 1)).toBe(firstKept(metadata));
        });
      }),
    );
  });
});

describe('the end of a version', () => {
  test('comes at the exact millisecond that was planned', () => {
    const planned = { createdAt: 0, deletionAt: 1_000, state: 'live' } as const;

    expect([isReadable(planned, 999), isReadable(planned, 1_000)]).toEqual([true, false]);
  });

  test('holds even for a clock that is behind the one that deleted it', () => {
    const deleted = withDeleted(withVersion(newMetadata(0), NO_SETTINGS, 0), [1], 1_000);

    expect(versionAt(deleted, 1)).toMatchObject({ deletionAt: 1_000 });
    expect(versionAt(deleted, 1)).toSatisfy((version) => !isReadable(version, 500));
  });

  test('keeps its time when it is deleted again', () => {
    const deleted = withDeleted(withVersion(newMetadata(0), NO_SETTINGS, 0), [1], 1_000);

    expect(withDeleted(deleted, [1], 2_000)).toEqual(deleted);
  });
});

describe('times', () => {
  test.each([
    ['2026-11-24T01:02:03.450Z', '2026-11-24T01:02:03.45Z'],
    ['2026-11-24T01:02:03.400Z', '2026-11-24T01:02:03.4Z'],
    ['2026-11-24T01:02:00.000Z', '2026-11-24T01:02:00Z'],
    ['2026-11-24T01:02:00.007Z', '2026-11-24T01:02:00.007Z'],
  ])('are shown as Go shows them: %s as %s', (time, shown) => {
    expect(describeMetadata(newMetadata(Date.parse(time))).created_time).toBe(shown);
  });
});
