/** The charts of docs/performance.md. Pure. */

import type { BesideSeen } from '../beside/measure.ts';
import { costOfThousand, dollars, type Result, thousands } from '../figures.ts';
import { type Chart, svgOf } from './chart.ts';
import { flameOf } from './flame.ts';
import type { Results } from './results.ts';

/** @returns the text of each file */
export function chartsOf({ service: { seen }, cluster, beside, where }: Results): Record<string, string> {
  return {
    'moves.svg': svgOf(moves(seen)),
    'leases.svg': svgOf(leases(seen)),
    'cost.svg': svgOf(cost(seen)),
    'cluster.svg': svgOf(drains(cluster.seen)),
    'keys.svg': svgOf(keys(beside.seen.keys)),
    ...Object.fromEntries(
      FLAMES.map(([name, title]) => [`where-${name}.svg`, flameOf(title, where.seen[name].flame)]),
    ),
  };
}

const FLAMES = [
  ['read', 'Processor time of a kv read'],
  ['login', 'Processor time of a login'],
  ['status', 'Processor time of a status'],
  ['remount', 'Processor time of a move: POST, switch and announcement'],
] as const;

/** In the README. */
function keys(seen: BesideSeen['keys']): Chart {
  const bars = seen.flatMap(({ keys, ours, reference }) => [
    timed(`${thousands(keys)} keys`, ours),
    { ...timed('OpenBao', reference), other: true },
  ]);
  return { title: 'A move into another namespace, milliseconds', logarithmic: bars.length > 0, bars };
}

function drains({ drains }: Results['cluster']['seen']): Chart {
  return {
    title: 'A move of a mount of a cluster with leases, milliseconds',
    bars: drains.flatMap(({ connections, leases, oursMs, plainMs }) => {
      const what = `${thousands(leases)} leases, ${connections} connection${connections === 1 ? '' : 's'}`;
      return [timed(what, oursMs), { ...timed('plain remount', plainMs), other: true }];
    }),
  };
}

function moves({ sizes, manyMounts, copy }: Result['seen']): Chart {
  return {
    title: 'A move between namespaces, milliseconds',
    logarithmic: true,
    bars: [
      timed(`${thousands(sizes.smallKeys)} keys`, sizes.smallMs),
      timed(`${thousands(sizes.largeKeys)} keys`, sizes.largeMs),
      timed(`in one namespace, ${thousands(manyMounts.fewMounts)} mounts in the table`, manyMounts.b),
      timed(`in one namespace, ${thousands(manyMounts.mounts)} mounts in the table`, manyMounts.a),
      timed(`${thousands(copy.keys)} keys`, copy.moveMs),
      { ...timed(`${thousands(copy.keys)} keys, copied one by one`, copy.copyMs), other: true },
    ],
  };
}

function leases({ cut, ceiling, serial }: Result['seen']): Chart {
  return {
    title: 'Leases removed a second',
    bars: [
      rate('a move', ceiling.leasesPerSecond),
      { ...rate('bare deletes of the same items', ceiling.ceilingPerSecond), other: true },
      rate(`a move with ${thousands(cut.leases)} leases`, cut.leases / cut.secondsToSuccess),
      { ...rate('one by one', serial.leasesPerSecond), other: true },
    ],
  };
}

function cost({ plain }: Result['seen']): Chart {
  const { stepFunctions, dynamodb, api, eventBridge, lambda, total } = costOfThousand(plain);
  const parts = {
    'Step Functions': stepFunctions,
    DynamoDB: dynamodb,
    'API Gateway': api,
    EventBridge: eventBridge,
    Lambda: lambda,
    total,
  };
  const bars = Object.entries(parts).map(([label, value]) => ({ label, value, shown: dollars(value) }));
  return { title: '1,000 plain moves with one status request each', bars };
}

function timed(label: string, ms: number) {
  return { label, value: ms, shown: `${thousands(ms)} ms` };
}

function rate(label: string, perSecond: number) {
  return { label, value: perSecond, shown: thousands(perSecond) };
}
