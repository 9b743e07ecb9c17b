/**
 * Faults at every call of a migration on a cluster that changes policies. Whatever happens, a rule for the place where the mount
 * is is there at each moment, the texts at the end are those that the status tells, and nothing that others write is lost.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Migration } from '../../functions/remount/migration.ts';
import type { PolicyOrder } from '../../functions/remount/policyOrder.ts';
import { testDeps } from '../support/testDeps.ts';
import { throughFile } from '../support/throughFile.ts';
import { accept, runToEnd } from './support/clusterSteps.ts';
import { died } from './support/dyingStore.ts';
import { type MoveFate, unavailable } from './support/fakeCluster.ts';
import { countCalls, disturb, type FaultWorld, faultWorld } from './support/faultWorld.ts';

/** From one fault to the next; `FAULT_STRIDE=1` tries all of them, which takes minutes. */
const STRIDE = Number(process.env.FAULT_STRIDE ?? 11);

const service = throughFile(testDeps);

const NAMES = ['people', 'robots'];
const rule = (path: string) => `path "${path}*" { capabilities = ["read"] }`;
const TEXT = `# who may read\n${rule('kv/')}\n`;
const FOLLOWED = TEXT.replace('kv/', 'moved/');
const policies: PolicyOrder = {
  mode: 'follow',
  policies: NAMES.map((name) => ({ namespaceId: 'root', namespacePath: '', name })),
};

interface PolicyWorld extends FaultWorld {
  /** Policies that lacked the rule for the place of the mount before a call. */
  missed: string[];
}

function world(fates: MoveFate[], countsVersions: boolean): PolicyWorld {
  const w = { ...faultWorld(service, fates), missed: [] };
  w.cluster.countsVersions = countsVersions;
  for (const name of NAMES) w.cluster.setPolicy(name, TEXT);
  watchPlaces(w);
  return w;
}

/** Looks before each call about policies whether clients may use the mount where it is. */
function watchPlaces({ cluster, missed }: PolicyWorld): void {
  const { policy } = cluster;
  cluster.policy = async (...of) => {
    const [place, other] = ['kv/', 'moved/'].filter((path) => cluster.table.has(path));
    const isOne = place !== undefined && other === undefined;
    if (isOne) missed.push(...NAMES.filter((name) => !cluster.textOf(name)?.includes(rule(place))));
    return policy.apply(cluster, of);
  };
}

function checkTruth(
  { cluster, missed }: PolicyWorld,
  { status, policyOutcome, cluster: record }: Migration,
): void {
  expect(status).not.toBe('in-progress');
  expect(missed).toEqual([]);
  expect(policyOutcome?.left ?? []).toEqual([]);
  const text = status === 'success' ? FOLLOWED : TEXT;
  expect(NAMES.map((name) => cluster.textOf(name))).toEqual([text, text]);
  expect((policyOutcome?.changed ?? []).map(({ name }) => name)).toEqual(status === 'success' ? NAMES : []);
  expect(record).not.toHaveProperty('policies');
}

const FATES: MoveFate[][] = [[], ['untouched', 'untouched', 'untouched'], ['half']];
const CASES = FATES.flatMap((fates) =>
  [true, false].map((countsVersions) => [fates[0] ?? 'success', countsVersions, fates] as const),
);

describe.each(CASES)('a move whose fate is %s, with versions of policies: %s', (_, countsVersions, fates) => {
  const fresh = () => world(fates, countsVersions);

  it.each([
    ['the cluster does not answer', unavailable, 'before'],
    ['an answer is lost', () => unavailable(true), 'after'],
    ['the step dies before it', died, 'before'],
    ['the step dies after it', died, 'after'],
  ] as const)('keeps its promises when %s, at any call', async (__, error, where) => {
    const { calls } = await countCalls(fresh(), { policies });
    for (let at = 1; at <= calls; at += STRIDE) {
      const w = fresh();
      const id = await accept(w.deps, w.cluster, { policies });
      disturb(w.cluster, at, error, where);
      checkTruth(w, await runToEnd(w.deps, id));
    }
  });

  it.each([false, true])(
    'keeps its promises when the step dies at any write (written: %s)',
    async (isLost) => {
      const { writes } = await countCalls(fresh(), { policies });
      for (let at = 2; at <= writes; at += STRIDE) {
        const w = fresh();
        w.dieAt(at, isLost ? 'after' : 'before');
        checkTruth(w, await runToEnd(w.deps, await accept(w.deps, w.cluster, { policies })));
      }
    },
  );
});

it('loses nothing that others write at any time, under any faults', async () => {
  const fault = fc.record({
    at: fc.integer({ min: 1, max: 80 }),
    what: fc.constantFrom('silent', 'lost', 'dead', 'dead after', 'written', 'written', 'written'),
  });
  const fates = fc.array(fc.constantFrom<MoveFate>('success', 'untouched', 'half', 'tainted'), {
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(fates, fc.array(fault, { maxLength: 6 }), async (given, faults) => {
      const w = world(given, true);
      const id = await accept(w.deps, w.cluster, { policies });
      const written: string[] = [];
      const at = (call: number) => faults.filter((one) => one.at === call).map(({ what }) => what);
      w.cluster.before = (_, call) => {
        const now = at(call);
        if (now.includes('written')) {
          written.push(`# ${call}\n`);
          w.cluster.setPolicy('people', `${w.cluster.textOf('people')}# ${call}\n`);
        }
        if (now.includes('silent')) throw unavailable();
        if (now.includes('dead')) throw died();
      };
      w.cluster.after = (_, call) => {
        if (at(call).includes('lost')) throw unavailable(true);
        if (at(call).includes('dead after')) throw died();
      };
      const migration = await runToEnd(w.deps, id);
      expect(w.missed).toEqual([]);
      const text = w.cluster.textOf('people') ?? '';
      for (const line of written) expect(text).toContain(line);
      expect(w.cluster.textOf('robots')).toBe(migration.status === 'success' ? FOLLOWED : TEXT);
      const isLeft = migration.policyOutcome?.left.some(({ name }) => name === 'people');
      if (!isLeft) {
        const [here, gone] = migration.status === 'success' ? ['moved/', 'kv/'] : ['kv/', 'moved/'];
        expect(text).toContain(rule(here as string));
        expect(text).not.toContain(rule(gone as string));
      }
    }),
    { numRuns: 60 },
  );
});
