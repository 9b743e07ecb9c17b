import { afterAll, beforeAll, expect, it } from 'vitest';
import { lockNamespace, unlockNamespace } from '../../functions/namespaces/lockNamespace.ts';
import { ROOT } from '../../functions/namespaces/namespace.ts';
import { putNamespace } from '../../functions/namespaces/putNamespace.ts';
import { namespaceKey } from '../../functions/ports/keys.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

it('a namespace takes no id that another has', async () => {
  const first = await putNamespace(deps, ROOT, 'first/', {});
  const offered = [first.id, 'second'];
  const ids = { ...deps.ids, base62: () => offered.shift() ?? '' };

  const second = await putNamespace({ ...deps, ids }, ROOT, 'second/', {});

  expect(second.id).toBe('second');
  expect(await deps.store.get(namespaceKey(first.id))).toMatchObject({ path: 'first/' });
});

it('a namespace that another locks meanwhile keeps the key that was answered', async () => {
  await placeNamespace(deps, ROOT, 'locked');
  let key = '';
  const store = meanwhile(deps.store, async () => {
    key = await lockNamespace(deps, ROOT, 'locked/');
  });

  await expect(lockNamespace({ ...deps, store }, ROOT, 'locked/')).rejects.toMatchObject({ status: 400 });

  await unlockNamespace(deps, ROOT, 'locked/', key);
});
