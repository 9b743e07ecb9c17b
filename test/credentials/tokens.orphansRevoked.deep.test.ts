/** The children of a token that is revoked, by a move or a parent, while `revoke-orphan` makes them orphans. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../functions/ports/store.ts';
import { switchStep } from '../../functions/remount/steps.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type RemountService, remountService } from '../remount/remountService.ts';
import { caller } from '../support/call.ts';
import { rootToken } from '../support/tokens.ts';
import { closeMigration, runMigration } from '../support/workflow.ts';

let service: RemountService;
let root: string;

beforeAll(async () => {
  service = await remountService();
  root = await rootToken(service.deps);
  const policy = 'path "auth/token/create" { capabilities = ["update"] }';
  await service.call('POST', 'sys/policies/acl/maker', { body: { policy } });
});
afterAll(() => service.deps.stop());

async function childOf(token?: string): Promise<string> {
  const options = { body: { policies: ['maker'] }, ...(token === undefined ? {} : { token }) };
  return (await service.call('POST', 'auth/token/create', options)).body.auth.client_token;
}

async function works(token: string): Promise<boolean> {
  return (await service.call('GET', 'auth/token/lookup-self', { token })).status === 200;
}

/** A token of a login, and an accepted migration of its auth method. */
async function login(): Promise<{ token: string; migration: string }> {
  const path = `auth/up-${service.deps.ids.hex(8)}`;
  await service.call('POST', `sys/${path}`, { body: { type: 'userpass' } });
  const user = { password: 'correct horse', token_policies: ['maker'] };
  await service.call('POST', `${path}/users/bob`, { body: user });
  const { body } = await service.call('POST', `${path}/login/bob`, { body: { password: user.password } });
  return { token: body.auth.client_token, migration: await service.accept(path, `${path}-moved`) };
}

/**
 * Revokes the token without its children. Before or after one of the writes, `act` runs.
 * @param step counts for each write first the moment before it, then the moment after it
 * @param watch is called after each write that follows
 * @returns whether there was such a write
 */
async function orphaning(
  token: string,
  step: number,
  act: () => Promise<unknown>,
  watch: () => Promise<void> = async () => {},
): Promise<boolean> {
  const { store } = service.deps;
  let steps = 0;
  const commit: Store['commit'] = async (all) => {
    if (steps++ === step) await act();
    await store.commit(all);
    if (steps > step + 1) await watch();
    if (steps++ === step) await act();
  };
  const deps = { ...service.deps, store: { ...store, commit } };
  const call = caller(deps, vaultApi, root);
  await call('POST', 'auth/token/revoke-orphan', { body: { token } });
  return steps > step;
}

describe('a child of a token that is revoked without it', () => {
  it('stays revoked when a move of the mount revokes the token at any moment', async () => {
    let revoked = 0;
    for (let step = 0, isOver = false; !isOver; step++) {
      const { token, migration } = await login();
      const child = await childOf(token);
      const line = [child, await childOf(child)];
      let after: boolean[] = [];
      const act = async () => {
        await switchStep(service.deps, migration);
        after = await Promise.all(line.map(works));
      };
      // A child may be valid for a moment between its detachment and the check after it, if the switch came just before.
      const revived: boolean[] = [];
      const watch = async () => {
        const now = await Promise.all(line.map(works));
        if (step % 2 === 1) revived.push(...now.filter((valid, of) => valid && !after[of]));
      };
      isOver = !(await orphaning(token, step, act, watch));
      expect(revived, `step ${step}`).toEqual([]);
      await runMigration(service.deps, migration);
      await closeMigration(service.deps, migration);
      for (const [i, worked] of after.entries())
        if (!worked) expect(await works(line[i] as string), `step ${step}`).toBe(false);
      revoked += after.filter((valid) => !valid).length;
    }
    expect(revoked).toBeGreaterThan(2);
  });

  it('stays revoked when the parent is revoked at any moment, even if that is interrupted', async () => {
    for (let step = 0, isOver = false; !isOver; step++) {
      const above = await childOf();
      const token = await childOf(above);
      const child = await childOf(token);
      let isValid = true;
      const revoke = () => service.call('POST', 'auth/token/revoke', { body: { token: above } });
      const interrupted = async () => {
        const { store } = service.deps;
        const deleteMany = () => Promise.reject(new Error('the process dies after its first write'));
        const dying = { ...service.deps, store: { ...store, deleteMany } };
        const body = { token: above };
        await caller(dying, vaultApi, root)('POST', 'auth/token/revoke', { body });
        isValid = await works(child);
      };
      isOver = !(await orphaning(token, step, interrupted));
      await revoke();
      if (!isValid) expect(await works(child), `step ${step}`).toBe(false);
    }
  });

  it('leaves a valid child of its own when it is revoked in the same way meanwhile and the mount is moved', async () => {
    for (let step = 0, isOver = false; !isOver; step++) {
      const { token, migration } = await login();
      const child = await childOf(token);
      const grandchild = await childOf(child);
      const other = () => service.call('POST', 'auth/token/revoke-orphan', { body: { token: child } });
      isOver = !(await orphaning(token, step, other));
      if (isOver) await other();
      await switchStep(service.deps, migration);
      expect(await Promise.all([token, child, grandchild].map(works)), `step ${step}`).toEqual([
        false,
        false,
        true,
      ]);
    }
  });

  it('is valid when two requests do the same, whenever the second comes', async () => {
    for (let step = 0, isOver = false; !isOver; step++) {
      const token = await childOf();
      const line = [await childOf(token)];
      line.push(await childOf(line[0]));
      const same = () => service.call('POST', 'auth/token/revoke-orphan', { body: { token } });
      isOver = !(await orphaning(token, step, same));
      expect(await Promise.all([token, ...line].map(works)), `step ${step}`).toEqual([false, true, true]);
    }
  });
});
