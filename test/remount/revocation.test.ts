import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addChild, markParent } from '../../functions/credentials/child.ts';
import { issueToken } from '../../functions/credentials/issueToken.ts';
import { type Lease, leaseItem } from '../../functions/credentials/lease.ts';
import { stillCurrent } from '../../functions/credentials/lineage.ts';
import { LEASE_PAGE, MAX_KEPT_PAGES, MAX_REVOKE_ATTEMPTS } from '../../functions/limits.ts';
import type { Item, PlacedItem, Range, Store, Write } from '../../functions/ports/store.ts';
import { progressed } from '../../functions/remount/leaseProgress.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { remountRoutes } from '../../functions/remount/remountRoutes.ts';
import { type Revocation, revokeLeases } from '../../functions/remount/revokeLeases.ts';
import { switchStep } from '../../functions/remount/steps.ts';
import { leaseShard, migrationKey, storageKey, tokenKey } from '../../functions/store/keys.ts';
import { MountMoved, markIssued } from '../../functions/tree/generation.ts';
import { locate } from '../../functions/tree/locate.ts';
import type { Mount } from '../../functions/tree/mount.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { leasesOf as storedOf } from '../../infra/demo/measure/fill.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';
import { closeMigration, runMigration } from '../support/workflow.ts';

let deps: TestDeps;
let call: Caller;
let name: string;

beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, { builtin: remountRoutes, engines: {} }, await rootToken(deps));
});
afterAll(() => deps.stop());
beforeEach(() => {
  name = deps.ids.base62(8);
});

async function post(from: string, to: string): Promise<string> {
  const { body } = await call('POST', 'sys/remount', { body: { from, to } });
  return body.migration_id;
}

/** A lease of a mount, with an item that is deleted with it. */
function leaseOn(mount: Mount, more: Partial<Lease> = {}): { lease: Lease; writes: Write[] } {
  const random = deps.ids.base62(24);
  const owned = storageKey(mount.uuid, `otp/${random}`);
  const lease: Lease = {
    mountUuid: mount.uuid,
    path: `creds/web/${random}`,
    id: `${mount.path}creds/web/${random}`,
    kind: 'secret',
    generation: mount.generation,
    lineage: { mounts: { [mount.uuid]: mount.generation }, tokens: [] },
    tokenHash: 'holder',
    owns: [owned],
    issuedAt: deps.clock.now(),
    expiresAt: deps.clock.now() + 3_600_000,
    renewable: false,
    grantedTtl: 3_600,
    ...more,
  };
  const writes: Write[] = [
    { put: leaseItem(lease) },
    { put: { ...owned } },
    addChild('holder', { lease: { mountUuid: mount.uuid, path: lease.path } }, undefined),
  ];
  return { lease, writes };
}

async function leasesOf({ uuid }: Mount): Promise<Item[]> {
  return (await storedOf(deps.store, uuid)).flat();
}

describe('a mount that has issued leases', () => {
  it('loses every one of them, with what they own, before the move succeeds', async () => {
    const mount = await placeMount(deps, `${name}/`, { issued: true });
    const leases = Array.from({ length: 300 }, () => leaseOn(mount));
    for (const { writes } of leases) await deps.store.commit(writes);

    const id = await post(name, `${name}-new`);
    await runMigration(deps, id);

    expect(await leasesOf(mount)).toEqual([]);
    expect(await deps.store.query({ table: 'storage', pk: mount.uuid })).toEqual([]);
    expect(await readMigration(deps, id)).toMatchObject({ status: 'success', leasesRevoked: 300 });
  });

  it.each([
    ['once', 300, 2],
    ['once, and a second time what is more than the count keeps', LEASE_PAGE * MAX_KEPT_PAGES + 250, 12 + 2],
  ])('has each lease of a shard read %s', async (_, count, reads) => {
    const mount = await placeMount(deps, `${name}/`, { issued: true });
    const pk = leaseShard(mount.uuid, 5);
    const leases = Array.from({ length: count }, () => leaseItem(leaseOn(mount, { owns: [] }).lease));
    await deps.store.putMany(leases.map((lease) => ({ put: { ...lease, pk } })));
    const read: Range[] = [];
    const watched: Store = {
      ...deps.store,
      query(range) {
        if (range.table === 'leases') read.push(range);
        return deps.store.query(range);
      },
    };

    const id = await post(name, `${name}-new`);
    const [left] = (await switchStep(deps, id)).left;
    const part = left?.next === 'revoke' && left.parts[5];
    const after = await revokeLeases(
      { ...deps, store: watched },
      part as Revocation,
      deps.clock.now() + 60_000,
    );

    expect(after.done).toBe(true);
    expect(read).toHaveLength(reads);
    expect(await leasesOf(mount)).toEqual([]);
    expect(await readMigration(deps, id)).toMatchObject({ leasesRevoked: count });
  });

  it('keeps what it issues after the switch, and loses late writes of requests in flight', async () => {
    const before = await placeMount(deps, `${name}/`, { issued: true });
    const id = await post(name, `${name}-new`);
    await runMigration(deps, id);
    const after = (await locate(deps.store, `${name}-new`)).mount as Mount;
    const late = leaseOn(before);
    const fresh = leaseOn(after);
    for (const { writes } of [late, fresh]) await deps.store.commit(writes);

    expect(await stillCurrent(deps.store, late.lease.lineage, deps.clock.now())).toBe(false);
    expect(await stillCurrent(deps.store, fresh.lease.lineage, deps.clock.now())).toBe(true);
    await closeMigration(deps, id);

    expect((await leasesOf(after)).map(({ sk }) => sk)).toEqual([fresh.lease.path]);
  });

  it('is refused its first lease when the switch came first', async () => {
    const before = await placeMount(deps, `${name}/`);
    await runMigration(deps, await post(name, `${name}-new`));
    await expect(markIssued(deps.store, before)).rejects.toThrow(MountMoved);
  });

  it('is switched with the `issued` mark that was written first', async () => {
    const before = await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    await Promise.all([markIssued(deps.store, before), markIssued(deps.store, before)]);
    const { lease, writes } = leaseOn(before);
    await deps.store.commit(writes);

    await runMigration(deps, id);

    expect(await leasesOf(before)).toEqual([]);
    expect(await stillCurrent(deps.store, lease.lineage, deps.clock.now())).toBe(false);
  });
});

describe('an auth method', () => {
  it('loses its tokens, their children and the leases these hold', async () => {
    const auth = await placeMount(deps, `auth/${name}/`);
    const secrets = await placeMount(deps, `${name}/`, { type: 'ssh' });
    const issuer = await markIssued(deps.store, auth);
    const order = { namespace: ROOT, issuer, path: `auth/${name}/login/bob`, leasePath: 'login/bob' };
    const more = { policies: ['default'], displayName: 'bob', ttl: 3_600, maxTtl: 3_600 };
    const parent = await issueToken(deps, { ...order, ...more });
    const childIssuer = { mountUuid: 'token-mount', generation: 0 };
    const child = await issueToken(deps, { ...order, ...more, issuer: childIssuer, parent: parent.token });
    const held = leaseOn(secrets, {
      tokenHash: child.token.hash,
      lineage: { mounts: {}, tokens: [parent.token.hash, child.token.hash] },
    });
    await markParent(deps.store, child.token);
    const entry = { lease: { mountUuid: secrets.uuid, path: held.lease.path } };
    await deps.store.commit([...held.writes.slice(0, 2), addChild(child.token.hash, entry, undefined)]);
    expect(await stillCurrent(deps.store, held.lease.lineage, deps.clock.now())).toBe(true);

    await runMigration(deps, await post(`auth/${name}`, `auth/${name}-new`));

    const hashes = [parent.token.hash, child.token.hash];
    expect(await deps.store.getMany(hashes.map(tokenKey))).toEqual([undefined, undefined]);
    expect(await leasesOf(secrets)).toEqual([]);
    expect(await deps.store.get(storageKey(secrets.uuid, held.lease.owns[0]?.sk ?? ''))).toBeUndefined();
    expect(await stillCurrent(deps.store, held.lease.lineage, deps.clock.now())).toBe(false);
  });

  it('leaves no token of a login whose half-done transaction a batch did not show', async () => {
    const auth = await placeMount(deps, `auth/${name}/`);
    const issuer = await markIssued(deps.store, auth);
    const { token } = await issueToken(deps, {
      namespace: ROOT,
      issuer,
      path: `auth/${name}/login/bob`,
      leasePath: 'login/bob',
      policies: ['default'],
      displayName: 'bob',
      ttl: 3_600,
      maxTtl: 3_600,
    });
    let isOver = false;
    const store: Store = {
      ...deps.store,
      async getMany(refs) {
        const items = await deps.store.getMany(refs);
        return isOver ? items : items.map((item) => (item?.pk.startsWith('token#') ? undefined : item));
      },
      async deleteMany(refs) {
        // DynamoDB accepts no other write of the lease before the transaction has ended.
        if (refs.some(({ table }) => table === 'leases')) isOver = true;
        await deps.store.deleteMany(refs);
      },
    };
    await runMigration({ ...deps, store }, await post(`auth/${name}`, `auth/${name}-new`));
    expect(await leasesOf(auth)).toEqual([]);
    expect(await deps.store.get(tokenKey(token.hash))).toBeUndefined();
  });
});

describe('a heartbeat', () => {
  it('is a transaction, which conflicts with other shards, only when it adds a number', () => {
    expect(progressed('id', 1)).not.toHaveProperty('add');
    expect(progressed('id', 1, 2).add).toEqual({ leasesRevoked: 2 });
  });
});

describe('a lease that cannot be revoked', () => {
  it('is kept as irrevocable and invalid, and does not block the migration', async () => {
    const mount = await placeMount(deps, `${name}/`, { issued: true });
    const good = leaseOn(mount);
    const damaged = leaseOn(mount);
    const { owns: _owns, ...broken } = leaseItem(damaged.lease);
    await deps.store.commit([...good.writes]);
    await deps.store.commit([{ put: broken as PlacedItem }]);

    const id = await post(name, `${name}-new`);
    await runMigration(deps, id);

    expect(await readMigration(deps, id)).toMatchObject({
      status: 'success',
      leasesRevoked: 1,
      leasesIrrevocable: 1,
    });
    const left = await leasesOf(mount);
    expect(left.map(({ irrevocable }) => irrevocable)).toEqual(['the record of the lease is damaged']);
    await closeMigration(deps, id);
    expect(await readMigration(deps, id)).toMatchObject({ leasesIrrevocable: 1 });
  });

  it('is retried in later attempts, and becomes irrevocable in the last', async () => {
    const mount = await placeMount(deps, `${name}/`, { issued: true });
    const { writes } = leaseOn(mount, { owns: [{ table: 'storage', pk: mount.uuid, sk: '' }] });
    await deps.store.commit(writes);

    const id = await post(name, `${name}-new`);
    await expect(runMigration(deps, id)).rejects.toThrow();
    expect(await readMigration(deps, id)).toMatchObject({ status: 'in-progress', phase: 'switched' });
    const last = { attempt: MAX_REVOKE_ATTEMPTS };
    await deps.store.commit([{ update: migrationKey(id), set: last, if: { phase: 'switched' } }]);
    await runMigration(deps, id);

    expect(await readMigration(deps, id)).toMatchObject({ status: 'success', leasesIrrevocable: 1 });
  });
});
