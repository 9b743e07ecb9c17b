import { afterAll, beforeAll, expect, it } from 'vitest';
import { countFailure, lockoutKey } from '../../../functions/engines/userpass/lockout.ts';
import { LOCKOUT_S } from '../../../functions/limits.ts';
import type { Write } from '../../../functions/ports/store.ts';
import type { Mount } from '../../../functions/tree/mount.ts';
import { meanwhile } from '../../support/meanwhile.ts';
import { placeMount } from '../../support/place.ts';
import { type TestDeps, testDeps } from '../../support/testDeps.ts';

let deps: TestDeps;
let mount: Mount;

beforeAll(async () => {
  deps = await testDeps();
  mount = await placeMount(deps, 'auth/up/');
});
afterAll(() => deps.stop());

const isPut = (writes: Write[]) => writes.some((write) => 'put' in write);

it.each([
  ['first bad password of a user', false],
  ['first one after the count has lapsed', true],
])('the %s is not forgotten when another is counted at the same time', async (_, isOld) => {
  const params = { name: deps.ids.hex(8) };
  const attempt = (store = deps.store) => ({ deps: { ...deps, store }, mount, params });
  if (isOld) await countFailure(attempt());
  deps.clock.pass(LOCKOUT_S * 1_000);

  await countFailure(attempt(meanwhile(deps.store, () => countFailure(attempt()), isPut)));

  expect(await deps.store.get(lockoutKey(attempt()))).toMatchObject({ failures: 2 });
});
