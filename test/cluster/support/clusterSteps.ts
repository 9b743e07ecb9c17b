/** Runs the steps of a migration on a cluster in memory, with a clock that does not wait. */

import { type ClusterNext, clusterStep } from '../../../functions/cluster/step.ts';
import type { StepDeps } from '../../../functions/cluster/work.ts';
import { STEP_HEARTBEAT_MS, STEP_HOLD_MS } from '../../../functions/limits.ts';
import type { Clock } from '../../../functions/ports/deps.ts';
import { acceptAndStart } from '../../../functions/remount/acceptMigration.ts';
import type { Migration } from '../../../functions/remount/migration.ts';
import { type ClusterOptions, DEFAULT_CLUSTER_OPTIONS } from '../../../functions/remount/onCluster.ts';
import type { PolicyOrder } from '../../../functions/remount/policyOrder.ts';
import { readMigration } from '../../../functions/remount/readMigration.ts';
import type { Mount } from '../../../functions/tree/mount.ts';
import { type Namespace, ROOT } from '../../../functions/tree/namespace.ts';
import type { TestDeps } from '../../support/testDeps.ts';
import type { FakeCluster } from './fakeCluster.ts';

/**
 * Time passes only when the work of a step sleeps, or a test says so, and then at once. The heartbeat of a step waits until
 * the work has let its time pass: otherwise a busy machine, on which it beats often during one write, would end the step.
 */
export function sleeplessClock(): Clock & { pass(ms: number): void } {
  let now = Date.now();
  let beats: { due: number; wake: () => void }[] = [];
  function passUntil(due: number): void {
    now = Math.max(now, due);
    for (const beat of beats.filter((beat) => beat.due <= now)) beat.wake();
    beats = beats.filter((beat) => beat.due > now);
  }
  return {
    now: () => now,
    async sleep(ms) {
      const due = now + ms;
      if (ms === STEP_HEARTBEAT_MS) return new Promise((wake) => beats.push({ due, wake }));
      // Lets the heartbeat and other work of the step take turns.
      await new Promise(setImmediate);
      passUntil(due);
    },
    pass: (ms) => passUntil(now + ms),
  };
}

export type ClusterDeps = TestDeps & StepDeps;

const REQUESTED_BY = { displayName: 'token', accessor: 'accessor-of-the-caller', namespace: '' };

export interface Accepting {
  from?: string;
  to?: string;
  options?: Partial<ClusterOptions>;
  policies?: PolicyOrder;
  source?: Namespace;
  target?: Namespace;
}

/** Accepts the move of a mount of the cluster, as a request does after its checks. @returns the id of the migration */
export async function accept(
  deps: ClusterDeps,
  cluster: FakeCluster,
  { from = 'kv/', to = 'moved/', options = {}, policies, source = ROOT, target = ROOT }: Accepting = {},
): Promise<string> {
  const entry = cluster.table.get(source.path + from)?.entry;
  if (!entry) throw new Error(`no mount at ${source.path}${from}`);
  const mount = { uuid: entry.uuid, accessor: entry.accessor, generation: 0, entry } as Mount;
  const move = { mount, source: { namespace: source, path: from }, target: { namespace: target, path: to } };
  const clusterOptions = { ...DEFAULT_CLUSTER_OPTIONS, ...options };
  const details = { clusterOptions, policies };
  return (await acceptAndStart(deps, { requestedBy: REQUESTED_BY }, move, details)).id;
}

/** The time that one step may take, in milliseconds. */
const STEP_MS = 60_000;

/** One step. */
export function step(deps: ClusterDeps, id: string, looks = 0): Promise<ClusterNext> {
  return clusterStep(deps, { id, looks }, deps.clock.now() + STEP_MS);
}

/**
 * Steps until the migration has ended, as the workflow does; a step that dies is repeated when its hold is over.
 * @param most steps
 */
export async function runToEnd(deps: ClusterDeps, id: string, most = 400): Promise<Migration> {
  for (let looks = 0; looks < most; looks++) {
    try {
      const { next, seconds } = await step(deps, id);
      if (next === 'end') break;
      deps.clock.pass(seconds * 1_000);
    } catch {
      deps.clock.pass(STEP_HOLD_MS + 1_000);
    }
  }
  return (await readMigration(deps, id)) as Migration;
}
