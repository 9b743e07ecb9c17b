import { describe, expect, it } from 'vitest';
import { placementOf } from '../../functions/cluster/place.ts';

describe('the placement of a mount', () => {
  const nothing = { accessor: undefined, isRouted: false, isTainted: false };
  const own = { accessor: 'a', isRouted: true, isTainted: false };
  const other = { accessor: 'b', isRouted: true, isTainted: false };

  it.each([
    ['source', own, nothing, false],
    ['source', own, other, false],
    ['tainted', { ...own, isTainted: true }, nothing, false],
    ['unsettled', { ...own, isRouted: false }, nothing, false],
    ['unsettled', own, { ...nothing, isRouted: true }, false],
    ['target', nothing, own, false],
    ['target', other, own, false],
    ['unsettled', nothing, { ...own, isTainted: true }, false],
    ['unsettled', nothing, { ...own, isRouted: false }, false],
    ['unsettled', { ...nothing, isRouted: true }, own, false],
    ['half', { ...nothing, isRouted: true, isTainted: true }, own, false],
    ['half', own, own, false],
    ['elsewhere', nothing, other, true],
    ['gone', other, nothing, false],
  ] as const)('is %s by all that is shown of it', (placement, source, target, isElsewhere) => {
    expect(placementOf('a', { source, target, isElsewhere })).toBe(placement);
  });
});
