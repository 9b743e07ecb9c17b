import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countUse } from '../../functions/credentials/caller.ts';
import { markParent } from '../../functions/credentials/child.ts';
import { keepCubbyhole, putInCubbyhole } from '../../functions/credentials/cubbyhole.ts';
import { issueToken } from '../../functions/credentials/issueToken.ts';
import { markRevoked } from '../../functions/credentials/revoke.ts';
import { detachLease, revokeOrphan } from '../../functions/credentials/revokeOrphan.ts';
import { type Token, tokenOf } from '../../functions/credentials/token.ts';
import { accessorKey, cubbyholePartition, sha256, tokenKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { tokenWith } from '../support/tokens.ts';

let deps: TestDeps;
let token: Token;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());
beforeEach(async () => {
  const hash = sha256(await tokenWith(deps, '', ROOT, { usesLeft: 1 }));
  token = tokenOf(await deps.store.get(tokenKey(hash))) as Token;
});

const stored = () => deps.store.get(tokenKey(token.hash));

const revoke = () => markRevoked(deps.store, token.hash);
const remove = () => deps.store.deleteMany([tokenKey(token.hash)]);

describe('a write to a token that comes too late', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['is used up', () => countUse(deps, token)],
    ['is revoked', revoke],
    ['is gone', remove],
  ])('does not count a use of one that %s', async (_, act) => {
    await act();
    const before = await stored();

    await expect(countUse(deps, token)).rejects.toMatchObject({ status: 403 });

    expect(await stored()).toEqual(before);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is revoked', revoke],
    ['is gone', remove],
  ])('gives no children to one that %s', async (_, act) => {
    await act();
    const before = await stored();

    await expect(markParent(deps.store, token)).rejects.toMatchObject({ status: 403 });

    expect(await stored()).toEqual(before);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is revoked', revoke],
    ['is gone', remove],
  ])('leaves no children of one that %s', async (_, act) => {
    await act();
    const before = await stored();

    await expect(revokeOrphan(deps, token, deps.clock.now() + 60_000)).rejects.toMatchObject({ status: 400 });

    expect(await stored()).toEqual(before);
  });

  it('does not mark a deleted token as revoked', async () => {
    await remove();

    await markRevoked(deps.store, token.hash);

    expect(await stored()).toBeUndefined();
  });

  it.each(['lease', 'owned'] as const)(
    'does not recreate what was deleted with its lease: %s',
    async (gone) => {
      const lineage = { mounts: {}, tokens: [token.hash] };
      const mountUuid = deps.ids.uuid();
      const refs = {
        lease: { table: 'leases', pk: `${mountUuid}#0`, sk: 'creds/1' },
        owned: { table: 'storage', pk: mountUuid, sk: 'otp/1' },
      } as const;
      const { lease, owned } = refs;
      const kept = {
        kind: 'secret',
        mountUuid,
        generation: 0,
        lineage,
        owns: [owned],
        tokenHash: token.hash,
      };
      await deps.store.commit([{ put: { ...lease, ...kept } }, { put: { ...owned, lineage } }]);
      const store = meanwhile(deps.store, () => deps.store.deleteMany([refs[gone]]));

      await detachLease(store, lease, token, token);

      expect(await deps.store.get(refs[gone])).toBeUndefined();
      const left = await deps.store.get(lease);
      if (gone === 'owned') expect(left).toMatchObject({ lineage: { tokens: [] } });
    },
  );

  it.each<[string, () => Promise<unknown>]>([
    ['is revoked', revoke],
    ['is gone', remove],
  ])('stores nothing for one that %s', async (_, act) => {
    const item = { table: 'storage', pk: cubbyholePartition(token.accessor), sk: 'late' } as const;
    const store = meanwhile(deps.store, act);

    await expect(putInCubbyhole({ ...deps, store }, token, item)).rejects.toMatchObject({ status: 403 });

    expect(await deps.store.get(item)).toBeUndefined();
    expect((await stored())?.hasCubbyhole).toBeUndefined();
  });

  it('does not recreate items of its cubbyhole', async () => {
    const item = { pk: cubbyholePartition(token.accessor), sk: 'mine' };
    const { pk, sk } = item;
    await deps.store.commit([{ put: { table: 'storage', ...item } }]);
    const store = meanwhile(deps.store, () => deps.store.deleteMany([{ table: 'storage', pk, sk }]));

    await keepCubbyhole(store, token, 4_000_000_000);

    expect(await deps.store.get({ table: 'storage', pk, sk })).toBeUndefined();
  });

  it('does not overwrite the accessor of another token', async () => {
    const ids = { ...deps.ids, base62: () => token.accessor };
    await deps.store.commit([{ put: { ...accessorKey(token.accessor), tokenHash: token.hash } }]);
    const order = {
      namespace: ROOT,
      issuer: { mountUuid: 'issuer', generation: 0 },
      path: 'auth/token/create',
      leasePath: 'create',
      policies: [],
      displayName: '',
      ttl: 0,
      maxTtl: 0,
    };

    await expect(issueToken({ ...deps, ids }, order)).rejects.toMatchObject({ status: 400 });

    expect(await deps.store.get(accessorKey(token.accessor))).toMatchObject({ tokenHash: token.hash });
  });
});
