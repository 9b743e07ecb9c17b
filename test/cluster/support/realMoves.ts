/**
 * Moves the mounts of a real cluster in this process: the requests through the front, and the real steps one after the
 * other. A test can act at an exact moment.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterSettings } from '../../../functions/adapters/clusterSettings.ts';
import { vaultCluster } from '../../../functions/adapters/vaultCluster.ts';
import { clusterStore } from '../../../functions/cluster/clusterStore.ts';
import { clusterStep } from '../../../functions/cluster/step.ts';
import { STEP_HOLD_MS } from '../../../functions/limits.ts';
import type { Cluster } from '../../../functions/ports/cluster.ts';
import type { MigrationInfo } from '../../../functions/remount/answers.ts';
import type { Migration } from '../../../functions/remount/migration.ts';
import { migrationInfo } from '../../../functions/remount/migrationInfo.ts';
import { readMigration } from '../../../functions/remount/readMigration.ts';
import { OPERATOR } from '../../../functions/remount/requesterInfo.ts';
import type { Caller } from '../../support/call.ts';
import type { TestDeps } from '../../support/testDeps.ts';
import { type Front, front } from './front.ts';

/** A call of a step to the cluster. */
interface StepCall {
  method: keyof Cluster;
  args: unknown[];
}

/** What a test does at a moment. It makes the call fail by throwing. */
type Act = (call: StepCall) => Promise<void> | void;

/** Milliseconds that one step may take. */
const STEP_MS = 60_000;
/** A longer pause between two steps is not waited for: the clock is put forward. */
const LONGEST_PAUSE_MS = 2_000;
const MOST_STEPS = 200;

export interface RealMoves {
  /** What the front has. */
  records: TestDeps;
  /** Called before each call of a step to the cluster. */
  before: Act;
  /** Called after each such call that was answered. */
  after: Act;
  /** Sends a request to the service with the token of the caller. */
  call: Caller;
  /** Posts a move. @returns the id of the migration */
  post(body: object, namespace?: string): Promise<string>;
  info(id: string): Promise<MigrationInfo>;
  /** One step. @returns whether it was the last one */
  step(id: string): Promise<boolean>;
  /** Steps until the migration has ended. A step that dies is repeated when its hold is over. */
  run(id: string): Promise<MigrationInfo>;
  /** Posts a move and runs it to its end. */
  move(body: object, namespace?: string): Promise<MigrationInfo>;
  /** Steps until the record says what is awaited. */
  runUntil(id: string, isIt: (info: MigrationInfo) => boolean): Promise<MigrationInfo>;
}

interface Where {
  address: string;
  /** Of the caller. */
  token: string;
  /** Of the service, instead of the token of the caller. */
  credentials?: ClusterSettings['credentials'];
  /** Makes the cluster appear as another product. */
  disguised?: (cluster: Cluster) => Cluster;
}

/** @param where is called once the servers of the file run */
export function realMoves(where: () => Where): RealMoves {
  const f: Front = front();
  const connect = (): Cluster => {
    const { address, token, credentials = { token }, disguised = (same) => same } = where();
    return disguised(vaultCluster({ address, namespace: '', credentials, clock: f.records.clock }));
  };
  let known: Cluster | undefined;
  const cluster = () => (known ??= connect());

  const moves: RealMoves = {
    get records() {
      return f.records;
    },
    before: () => {},
    after: () => {},
    call: (...of) => f.calls(cluster(), where().token)(...of),
    async post(body, namespace = '') {
      const answer = await moves.call('POST', 'sys/remount', { body, namespace });
      if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
      return answer.body.migration_id;
    },
    async info(id) {
      // Of the record: the service asks the cluster who wants to see it, and the cluster may be away.
      return migrationInfo((await readMigration(f.records, id)) as Migration, OPERATOR);
    },
    async step(id) {
      const watched = watching(cluster(), moves);
      const deps = { ...f.records, cluster: watched, store: clusterStore(watched, f.records.store) };
      const { next, seconds } = await clusterStep(deps, { id, looks: 0 }, f.records.clock.now() + STEP_MS);
      if (next === 'end') return true;
      await delay(Math.min(seconds * 1_000, LONGEST_PAUSE_MS));
      f.records.clock.pass(Math.max(0, seconds * 1_000 - LONGEST_PAUSE_MS));
      return false;
    },
    run: (id) => moves.runUntil(id, ({ status }) => status !== 'in-progress'),
    async runUntil(id, isIt) {
      for (let steps = 0; steps < MOST_STEPS; steps++) {
        const info = await moves.info(id);
        if (isIt(info)) return info;
        if (info.status !== 'in-progress') break;
        await moves.step(id).catch(() => f.records.clock.pass(STEP_HOLD_MS + 1_000));
      }
      throw new Error(`waited in vain: ${JSON.stringify(await moves.info(id))}`);
    },
    move: async (body, namespace) => moves.run(await moves.post(body, namespace)),
  };
  return moves;
}

/** The same cluster, whose every call passes the test. */
function watching(cluster: Cluster, moves: Pick<RealMoves, 'before' | 'after'>): Cluster {
  const { leases } = cluster;
  const methods = Object.entries(cluster).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value];
    const method = name as keyof Cluster;
    return [
      name,
      async (...args: unknown[]) => {
        await moves.before({ method, args });
        const answer = await (value as (...args: unknown[]) => unknown)(...args);
        await moves.after({ method, args });
        return answer;
      },
    ];
  });
  return {
    ...(Object.fromEntries(methods) as Cluster),
    async *leases(below) {
      await moves.before({ method: 'leases', args: [below] });
      yield* leases(below);
      await moves.after({ method: 'leases', args: [below] });
    },
  };
}
