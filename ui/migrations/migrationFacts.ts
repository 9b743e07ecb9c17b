/** The fields of a migration, except its status and the times of its steps. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { type Fact, Facts } from '../parts/facts.ts';
import { Time } from '../parts/time.ts';
import { linkTo } from '../route.ts';
import { duration } from '../words/format.ts';
import { policyFacts } from '../words/policyWords.ts';
import { requesterIn } from '../words/requester.ts';

export interface MigrationFactsProps {
  info: MigrationInfo;
  /** Whether the page tells of the old path already. */
  hasOldPath: boolean;
}

export function MigrationFacts({ info, hasOldPath }: MigrationFactsProps) {
  return html`
    <${Facts}
      facts=${[
        ['Reason', info.reason ?? html`<span class="hint">none given</span>`],
        ['Requested by', requesterIn(info.requested_by)],
        ['Accepted', html`<${Time} at=${info.created_time} />`],
        hasOldPath ? undefined : oldPathFact(info.alias),
        ...policyFacts(info.policies),
        ...clusterFacts(info.cluster),
        info.undo_of && ['Undo of', html`<a href=${linkTo('migrations', info.undo_of)}>${info.undo_of}</a>`],
        info.bulk_id && [
          'Part of the bulk run',
          html`<a href=${linkTo('bulk', info.bulk_id)}>${info.bulk_id}</a>`,
        ],
      ].map((fact) => fact || undefined)}
    />`;
}

function oldPathFact(alias: MigrationInfo['alias']): Fact {
  if (!alias) return undefined;
  if (alias.ended_time) return ['Old path', html`<span>ended <${Time} at=${alias.ended_time} /></span>`];
  if (alias.end_time) return ['Old path', html`<span>answers until <${Time} at=${alias.end_time} /></span>`];
  return ['Old path', `answers for ${duration(alias.ttl * 1_000)} from the switch on`];
}

function clusterFacts(cluster: MigrationInfo['cluster']): [string, string][] {
  if (!cluster) return [];
  const { waiting_for: waiting, refused_lease: lease, warnings, nodes } = cluster;
  const other = nodes.filter(({ state }) => state === 'stale' || state === 'unreachable');
  return [
    ...(waiting ? [['Waiting', waiting] satisfies [string, string]] : []),
    ...(lease
      ? [['Lease not revoked', `${lease.lease_id}: ${lease.reason}`] satisfies [string, string]]
      : []),
    ...warnings.map((warning): [string, string] => ['Warning', warning]),
    ...other.map(({ address, state }): [string, string] => ['Node', `${address} is ${state}`]),
  ];
}
