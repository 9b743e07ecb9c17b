/**
 * Revokes the leases of a mount one by one while it is served, before the cluster moves it: the move itself revokes what
 * is left one after the other, and refuses all requests meanwhile (architecture §11).
 */

import { FIRST_REVOKE_PAUSE_MS, MAX_DRAIN_ROUNDS, MAX_REVOKE_TRIES, STEP_HEARTBEAT_MS } from '../limits.ts';
import { type Cluster, ClusterUnavailable } from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import type { RefusedLease } from '../remount/onCluster.ts';
import { isAuthPath } from '../tree/path.ts';
import type { Hold } from './hold.ts';
import { listAsIrrevocable } from './listIrrevocable.ts';
import { clusterPath } from './look.ts';
import { Pace } from './pace.ts';
import type { StepChanges } from './transitions.ts';
import { withCluster } from './work.ts';

/** The result of a drain, or of the part of it that fitted the time. */
export type Drained =
  | { state: 'drained' }
  | { state: 'unfinished' }
  | { state: 'refused'; lease: RefusedLease }
  | { state: 'not converging'; left: number; seconds: number };

type DrainDeps = Pick<Deps, 'store' | 'clock' | 'log'> & { cluster: Cluster };

/** A lease that the cluster did not revoke. */
class LeaseRefused extends Error {
  readonly lease: RefusedLease;

  constructor(lease: RefusedLease) {
    super('a lease was not revoked');
    this.lease = lease;
  }
}

/**
 * @param until epoch milliseconds after which no further lease is begun
 * @param isWhole whether no lease may be left: the mount has moved, and nothing is refused any more
 * @throws HoldLost, ClusterUnavailable, ClusterForbids
 */
export async function drain(deps: DrainDeps, hold: Hold, until: number, isWhole = false): Promise<Drained> {
  return new Drain(deps, hold, until, isWhole).run();
}

class Drain {
  readonly #deps: DrainDeps;
  readonly #hold: Hold;
  readonly #until: number;
  readonly #isWhole: boolean;
  #revoked: number;
  #writtenAt: number;

  constructor(deps: DrainDeps, hold: Hold, until: number, isWhole: boolean) {
    this.#deps = deps;
    this.#hold = hold;
    this.#until = until;
    this.#isWhole = isWhole;
    this.#writtenAt = deps.clock.now();
    this.#revoked = hold.migration.leasesRevoked;
  }

  async run(): Promise<Drained> {
    try {
      return await this.#rounds();
    } catch (error) {
      const lease = error instanceof LeaseRefused ? error.lease : undefined;
      // Also when the cluster stops to answer: the migration may end as it is now.
      await this.#hold.write((before) => ({
        ...this.#progress(),
        ...(lease && withCluster(before, { refusedLease: lease })),
      }));
      if (!lease) throw error;
      return { state: 'refused', lease };
    }
  }

  /** So that people see it grow, and a step that dies has counted most of what it did. */
  async #writeProgress(): Promise<void> {
    const now = this.#deps.clock.now();
    if (now - this.#writtenAt < STEP_HEARTBEAT_MS) return;
    this.#writtenAt = now;
    await this.#hold.write(() => this.#progress());
  }

  #progress(): StepChanges {
    return { leasesRevoked: this.#revoked };
  }

  async #rounds(): Promise<Drained> {
    for (;;) {
      const leases = await this.#leases();
      const result = this.#judge(leases.length);
      if (result) return result;
      const isFirst = !this.#hold.migration.cluster.isCanaryPassed;
      const isWhole = await this.#round(isFirst ? await this.#canary(leases) : leases);
      await this.#hold.write(({ cluster }) => ({
        ...this.#progress(),
        cluster: { ...cluster, rounds: cluster.rounds + (isWhole ? 1 : 0) },
      }));
      if (!isWhole) return { state: 'unfinished' };
    }
  }

  /** @returns nothing if another round may help */
  #judge(left: number): Drained | undefined {
    const { source, cluster } = this.#hold.migration;
    if (left === 0) return { state: 'drained' };
    if (this.#isWhole) return this.#deps.clock.now() < this.#until ? undefined : { state: 'unfinished' };
    // After each round the clients of an auth method log in again.
    if (cluster.rounds < (isAuthPath(source.path) ? 1 : MAX_DRAIN_ROUNDS)) return undefined;
    const seconds = Math.ceil((left * (cluster.revokeMs ?? 0)) / 1_000);
    return seconds <= cluster.options.maxRefusalS
      ? { state: 'drained' }
      : { state: 'not converging', left, seconds };
  }

  /**
   * Revokes one lease of each role, alone: if one cannot be revoked, the others are not touched.
   * @returns the others
   */
  async #canary(leases: string[]): Promise<string[]> {
    const firsts = new Map<string, string>();
    for (const id of leases) if (!firsts.has(roleOf(id))) firsts.set(roleOf(id), id);
    const began = this.#deps.clock.now();
    for (const id of firsts.values()) await this.#revoke(id);
    const revokeMs = (this.#deps.clock.now() - began) / firsts.size;
    await this.#hold.write(({ cluster }) => {
      const leasesFound = cluster.leasesFound ?? leases.length;
      return { ...this.#progress(), cluster: { ...cluster, leasesFound, isCanaryPassed: true, revokeMs } };
    });
    return leases.filter((id) => firsts.get(roleOf(id)) !== id);
  }

  /** None if the path has another mount meanwhile: what that has issued is not touched. */
  async #leases(): Promise<string[]> {
    const { source, cluster } = this.#hold.migration;
    const { accessor } = (await this.#deps.cluster.mounts(source.namespacePath)).get(source.path) ?? {};
    if (accessor !== (this.#isWhole ? undefined : cluster.entry.accessor)) return [];
    const all: string[] = [];
    for await (const id of this.#deps.cluster.leases(clusterPath(source))) {
      this.#hold.check();
      all.push(id);
    }
    return all;
  }

  /** @returns whether all of them are revoked; if not, the time is over */
  async #round(leases: string[]): Promise<boolean> {
    const { options, revokeMs = 0 } = this.#hold.migration.cluster;
    const pace = new Pace(options.drainConcurrency, revokeMs);
    const inTurn = rolesInTurn(leases);
    const failures: unknown[] = [];
    const under = new Set<Promise<void>>();
    let next = 0;
    while (next < inTurn.length && failures.length === 0 && this.#deps.clock.now() < this.#until) {
      const id = inTurn[next++] as string;
      const work: Promise<void> = this.#paced(id, pace)
        .catch((error) => void failures.push(error))
        .finally(() => under.delete(work));
      under.add(work);
      while (under.size >= pace.atOnce) await Promise.race(under);
    }
    await Promise.all(under);
    if (failures.length > 0) throw failures.find((error) => error instanceof LeaseRefused) ?? failures[0];
    return next === inTurn.length;
  }

  async #paced(id: string, pace: Pace): Promise<void> {
    const began = this.#deps.clock.now();
    try {
      await this.#revoke(id);
      pace.took(this.#deps.clock.now() - began);
      await this.#writeProgress();
    } catch (error) {
      pace.slower();
      if (!(error instanceof ClusterUnavailable && error.isBusy)) throw error;
      await this.#deps.clock.sleep(FIRST_REVOKE_PAUSE_MS * 4);
      await this.#revoke(id);
    }
  }

  /** @throws LeaseRefused after several tries, unless the migration may drop it */
  async #revoke(leaseId: string): Promise<void> {
    const { cluster, clock, log } = this.#deps;
    const { source } = this.#hold.migration;
    for (let tries = 1; ; tries++) {
      this.#hold.check();
      const outcome = await cluster.revoke(source.namespacePath, leaseId, false);
      if (outcome.done) break;
      if (tries < MAX_REVOKE_TRIES) {
        await clock.sleep(FIRST_REVOKE_PAUSE_MS * 2 ** (tries - 1));
        continue;
      }
      if (this.#hold.migration.cluster.options.onRevokeError === 'fail')
        throw new LeaseRefused({ leaseId, reason: outcome.why });
      log.warn('a lease is dropped', { id: this.#hold.migration.id });
      await this.#drop(leaseId, outcome.why);
      return;
    }
    this.#revoked++;
  }

  /** Removes a lease from the cluster. The record lists it before that. */
  async #drop(leaseId: string, reason: string): Promise<void> {
    const { cluster, clock } = this.#deps;
    await listAsIrrevocable(this.#hold, leaseId, reason, clock.now());
    const outcome = await cluster.revoke(this.#hold.migration.source.namespacePath, leaseId, true);
    if (!outcome.done) throw new LeaseRefused({ leaseId, reason: outcome.why });
  }
}

/** The path of a lease without its random part: what a role of the engine has issued begins with it. */
function roleOf(leaseId: string): string {
  return leaseId.slice(0, leaseId.lastIndexOf('/'));
}

/** An engine may revoke the leases of one role one after the other, and those of another at the same time. */
function rolesInTurn(leases: string[]): string[] {
  const seen = new Map<string, number>();
  const turns = leases.map((id) => {
    const turn = seen.get(roleOf(id)) ?? 0;
    seen.set(roleOf(id), turn + 1);
    return { id, turn };
  });
  return turns.toSorted((a, b) => a.turn - b.turn).map(({ id }) => id);
}
