import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import { attributesOf, ConditionFailed } from '../../functions/ports/store.ts';
import { builtinKey, generationKey, treeKey } from '../../functions/store/keys.ts';
import { tunedBuiltin } from '../../functions/tree/builtin.ts';
import { clearEmptyForks } from '../../functions/tree/changeTree.ts';
import { disableMount } from '../../functions/tree/disableMount.ts';
import { MountMoved, markIssued, raiseGeneration } from '../../functions/tree/generation.ts';
import { mountItem } from '../../functions/tree/mount.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { tuneMount } from '../../functions/tree/tuneMount.ts';
import type { TuneFields } from '../../functions/tree/tuning.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

describe('a late write', () => {
  it.each([2, 3])('neither lowers a generation nor sets it again: from 3 to %i', async (generation) => {
    const uuid = deps.ids.uuid();
    await deps.store.commit([raiseGeneration(uuid, 3)]);

    await expect(deps.store.commit([raiseGeneration(uuid, generation)])).rejects.toThrow(ConditionFailed);

    expect((await deps.store.get(generationKey(uuid)))?.generation).toBe(3);
  });

  it.each([0, 1])(
    'does not tune a built-in mount that another tuning has changed since version %i',
    async (version) => {
      const place = { namespaceId: deps.ids.hex(6), path: 'sys/' };
      const tuned = (description: string, at: number) => {
        const config = { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false };
        return tunedBuiltin({ ...place, version: at }, { description, config, options: {} });
      };
      for (let at = 0; at <= version; at++) await deps.store.commit([tuned('first', at)]);

      await expect(deps.store.commit([tuned('second', version)])).rejects.toThrow(ConditionFailed);

      const kept = await deps.store.get(builtinKey(place.namespaceId, place.path));
      expect(kept).toMatchObject({ description: 'first', version: version + 1 });
    },
  );

  it('deletes no fork that counts entries again, and no mount that has replaced a fork', async () => {
    const fork = treeKey('root', 'a/');
    const mount = treeKey('root', 'b/');
    await placeMount(deps, 'a/kv/');
    await placeMount(deps, 'b/');

    await clearEmptyForks(deps.store, [fork, mount]);

    expect(await deps.store.get(fork)).toMatchObject({ kind: 'fork', count: 1 });
    expect(await deps.store.get(mount)).toMatchObject({ kind: 'mount' });
  });
});

describe.each([
  ['was tuned', { version: 2, options: { note: 'theirs' } }],
  ['was replaced by another', { uuid: 'another' }],
])('a write to a mount that %s since it was read', (_, change) => {
  async function changedMount() {
    const mount = await placeMount(deps, `${deps.ids.hex(8)}/`);
    const put = mountItem({ ...mount, ...change });
    const now = attributesOf(put);
    const overtake = () => deps.store.commit([{ put }]);
    return { mount, now, overtake, stored: () => deps.store.get(treeKey('root', mount.path)) };
  }

  it('does not disable it', async () => {
    const { mount, now, overtake, stored } = await changedMount();
    await overtake();

    await expect(disableMount(deps, mount)).rejects.toThrow(ConditionFailed);

    expect(await stored()).toEqual(now);
  });

  it('does not mark it as issued', async () => {
    const { mount, now, overtake, stored } = await changedMount();
    await overtake();

    await expect(markIssued(deps.store, mount)).rejects.toThrow(MountMoved);

    expect(await stored()).toEqual(now);
  });

  it('tunes its current state', async () => {
    const { mount, now, overtake, stored } = await changedMount();

    const fields = { description: 'ours' } as TuneFields;
    await tuneMount(meanwhile(deps.store, overtake), ROOT, mount.path, fields, engines);

    const version = (now.version as number) + 1;
    expect(await stored()).toEqual({ ...now, description: 'ours', version });
  });
});
