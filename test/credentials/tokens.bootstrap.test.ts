import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bootstrap } from '../../functions/credentials/bootstrap.ts';
import { revokeToken } from '../../functions/credentials/revoke.ts';
import type { Store } from '../../functions/ports/store.ts';
import { bootstrapKey, sha256 } from '../../functions/store/keys.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;
let call: Caller;

beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, vaultApi);
});
afterAll(() => deps.stop());
beforeEach(async () => {
  await deps.store.deleteMany([{ table: 'access', pk: 'bootstrap', sk: '.' }]);
});

async function statusWith(token: string): Promise<number> {
  return (await call('GET', 'sys/mounts', { token })).status;
}

/** The store of a process that dies after that many writes. */
function dyingAfter(store: Store, writes: number): Store {
  let left = writes;
  return {
    ...store,
    async commit(all) {
      if (left-- <= 0) throw new Error('the process is dead');
      await store.commit(all);
    },
  };
}

describe('the first root token', () => {
  it('is created once, and may do everything', async () => {
    const { token } = await bootstrap(deps, {});
    expect(await statusWith(token)).toBe(200);
    await expect(bootstrap(deps, {})).rejects.toThrow('ask for replace');
  });

  it('is replaced on request, and the previous one is invalid', async () => {
    const first = await bootstrap(deps, {});
    const second = await bootstrap(deps, { replace: true });
    expect(await statusWith(first.token)).toBe(403);
    expect(await statusWith(second.token)).toBe(200);
  });

  it('may be chosen, if it is long enough; choosing it again changes nothing', async () => {
    const token = deps.ids.base62(20);
    await expect(bootstrap(deps, { token: 'short' })).rejects.toThrow('at least 8 characters');
    const first = await bootstrap(deps, { token });
    expect(await bootstrap(deps, { token })).toEqual(first);
    expect(await statusWith(token)).toBe(200);
  });

  it('is one when many requests come at once', async () => {
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => bootstrap(deps, {})));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each([
    ['creates', false],
    ['replaces', true],
  ])('of another call is the valid one when that call %s it meanwhile', async (_, replace) => {
    if (replace) await bootstrap(deps, {});
    let theirs = '';
    const store = meanwhile(deps.store, async () => {
      theirs = (await bootstrap(deps, { replace })).token;
    });
    const token = deps.ids.base62(20);

    await expect(bootstrap({ ...deps, store }, { token, replace })).rejects.toThrow('at the same time');

    expect(await statusWith(theirs)).toBe(200);
    expect(await statusWith(token)).toBe(403);
    expect(await deps.store.get(bootstrapKey())).toMatchObject({ tokenHash: sha256(theirs) });
  });

  it('is never valid together with the one it replaces, whichever write the process dies after', async () => {
    for (let writes = 1, isOver = false; !isOver; writes++) {
      await deps.store.deleteMany([bootstrapKey()]);
      const leaked = await bootstrap(deps, {});
      const dying = { ...deps, store: dyingAfter(deps.store, writes) };
      isOver = await bootstrap(dying, { replace: true }).then(
        () => true,
        () => false,
      );

      const replaced = await bootstrap(deps, { replace: true });

      expect(await statusWith(leaked.token), `after ${writes} writes`).toBe(403);
      expect(await statusWith(replaced.token)).toBe(200);
    }
  });

  it('may be chosen again after it was revoked, and works', async () => {
    const token = deps.ids.base62(20);
    await bootstrap(deps, { token });
    await revokeToken(deps, { hash: sha256(token) });
    await bootstrap(deps, { token, replace: true });
    expect(await statusWith(token)).toBe(200);
  });

  it('leaves a line in the log without the token', async () => {
    const { token, accessor } = await bootstrap(deps, {});
    const lines = deps.logged.join('\n');
    expect(lines).toContain(accessor);
    expect(lines).not.toContain(token);
  });
});
