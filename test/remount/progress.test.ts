/** The progress that a migration shows during its revocation: each shard first counts its leases. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ARRIVAL_MS } from '../../functions/limits.ts';
import { type Item, type Store, StoreBusy } from '../../functions/ports/store.ts';
import { progressed } from '../../functions/remount/leaseProgress.ts';
import type { Migration } from '../../functions/remount/migration.ts';
import { migrationInfo } from '../../functions/remount/migrationInfo.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { OPERATOR } from '../../functions/remount/requesterInfo.ts';
import { type Revocation, revokeLeases } from '../../functions/remount/revokeLeases.ts';
import { completeStep, switchStep } from '../../functions/remount/steps.ts';
import { migrationKey } from '../../functions/store/keys.ts';
import { leasesOf } from '../../infra/demo/measure/fill.ts';
import { type RemountService, remountService } from './remountService.ts';
import { issue, sshMount } from './sshMount.ts';

const LEASES = 6;
const TIME_MS = 60_000;

let service: RemountService;
let name: string;
let uuid: string;

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.deps.stop());

beforeEach(async () => {
  ({ name, uuid } = await sshMount(service, LEASES));
});

/** Runs a move up to its switch. @returns the id and the parts of its revocation */
async function switched(): Promise<{ id: string; parts: Revocation[] }> {
  const id = await service.accept(name, `${name}-new`);
  return { id, parts: await partsLeft(id) };
}

async function partsLeft(id: string): Promise<Revocation[]> {
  const [left] = (await switchStep(service.deps, id)).left;
  if (left?.next !== 'revoke') throw new Error('there is nothing to revoke');
  return left.parts;
}

async function revokeAll(parts: Revocation[]): Promise<Revocation[]> {
  const left: Revocation[] = [];
  for (const part of parts) left.push(await revoke(part));
  return left;
}

function revoke(part: Revocation, store: Store = service.deps.store): Promise<Revocation> {
  const deps = { ...service.deps, store };
  return revokeLeases(deps, part, deps.clock.now() + TIME_MS);
}

/** The `migration_info` of the status, without the wait for a change. */
async function info(id: string) {
  return migrationInfo((await readMigration(service.deps, id)) as Migration, OPERATOR);
}

/** Damages one lease so that it cannot be revoked. */
async function damageOne(): Promise<void> {
  const { store } = service.deps;
  const [{ owns: _owns, ...broken }] = (await leasesOf(store, uuid)).flat() as [Item];
  await store.commit([{ put: { table: 'leases', ...(broken as Item) } }]);
}

/** The part whose shard has a lease. */
async function partWithLease(parts: Revocation[]): Promise<Revocation> {
  const shards = await leasesOf(service.deps.store, uuid);
  return parts[shards.findIndex((leases) => leases.length > 0)] as Revocation;
}

describe('the progress of a revocation', () => {
  it('shows the total once every shard has counted its leases', async () => {
    const { id, parts } = await switched();
    expect(await info(id)).toMatchObject({ phase: 'switched', progress: { leases_total: null } });
    await revokeAll(parts.slice(1));
    expect(await info(id)).toMatchObject({ phase: 'revoking', progress: { leases_total: null } });
    await revokeAll(parts.slice(0, 1));
    expect((await info(id)).progress).toEqual({
      leases_total: LEASES,
      leases_revoked: LEASES,
      leases_irrevocable: 0,
    });
  });

  it('is counted before anything is revoked', async () => {
    const { id, parts } = await switched();
    const late = { ...service.deps.store, deleteMany: () => Promise.reject(new Error('the store is away')) };
    for (const part of parts) await revoke(part, late).catch(() => {});
    expect((await info(id)).progress).toMatchObject({ leases_total: LEASES, leases_revoked: 0 });
  });

  it('leaves out what the mount issues at its target', async () => {
    const { id, parts } = await switched();
    await issue(service.call, `${name}-new`, 3);
    await revokeAll(parts);
    expect((await info(id)).progress).toMatchObject({ leases_total: LEASES, leases_revoked: LEASES });
  });

  it('keeps the first count when a shard starts again', async () => {
    const { id, parts } = await switched();
    await revokeAll(parts);
    await revokeAll(parts);
    expect((await info(id)).progress).toMatchObject({ leases_total: LEASES, leases_revoked: LEASES });
  });

  it('is a heartbeat each time a shard starts', async () => {
    const { id, parts } = await switched();
    await revokeAll(parts);
    const before = await service.deps.store.get(migrationKey(id));
    service.deps.clock.pass(5_000);
    await revokeAll(parts.slice(0, 1));
    const after = await service.deps.store.get(migrationKey(id));
    expect(after?.nextLook).toBeGreaterThanOrEqual((before?.nextLook as number) + 5_000);
  });

  it('shows what is revoked each second, before the step ends, and counts it once', async () => {
    const { id, parts } = await switched();
    const part = await partWithLease(parts);
    const { store, clock } = service.deps;
    const seen: number[] = [];
    const slow: Store = {
      ...store,
      async deleteMany(refs) {
        await store.deleteMany(refs);
        clock.pass(1_000);
      },
      async commit(writes) {
        await store.commit(writes);
        seen.push((await info(id)).progress.leases_revoked);
      },
    };

    await revoke(part, slow);

    // One write counts the leases of the shard, the next one tells how many are gone, and the end has nothing to add.
    expect(seen).toEqual([0, expect.any(Number)]);
    expect(seen[1]).toBeGreaterThan(0);
    expect((await info(id)).progress.leases_revoked).toBe(seen[1]);
  });

  it('keeps a number for later that finds no turn among the writes of other shards', async () => {
    const { id, parts } = await switched();
    const part = await partWithLease(parts);
    const { store, clock } = service.deps;
    let refused = 0;
    const busy: Store = {
      ...store,
      async deleteMany(refs) {
        await store.deleteMany(refs);
        clock.pass(1_000);
      },
      async commit(writes) {
        if (writes.some((write) => 'add' in write && write.add) && refused++ === 0)
          throw new StoreBusy('there are other writes');
        return store.commit(writes);
      },
    };

    expect(await revoke(part, busy)).toMatchObject({ done: true });

    expect(refused).toBe(2);
    expect((await info(id)).progress.leases_revoked).toBeGreaterThan(0);
  });

  it('has no total when a shard takes too long to be counted, not even later', async () => {
    const { id, parts } = await switched();
    const part = await partWithLease(parts);
    const { store, clock } = service.deps;
    const slow: Store = {
      ...store,
      async query(range) {
        clock.pass(3_001);
        return store.query(range);
      },
    };
    await revoke(part, slow);
    expect(await completeStep(service.deps, id, await revokeAll(parts))).toMatchObject({ next: 'wait' });
    expect((await info(id)).progress).toEqual({
      leases_total: null,
      leases_revoked: LEASES,
      leases_irrevocable: 0,
    });
  });

  it('counts an irrevocable lease in the write that marks it, whenever the step dies', async () => {
    const { deps } = service;
    await damageOne();
    const { id, parts } = await switched();
    const dying: Store = {
      ...deps.store,
      async commit(writes) {
        const isCount = writes.length === 1 && writes.some((write) => 'update' in write && write.add);
        if (isCount) throw new StoreBusy('the step dies before it has reported its work');
        await deps.store.commit(writes);
      },
    };
    for (const part of parts) await revoke(part, dying).catch(() => {});
    const left = await revokeAll(parts);
    await completeStep(deps, id, left);
    expect((await info(id)).progress).toEqual({
      leases_total: LEASES,
      leases_revoked: LEASES - 1,
      leases_irrevocable: 1,
    });
    await service.call('POST', `sys/remount/irrevocable/${id}/retry`, { body: { force: true } });
    expect((await info(id)).progress).toMatchObject({ leases_revoked: LEASES, leases_irrevocable: 0 });
  });

  it('counts a lease once if two executions mark it as irrevocable at once', async () => {
    await damageOne();
    const { id, parts } = await switched();
    await Promise.all([revokeAll(parts), revokeAll(parts)]);
    expect((await info(id)).progress).toMatchObject({ leases_irrevocable: 1 });
  });

  it('leaves out leases that an earlier move has marked as irrevocable', async () => {
    await damageOne();
    await service.move(name, `${name}-between`);
    await issue(service.call, `${name}-between`, 2);
    const id = await service.move(`${name}-between`, `${name}-new`);
    expect((await info(id)).progress).toEqual({ leases_total: 2, leases_revoked: 2, leases_irrevocable: 0 });
  });

  it('is never more than the total, although two executions count the leases that both have removed', async () => {
    const { id, parts } = await switched();
    await revokeAll(parts);
    const again = progressed(id, service.deps.clock.now() + TIME_MS, LEASES);
    await service.deps.store.commit([again]);
    expect((await info(id)).progress).toMatchObject({ leases_total: LEASES, leases_revoked: LEASES });
  });

  it('is not counted again by the next execution', async () => {
    const { id, parts } = await switched();
    await revokeAll(parts.slice(0, 3));
    const counted = (await partsLeft(id)).map((part) => part.counted);
    expect(counted).toEqual(parts.map((_, shard) => shard < 3));
  });
});

describe('the last sweep after a revocation', () => {
  it('waits for writes that earlier requests sent at the very end of their life', async () => {
    const { id, parts } = await switched();
    const next = await completeStep(service.deps, id, await revokeAll(parts));
    const { requestLifeMs } = service.deps.settings;
    expect(next).toMatchObject({ next: 'wait', seconds: Math.ceil((requestLifeMs + ARRIVAL_MS) / 1_000) });
  });
});
