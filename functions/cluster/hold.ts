/**
 * The hold of a step on the record of a migration: only one step at a time speaks to the cluster for it. A step that dies
 * loses its hold when the time is over; a step that is too slow to keep it stops by itself.
 */

import { STEP_HEARTBEAT_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Write } from '../ports/store.ts';
import { after } from '../remount/migration.ts';
import { readMigration } from '../remount/readMigration.ts';
import {
  type ClusterMigration,
  isOnCluster,
  type StepChanges,
  stepOver,
  stepTaken,
  stepWritten,
} from './transitions.ts';

/** The record was changed by somebody else, or the step was too slow: it must stop. */
export class HoldLost extends Error {
  override readonly name = 'HoldLost';
}

type HoldDeps = Pick<Deps, 'store' | 'clock' | 'ids'>;

export class Hold {
  /** The record as this step has written it. */
  migration: ClusterMigration;
  readonly by: string;
  readonly #deps: HoldDeps;
  #writing: Promise<void> = Promise.resolve();
  #isLost = false;

  private constructor(deps: HoldDeps, by: string, migration: ClusterMigration) {
    this.#deps = deps;
    this.by = by;
    this.migration = migration;
  }

  /** @returns nothing while another step holds the record, or when the migration has ended */
  static async take(deps: HoldDeps, id: string): Promise<Hold | undefined> {
    const by = deps.ids.uuid();
    try {
      await deps.store.commit([stepTaken(id, by, deps.clock.now())]);
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
    const migration = await readMigration(deps, id);
    return isOnCluster(migration) && migration.stepBy === by ? new Hold(deps, by, migration) : undefined;
  }

  /** @throws HoldLost when the step may not go on */
  check(): void {
    const isOver = this.#deps.clock.now() >= (this.migration.stepUntil ?? 0);
    if (this.#isLost || isOver) throw new HoldLost('another step may be working on the migration');
  }

  /**
   * Writes to the record, one write after the other.
   * @param changes what the record gets, by what it has
   * @param beside a write of the same transaction that may have been done before, by a step that died
   * @throws HoldLost when the record is held by another step, or was cancelled
   */
  write(changes: (before: ClusterMigration) => StepChanges, beside: Write[] = []): Promise<void> {
    const written = this.#writing.then(async () => {
      this.check();
      const update = stepWritten(this.migration, this.by, changes(this.migration), this.#deps.clock.now());
      try {
        await this.#deps.store.commit([update, ...beside]);
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        if (!error.failedAt(update.update)) return;
        this.#isLost = true;
        throw new HoldLost('another step works on the migration, or it has ended', { cause: error });
      }
      this.migration = after(this.migration, update) as ClusterMigration;
    });
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Does work, and says every few seconds that the step still does it. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    let isDone = false;
    const beat = async (): Promise<void> => {
      while (!isDone && !this.#isLost) {
        await this.#deps.clock.sleep(STEP_HEARTBEAT_MS);
        // A write that fails is no reason to stop: the next one, or the end of the hold, decides.
        if (!isDone) await this.write(() => ({})).catch(() => {});
      }
    };
    void beat();
    try {
      return await work();
    } finally {
      isDone = true;
      await this.#writing;
    }
  }

  /** @param nextLook when the reconciler checks the record, in epoch milliseconds */
  async release(nextLook: number): Promise<void> {
    await this.#writing;
    try {
      await this.#deps.store.commit([stepOver(this.migration.id, this.by, nextLook)]);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}
