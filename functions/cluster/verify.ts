/** Verifies a moved mount: it is what it was, nothing of it is left at the source, and every node has seen the move. */

import { isDeepStrictEqual } from 'node:util';
import { CLUSTER_PATIENCE_MS, MAX_LOOK_MS, MAX_TAINTED_PAUSE_MS } from '../limits.ts';
import type { MountEntry } from '../ports/cluster.ts';
import { fullPath } from '../remount/migration.ts';
import type { RefusedLease } from '../remount/onCluster.ts';
import { drain } from './drain.ts';
import { LEASE_NOT_REVOKED } from './failures.ts';
import { namesOfKeys } from './keyNames.ts';
import { listAsIrrevocable } from './listIrrevocable.ts';
import { clusterPath, entriesAt } from './look.ts';
import { copiesKeys } from './transitions.ts';
import { type ENDED, growing, type Pause, type Work, withCluster } from './work.ts';

export async function verify(work: Work): Promise<Pause | typeof ENDED> {
  const { deps, hold } = work;
  const { source, target } = hold.migration;
  if (copiesKeys(hold.migration) && !hold.migration.cluster.isReloaded) {
    const outcome = await deps.cluster.reload(clusterPath(target));
    await warn(work, outcome.done ? [] : [`the plugin of the mount could not be reloaded: ${outcome.why}`]);
    await hold.write((before) => withCluster(before, { isReloaded: true }));
  }
  const pause = await drainOldPath(work);
  if (pause !== undefined) return pause;
  const [other, entry] = await entriesAt(deps.cluster, { source, target });
  await warn(work, [...differences(hold.migration.cluster.entry, entry), ...(await lostKeys(work))]);
  if (other) await warn(work, [`another mount is at "${fullPath(source)}" now`]);
  await hold.write((before) => ({
    phase: 'propagating',
    ...withCluster(before, { refusedLease: undefined }),
  }));
  return 0;
}

/**
 * The cluster has revoked all leases before it moved the mount. What is found at the old path is older, unless another
 * mount has been put there: its leases are not touched.
 * @returns milliseconds until the next try; nothing if no lease is left, or what is left was waited for long enough
 */
async function drainOldPath(work: Work): Promise<Pause | undefined> {
  const { deps, hold } = work;
  const { switchedAt = 0 } = hold.migration;
  const drained = await drain(deps, hold, work.until, true);
  if (drained.state === 'drained') return undefined;
  if (drained.state !== 'refused') return 0;
  const now = deps.clock.now();
  if (now - switchedAt > CLUSTER_PATIENCE_MS) {
    await giveUp(work, drained.lease);
    return undefined;
  }
  const waiting = { why: `${LEASE_NOT_REVOKED} at the old path`, since: switchedAt };
  await hold.write((before) => withCluster(before, { rounds: 0, isCanaryPassed: undefined, waiting }));
  return growing(switchedAt, now, MAX_LOOK_MS / 2, MAX_TAINTED_PAUSE_MS);
}

/** A success says that everything older is revoked, except what its record lists (R6). */
async function giveUp(work: Work, refused: RefusedLease): Promise<void> {
  const { deps, hold } = work;
  const { id, source } = hold.migration;
  const reason = `lease "${refused.leaseId}": ${refused.reason}`;
  let left = 0;
  for await (const leaseId of deps.cluster.leases(clusterPath(source))) {
    await listAsIrrevocable(hold, leaseId, reason, deps.clock.now());
    left++;
  }
  await warn(work, [
    `${left} leases at the old path could not be revoked, and are listed by sys/remount/irrevocable/${id}`,
  ]);
}

/** What a move leaves as it is, of all that a mount table tells. */
const KEPT = [
  'uuid',
  'type',
  'description',
  'config',
  'options',
  'local',
  'seal_wrap',
  'external_entropy_access',
];

function differences(before: MountEntry, after: MountEntry | undefined): string[] {
  if (after?.accessor !== before.accessor) return ['the mount has been moved on by somebody else'];
  return KEPT.filter((field) => !isDeepStrictEqual(plain(before[field]), plain(after[field]))).map(
    (field) => `${field} is not what it was when the move was accepted`,
  );
}

/** What the store has kept of a value: no undefined fields, and objects without classes. */
function plain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

async function lostKeys({ deps, hold }: Work): Promise<string[]> {
  const { keys } = hold.migration.cluster;
  if (!keys) return [];
  const now = await namesOfKeys(deps.cluster, hold.migration, hold.migration.target);
  if (now?.digest === keys.digest) return [];
  return [`the mount had ${keys.count} keys before it was copied, and has ${now?.count ?? 'unknown'} now`];
}

async function warn({ hold }: Work, warnings: string[]): Promise<void> {
  if (warnings.length === 0) return;
  await hold.write((before) =>
    withCluster(before, { warnings: [...new Set([...before.cluster.warnings, ...warnings])] }),
  );
}
