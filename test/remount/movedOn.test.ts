/** A mount that is moved again while the leases from before its last move are still being revoked. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_REVOKE_ATTEMPTS } from '../../functions/limits.ts';
import type { Item } from '../../functions/ports/store.ts';
import type { Migration } from '../../functions/remount/migration.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { switchStep } from '../../functions/remount/steps.ts';
import { migrationKey } from '../../functions/store/keys.ts';
import { leasesOf } from '../../infra/demo/measure/fill.ts';
import { closeMigration, runMigration } from '../support/workflow.ts';
import { type RemountService, remountService } from './remountService.ts';
import { type SshMount, sshMount } from './sshMount.ts';

const LEASES = 3;

let service: RemountService;
let mount: SshMount;

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.deps.stop());
beforeEach(async () => {
  mount = await sshMount(service, LEASES);
  await switchOver(mount.name, `${mount.name}-1`);
});

const status = async (id: string) => ((await readMigration(service.deps, id)) as Migration).status;
const stored = async () => (await leasesOf(service.deps.store, mount.uuid)).flat().length;

describe('a move that follows another one during its revocation', () => {
  it('succeeds only when nothing issued before either move is stored', async () => {
    const second = await switchOver(`${mount.name}-1`, `${mount.name}-2`);
    expect(await stored()).toBe(LEASES);
    expect(await status(second)).toBe('in-progress');

    await runMigration(service.deps, second);

    expect(await status(second)).toBe('success');
    expect(await stored()).toBe(0);
  });

  it('also lists as irrevocable the leases that it counted and the other one could not revoke', async () => {
    const { deps, info, call } = service;
    const { name, uuid } = await sshMount(service, 1);
    const [lease] = (await leasesOf(deps.store, uuid)).flat() as [Item];
    const owns = [{ table: 'storage', pk: uuid, sk: '' }];
    await deps.store.commit([{ put: { table: 'leases', ...lease, owns } }]);
    const ids = [await switchOver(name, `${name}-1`), await switchOver(`${name}-1`, `${name}-2`)];
    for (const id of ids) await expect(runMigration(deps, id)).rejects.toThrow();
    await lastAttempt(ids[0]);
    for (const id of ids) await runMigration(deps, id);

    for (const id of ids) {
      const expected = { leases_total: 1, leases_revoked: 0, leases_irrevocable: 1 };
      expect((await info(id)).progress).toEqual(expected);
      const { body } = await call('GET', `sys/remount/irrevocable/${id}`);
      expect(body.data.keys).toEqual([lease.id]);
      await closeMigration(deps, id);
      expect((await info(id)).progress).toEqual(expected);
    }
    for (const id of ids) {
      const { body } = await call('POST', `sys/remount/irrevocable/${id}/retry`, { body: { force: true } });
      expect(body.data).toMatchObject({ leases_revoked: 1, leases_irrevocable: 0 });
    }
  });
});

async function switchOver(from: string, to: string): Promise<string> {
  const id = await service.accept(from, to);
  await switchStep(service.deps, id);
  return id;
}

/** Makes the next execution of a migration the last: it keeps what it cannot revoke as irrevocable. */
async function lastAttempt(id = ''): Promise<void> {
  const set = { attempt: MAX_REVOKE_ATTEMPTS };
  await service.deps.store.commit([{ update: migrationKey(id), set, if: { phase: 'switched' } }]);
}
