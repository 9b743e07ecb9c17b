import { describe, expect, it } from 'vitest';
import { lockedUsers } from '../../../functions/engines/userpass/lockedUsers.ts';
import type { Mount } from '../../../functions/tree/mount.ts';
import { placeMount } from '../../support/place.ts';
import { throughFile } from '../../support/throughFile.ts';
import { everythingStored } from '../engineService.ts';
import { password, userpassService } from './userpassService.ts';

const MINUTE_MS = 60_000;

const service = throughFile(userpassService);

/** A userpass method of its own, with users and a lockout after two bad passwords. */
async function methodWith(users: string[], userLockout: object = {}): Promise<Mount> {
  const path = `auth/m${service.deps.ids.hex(10)}/`;
  const settings = { threshold: 2, duration: 60, ...userLockout };
  const config = { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false, userLockout: settings };
  const mount = await placeMount(service.deps, path, { config });
  for (const name of users) await service.addUser(name, {}, path.slice(0, -1));
  return mount;
}

async function fail({ path }: Mount, name: string, times = 2): Promise<void> {
  const sent = { token: '', body: { password: 'wrong' } };
  for (let i = 0; i < times; i++) await service.call('POST', `${path}login/${name}`, sent);
}

describe('locked users', () => {
  it('are listed in order, as long as they are locked', async () => {
    const mount = await methodWith(['cat', 'ann', 'bob']);
    await fail(mount, 'Cat');
    await fail(mount, 'ann');
    await fail(mount, 'bob', 1);
    expect(await lockedUsers.list(service.deps, mount)).toEqual(['ann', 'cat']);
    service.deps.clock.pass(MINUTE_MS);
    expect(await lockedUsers.list(service.deps, mount)).toEqual([]);
  });

  it('are not listed where the mount locks nobody now', async () => {
    const mount = await methodWith(['ann']);
    await fail(mount, 'ann');
    const config = { ...mount.config, userLockout: { disabled: true } };
    expect(await lockedUsers.list(service.deps, { ...mount, config })).toEqual([]);
  });

  it('are not listed if there is no such user, since the name may be a password, but can be unlocked', async () => {
    const mount = await methodWith(['ann']);
    await fail(mount, 'hunter2');
    expect(await lockedUsers.list(service.deps, mount)).toEqual([]);
    expect(JSON.stringify(await everythingStored(service.deps))).not.toContain('hunter2');
    await service.addUser('hunter2', {}, mount.path.slice(0, -1));
    expect(await lockedUsers.list(service.deps, mount)).toEqual(['hunter2']);
    await lockedUsers.unlock(service.deps, mount, 'hunter2');
    const sent = { token: '', body: { password } };
    expect((await service.call('POST', `${mount.path}login/hunter2`, sent)).status).toBe(200);
    expect(await lockedUsers.list(service.deps, mount)).toEqual([]);
  });

  it('are unlocked whatever the case of the name', async () => {
    const mount = await methodWith(['ann']);
    await fail(mount, 'ann');
    await lockedUsers.unlock(service.deps, mount, 'ANN');
    expect(await lockedUsers.list(service.deps, mount)).toEqual([]);
  });
});
