import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ALIAS_CALLER_S,
  ALIAS_USE_MS,
  MAX_ALIAS_CALLERS,
  MAX_ALIAS_S,
  MAX_COUNTED_CALLERS,
} from '../../functions/limits.ts';
import type { Store } from '../../functions/ports/store.ts';
import { aliasUseKey, aliasUsePartition } from '../../functions/store/keys.ts';
import { noteUse, usesOf } from '../../functions/tree/aliasUse.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

const alias = () => ({ migrationId: deps.ids.uuid() });
const callerOf = (displayName: string) => ({
  displayName,
  namespaceId: 'root',
  namespacePath: '',
  path: 'auth/people/login/bob',
  lineage: { mounts: { 'uuid-of-people': 0 } },
});

describe('uses of an alias', () => {
  it('are counted by caller, the latest first', async () => {
    const used = alias();
    for (const name of ['ann', 'bob', 'ann']) {
      await noteUse(deps, used, callerOf(name));
      deps.clock.pass(ALIAS_USE_MS);
    }
    const { uses } = await usesOf(deps.store, used.migrationId);
    expect(uses.map(({ displayName, count, loginPath }) => [displayName, count, loginPath])).toEqual([
      ['ann', 2, 'auth/people/login/bob'],
      ['bob', 1, 'auth/people/login/bob'],
    ]);
  });

  it('are kept for 180 days after the last one, however often the alias is renewed meanwhile', async () => {
    const used = alias();
    const { table, pk } = aliasUsePartition(used.migrationId);
    const ttlOf = async () => (await deps.store.query({ table, pk }))[0]?.ttl;
    for (let i = 0; i < 2; i++) {
      deps.clock.pass(ALIAS_USE_MS);
      await noteUse(deps, used, callerOf('ann'));
      expect(await ttlOf()).toBe(Math.ceil(deps.clock.now() / 1_000) + ALIAS_CALLER_S);
    }
    expect(ALIAS_CALLER_S).toBeGreaterThan(MAX_ALIAS_S);
  });

  it('are counted up to a number, and it is said that there are more', async () => {
    const used = alias();
    const stored = (some: number, first = 0) =>
      Array.from({ length: some }, (_, i) => {
        const at = { ...aliasUseKey(used.migrationId, `caller-${first + i}`), kind: 'alias-use' };
        return { put: { ...at, displayName: `caller-${first + i}`, lastAt: first + i } };
      });
    await deps.store.putMany(stored(MAX_COUNTED_CALLERS));
    const all = await usesOf(deps.store, used.migrationId);
    expect([all.uses.length, all.isComplete]).toEqual([MAX_COUNTED_CALLERS, true]);
    expect(all.uses[0]).toMatchObject({ lastAt: MAX_COUNTED_CALLERS - 1 });
    await deps.store.putMany(stored(1, MAX_COUNTED_CALLERS));
    const some = await usesOf(deps.store, used.migrationId);
    expect([some.uses.length, some.isComplete]).toEqual([MAX_COUNTED_CALLERS, false]);
  });

  it('are forgotten with the caller whose last use is the longest ago, when there are too many', async () => {
    const used = alias();
    const store: Store = { ...deps.store, commit: async () => {} };
    const seen = { ...deps, store };
    let writes = 0;
    store.commit = async () => void writes++;
    for (let i = 0; i <= MAX_ALIAS_CALLERS; i++) await noteUse(seen, used, callerOf(`caller-${i}`));
    await noteUse(seen, used, callerOf('caller-1'));
    expect(writes).toBe(MAX_ALIAS_CALLERS + 1);
    await noteUse(seen, used, callerOf('caller-0'));
    expect(writes).toBe(MAX_ALIAS_CALLERS + 2);
  });

  it('fail no request when they cannot be written', async () => {
    const store: Store = {
      ...deps.store,
      commit: () => Promise.reject(new Error('the store is away')),
    };
    await noteUse({ ...deps, store }, alias(), callerOf('ann'));
    expect(deps.logged.at(-1)).toContain('a use of an alias was not written down');
  });
});
