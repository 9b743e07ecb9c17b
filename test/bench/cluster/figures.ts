/** The figures of moves on a cluster, with their goals. Pure. */

import type { ClusterAmounts } from '../amounts.ts';
import { type Figure, ms, type Run, thousands } from '../figures.ts';
import type { ClusterSeen, Drained } from './measure.ts';

export type ClusterResult = Run<ClusterAmounts, ClusterSeen>;

export function clusterFiguresOf({ reads, move, drains, bulk }: ClusterSeen): Figure[] {
  const { plain, ours } = reads;
  const runs = [
    ['cluster-bulk', 'mounts that share nothing', bulk.apart],
    ['cluster-bulk-crowd', 'mounts whose targets are below one path segment', bulk.crowd],
  ] as const;
  return [
    {
      id: 'cluster-refused',
      what: `reads refused while a mount with ${thousands(reads.leases)} leases is moved`,
      value: ours.refused,
      unit: '',
      wish: 'low',
      reach: 0,
      from: `of ${thousands(ours.all)} reads in ${ms(ours.ms)}; plain: ${thousands(plain.refused)} of ${thousands(plain.all)} in ${ms(plain.ms)}`,
    },
    {
      id: 'cluster-move',
      what: 'POST to success without leases, longer than plain by',
      value: move.differenceMs,
      unit: 'ms',
      wish: 'low',
      reach: 500,
      from: `${ms(move.oursMs)}, ${ms(move.plainMs)}; medians of ${move.moves}`,
    },
    ...drains.map(ofDrain),
    ...runs.map(([id, mounts, { perSecond, moves, succeeded, atOnce }]): Figure => {
      return {
        id,
        what: `bulk run of ${mounts}, compared with plain moves in a row`,
        value: (100 * perSecond) / bulk.plainPerSecond,
        unit: '%',
        wish: 'high',
        reach: 80,
        from: `${thousands(perSecond, 1)}, ${thousands(bulk.plainPerSecond, 1)} moves a second; ${thousands(succeeded)} of ${thousands(moves)} moved, ${atOnce} at once`,
      };
    }),
  ];
}

/** With one connection there is nothing to gain. */
function ofDrain({ connections, leases, oursMs, plainMs }: Drained): Figure {
  return {
    id: `cluster-drain-${connections}`,
    what: `move of ${thousands(leases)} leases of ${connections === 1 ? 'one database connection' : `${connections} database connections`}, faster than plain`,
    value: plainMs / oursMs,
    unit: '×',
    wish: 'high',
    ...(connections > 1 && { reach: 8 }),
    from: `${ms(plainMs)}, ${ms(oursMs)}`,
  };
}
