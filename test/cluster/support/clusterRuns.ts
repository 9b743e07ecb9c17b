/**
 * Runs on a cluster in memory: the workflow of the run and those of its migrations work at the same time, and time passes
 * faster.
 */

import type { BulkRun } from '../../../functions/bulk/bulkRun.ts';
import type { AskedPolicies } from '../../../functions/bulk/orderRunPolicies.ts';
import { findRun, migrationsOf, type RunState, readRunRows } from '../../../functions/bulk/readRun.ts';
import { type RunOptions, readOptions } from '../../../functions/bulk/readRunRequest.ts';
import { gatherRows, startRun } from '../../../functions/bulk/startRun.ts';
import { clusterStore } from '../../../functions/cluster/clusterStore.ts';
import type { Deps } from '../../../functions/ports/deps.ts';
import { OPERATOR } from '../../../functions/remount/requesterInfo.ts';
import { ROOT } from '../../../functions/tree/namespace.ts';
import { loadStateMachine } from '../../../infra/local/stateMachine.ts';
import { aslOf, stepsOf, withoutPauses } from '../../support/machines.ts';
import type { TestDeps } from '../../support/testDeps.ts';
import { type ClusterDeps, runToEnd } from './clusterSteps.ts';
import type { FakeCluster } from './fakeCluster.ts';

/** How much faster time passes. A step that holds a record for thirty seconds then still has most of a second. */
const SPEED = 40;

function fastClock(): ClusterDeps['clock'] {
  const begun = performance.now();
  let passed = Date.now();
  return {
    now: () => Math.floor(passed + (performance.now() - begun) * SPEED),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / SPEED)),
    pass(ms) {
      passed += ms;
    },
  };
}

export interface RunWorld {
  cluster: FakeCluster;
  deps: ClusterDeps;
  /** The most migrations that were under way at the same time. */
  most(): number;
  /** Waits until every migration that was started has ended. */
  settled(): Promise<void>;
}

/**
 * Migrations begin to run as soon as they are started.
 * @param service whose store is used
 */
export function runWorld(service: TestDeps, cluster: FakeCluster): RunWorld {
  let underWay = 0;
  let most = 0;
  const running: Promise<unknown>[] = [];
  const workflows: Deps['workflows'] = {
    async start(machine, _, { id }) {
      if (machine !== 'cluster') return;
      most = Math.max(most, ++underWay);
      running.push(runToEnd(deps, id).finally(() => underWay--));
    },
  };
  const deps: ClusterDeps = { ...service, cluster, clock: fastClock(), workflows };
  return {
    cluster,
    deps,
    most: () => most,
    async settled() {
      await Promise.all(running);
    },
  };
}

/** What one request or step has: a store that reads the cluster anew. */
export function requestDeps(deps: ClusterDeps): ClusterDeps {
  return { ...deps, store: clusterStore(deps.cluster, deps.store) };
}

export type Moves = [from: string, to: string][];

const REQUESTED_BY = { displayName: 'token', accessor: 'accessor-of-the-caller', namespace: '' };

/** Accepts a run, as a request does. @returns its id */
export async function acceptRun(
  deps: ClusterDeps,
  moves: Moves,
  fields: Partial<Parameters<typeof readOptions>[0]> = {},
  policies: AskedPolicies = { mode: 'keep' },
): Promise<string> {
  const own = requestDeps(deps);
  const asked = { moves: moves.map(([from, to]) => ({ from, to })) };
  const origin = { namespace: ROOT, requestedBy: REQUESTED_BY, judges: OPERATOR };
  const order = { origin, options: optionsOf(deps, fields), policies };
  return (await startRun(own, order, () => gatherRows(own, asked, ROOT))).id;
}

export function optionsOf(
  deps: ClusterDeps,
  fields: Partial<Parameters<typeof readOptions>[0]> = {},
): RunOptions {
  return readOptions(fields as Parameters<typeof readOptions>[0], deps.cluster);
}

/**
 * One execution of the deployed state machine; each wait passes at once, and failed steps are repeated.
 * @param meanwhile is done in each wait
 */
export async function executeRun(
  deps: ClusterDeps,
  id: string,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<void> {
  const asl = withoutPauses(await aslOf('bulk'), { retries: true });
  const machine = loadStateMachine(asl, async (name, input) => {
    if (name !== 'sleep') return stepsOf(requestDeps(deps))(name, input);
    await deps.clock.sleep((input as { seconds: number }).seconds * 1_000);
    await meanwhile();
    return null;
  });
  await machine({ id }, {}).outcome;
}

/** More than any test needs. */
const MOST_EXECUTIONS = 20;

/** Executions until the run has ended, as the reconciler starts them. */
export async function runEnds(
  world: RunWorld,
  id: string,
  meanwhile?: () => Promise<unknown>,
): Promise<BulkRun> {
  for (let i = 0; i < MOST_EXECUTIONS; i++) {
    const { run } = await stateOf(world.deps, id);
    if (run.status !== 'in-progress') return run;
    await executeRun(world.deps, id, meanwhile);
  }
  throw new Error('the run has not ended');
}

export async function stateOf(deps: ClusterDeps, id: string): Promise<RunState> {
  const state = await findRun(deps.store, id);
  if (!state) throw new Error(`no run ${id}`);
  return state;
}

/** The migrations of all rows, in the order of the request. */
export async function outcomes(deps: ClusterDeps, id: string) {
  return migrationsOf(deps.store, id, await readRunRows(deps.store, id));
}
