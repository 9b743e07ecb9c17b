import { describe, expect, it } from 'vitest';
import { generationKey, migrationKey, treeKey } from '../../functions/store/keys.ts';
import { locate } from '../../functions/tree/locate.ts';
import type { TestDeps } from '../support/testDeps.ts';
import { mountService } from './mountService.ts';

const s = mountService();

describe('disabling', () => {
  it('removes the mount from the tree, revokes what it issued and starts a teardown', async () => {
    await s.enable(`sys/mounts/${s.name}/a/b`);
    const { uuid, generation } = (await locate(s.deps.store, `${s.name}/a/b/x`)).mount ?? {};
    const before = s.deps.started.length;

    const { status, text } = await s.call('DELETE', `sys/mounts/${s.name}/a/b`);

    expect([status, text]).toEqual([204, '']);
    expect((await locate(s.deps.store, `${s.name}/a/b/x`)).mount).toBeUndefined();
    expect(await s.deps.store.get(generationKey(uuid as string))).toMatchObject({
      generation: (generation as number) + 1,
    });
    const [started] = s.deps.started.slice(before);
    expect(started?.machine).toBe('teardown');
    expect(await s.deps.store.get(migrationKey(started?.id as string))).toMatchObject({
      kind: 'teardown',
      what: 'mount',
      mountUuid: uuid,
    });
    for (const fork of [`${s.name}/`, `${s.name}/a/`]) {
      expect(await s.deps.store.get(treeKey('root', fork)), fork).toBeUndefined();
    }
  });

  it('changes nothing where there is no mount, or only one above or below', async () => {
    await s.enable(`sys/mounts/${s.name}/a`);
    await s.enable(`sys/auth/${s.name}/a`, { type: 'userpass' });
    const before = s.deps.started.length;
    for (const path of [s.name, `${s.name}/a/b`, `x${s.name}`, '', '%2F']) {
      expect((await s.call('DELETE', `sys/mounts/${path}`)).status, path).toBe(path === '' ? 404 : 204);
      expect((await s.call('DELETE', `sys/auth/${path}`)).status, path).toBe(path === '' ? 404 : 204);
    }
    const tooLong = `${s.name}/${'y'.repeat(2_000)}`;
    expect((await s.call('DELETE', `sys/mounts/${tooLong}`)).status).toBe(204);
    expect(s.deps.started).toHaveLength(before);
    expect((await s.call('GET', `sys/mounts/${s.name}/a`)).status).toBe(200);
    expect((await s.call('GET', `sys/auth/${s.name}/a`)).status).toBe(200);
  });

  it('frees the path for another mount, above or below as well', async () => {
    await s.enable(`sys/mounts/${s.name}/a/b`);
    await s.call('DELETE', `sys/mounts/${s.name}/a/b`);
    await s.enable(`sys/mounts/${s.name}`);
    await s.call('DELETE', `sys/mounts/${s.name}`);
    await s.enable(`sys/mounts/${s.name}/a/b/c`);
  });

  it('refuses the built-in mounts, and auth methods by the wrong table', async () => {
    await s.enable(`sys/auth/${s.name}`, { type: 'userpass' });
    for (const path of ['sys', 'cubbyhole', 'identity', 'auth/token', `auth/${s.name}`]) {
      expect(await s.refusalOf('DELETE', `sys/mounts/${path}`)).toEqual([`cannot unmount "${path}/"`]);
    }
    expect(await s.refusalOf('DELETE', 'sys/auth/token')).toEqual([
      'token credential backend cannot be disabled',
    ]);
    expect((await s.call('DELETE', `sys/auth/${s.name}`)).status).toBe(204);
    expect(await s.refusalOf('GET', `sys/auth/${s.name}`)).toEqual([`No auth engine at ${s.name}/`]);
  });

  it('succeeds although the workflow cannot be started', async () => {
    const broken: TestDeps = {
      ...s.deps,
      workflows: {
        async start() {
          throw new Error('no answer');
        },
      },
    };
    await s.enable(`sys/mounts/${s.name}`);
    const { status } = await s.callOn(broken)('DELETE', `sys/mounts/${s.name}`);
    expect(status).toBe(204);
    expect((await locate(s.deps.store, `${s.name}/x`)).mount).toBeUndefined();
  });
});
