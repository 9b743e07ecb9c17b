/**
 * Faults at every call: the cluster does not answer, its answer is lost, the step dies, the store loses an answer.
 * Whatever happens, a terminal status is true, and the cluster is never asked for another move.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Migration } from '../../functions/remount/migration.ts';
import { testDeps } from '../support/testDeps.ts';
import { throughFile } from '../support/throughFile.ts';
import { accept, runToEnd } from './support/clusterSteps.ts';
import { died } from './support/dyingStore.ts';
import { type MoveFate, unavailable } from './support/fakeCluster.ts';
import { countCalls, disturb, type FaultWorld, faultWorld } from './support/faultWorld.ts';

/** From one fault to the next; `FAULT_STRIDE=1` tries all of them, which takes minutes. */
const STRIDE = Number(process.env.FAULT_STRIDE ?? 5);

const service = throughFile(testDeps);
const world = (fates?: MoveFate[]) => faultWorld(service, fates);

/** What must be so at the end, whatever has happened. */
function checkTruth({ cluster }: FaultWorld, migration: Migration): void {
  const places = [...cluster.table].filter(([path]) => path === 'kv/' || path === 'moved/');
  expect(migration.status).not.toBe('in-progress');
  if (migration.status === 'success') {
    expect(places).toMatchObject([['moved/', { isTainted: false }]]);
    expect(cluster.held.get('kv/') ?? new Set()).toEqual(new Set());
  } else {
    // A mount that is at both ends is not at the target alone.
    const isMoved = places.length === 1 && places[0]?.[0] === 'moved/';
    expect(isMoved, migration.error?.code).toBe(false);
  }
  for (const { from, to } of cluster.posts) expect([from, to]).toEqual(['kv/', 'moved/']);
}

const FATES: MoveFate[][] = [[], ['untouched'], ['tainted'], ['half']];

describe.each(FATES.map((fates) => [fates.join() || 'success', fates] as const))(
  'a move whose fate is %s',
  (_, fates) => {
    it('keeps its promises when the cluster does not answer a call, at any call', async () => {
      const { calls } = await countCalls(world(fates));
      for (let at = 1; at <= calls; at += STRIDE) {
        const w = world(fates);
        const id = await accept(w.deps, w.cluster);
        disturb(w.cluster, at, unavailable, 'before');
        checkTruth(w, await runToEnd(w.deps, id));
      }
    });

    it('keeps its promises when an answer is lost, at any call', async () => {
      const { calls } = await countCalls(world(fates));
      for (let at = 1; at <= calls; at += STRIDE) {
        const w = world(fates);
        const id = await accept(w.deps, w.cluster);
        disturb(w.cluster, at, () => unavailable(true), 'after');
        checkTruth(w, await runToEnd(w.deps, id));
      }
    });

    it.each(['before', 'after'] as const)(
      'keeps its promises when the step dies %s a call, at any call',
      async (where) => {
        const { calls } = await countCalls(world(fates));
        for (let at = 1; at <= calls; at += STRIDE) {
          const w = world(fates);
          const id = await accept(w.deps, w.cluster);
          disturb(w.cluster, at, died, where);
          checkTruth(w, await runToEnd(w.deps, id));
        }
      },
    );

    it.each([false, true])(
      'keeps its promises when the step dies at any write (written: %s)',
      async (isLost) => {
        const { writes } = await countCalls(world(fates));
        for (let at = 2; at <= writes; at += STRIDE) {
          const w = world(fates);
          w.dieAt(at, isLost ? 'after' : 'before');
          checkTruth(w, await runToEnd(w.deps, await accept(w.deps, w.cluster)));
        }
      },
    );
  },
);

it('a lease that cannot be revoked: none is revoked after the canary, whatever fails meanwhile', async () => {
  for (let at = 1; at <= 40; at++) {
    const w = world();
    w.cluster.stubborn.set('kv/creds/r/0', 'connection refused');
    const id = await accept(w.deps, w.cluster);
    disturb(w.cluster, at, at % 2 ? unavailable : died, 'before');
    const migration = await runToEnd(w.deps, id);
    checkTruth(w, migration);
    expect(migration.error?.code).toBe('lease_not_revoked');
    expect(w.cluster.revoked).toEqual([]);
    expect(w.cluster.posts).toEqual([]);
  }
});

it('keeps its promises under any sequence of fates and faults', async () => {
  const fate = fc.constantFrom<MoveFate>('success', 'tainted', 'untouched', 'half', 'gone', 'elsewhere');
  const fault = fc.record({
    at: fc.integer({ min: 1, max: 60 }),
    what: fc.constantFrom('silent', 'lost', 'dead', 'dead after'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { maxLength: 4 }),
      fc.array(fault, { maxLength: 6 }),
      async (fates, faults) => {
        const w = world(fates);
        const id = await accept(w.deps, w.cluster);
        const at = (call: number) => faults.find((one) => one.at === call)?.what;
        w.cluster.before = (_, call) => {
          if (at(call) === 'silent') throw unavailable();
          if (at(call) === 'dead') throw died();
        };
        w.cluster.after = (_, call) => {
          if (at(call) === 'lost') throw unavailable(true);
          if (at(call) === 'dead after') throw died();
        };
        checkTruth(w, await runToEnd(w.deps, id));
      },
    ),
    { numRuns: 60 },
  );
});
