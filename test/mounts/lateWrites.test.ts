import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clearEmptyForks } from '../../functions/mounts/changeTree.ts';
import { raiseGeneration } from '../../functions/mounts/generation.ts';
import { keepTuned } from '../../functions/mounts/tunedBuiltins.ts';
import { builtinKey, generationKey, treeKey } from '../../functions/ports/keys.ts';
import { ConditionFailed } from '../../functions/ports/store.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

describe('a write that comes too late', () => {
  it.each([2, 3])(
    'does not set the number of a mount back, nor to what it is: from 3 to %i',
    async (generation) => {
      const uuid = deps.ids.uuid();
      await deps.store.commit([raiseGeneration(uuid, 3)]);

      await expect(deps.store.commit([raiseGeneration(uuid, generation)])).rejects.toThrow(ConditionFailed);

      expect((await deps.store.get(generationKey(uuid)))?.generation).toBe(3);
    },
  );

  it.each([0, 1])('tunes no built-in mount that was tuned since, from version %i on', async (version) => {
    const place = { namespaceId: deps.ids.hex(6), path: 'sys/' };
    const tuned = (description: string, at: number) => {
      const config = { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false };
      return keepTuned({ ...place, version: at }, { description, config, options: {} });
    };
    for (let at = 0; at <= version; at++) await deps.store.commit([tuned('first', at)]);

    await expect(deps.store.commit([tuned('second', version)])).rejects.toThrow(ConditionFailed);

    const kept = await deps.store.get(builtinKey(place.namespaceId, place.path));
    expect(kept).toMatchObject({ description: 'first', version: version + 1 });
  });

  it('clears no fork that counts again, and no mount that has come in its place', async () => {
    const fork = treeKey('root', 'a/');
    const mount = treeKey('root', 'b/');
    await placeMount(deps, 'a/kv/');
    await placeMount(deps, 'b/');

    await clearEmptyForks(deps.store, [fork, mount]);

    expect(await deps.store.get(fork)).toMatchObject({ kind: 'fork', count: 1 });
    expect(await deps.store.get(mount)).toMatchObject({ kind: 'mount' });
  });
});
