/** One engine behind `handle`, on the emulator, with ways to move its mount and to read all tables. */

import type { Engine } from '../../functions/engines/engine.ts';
import { type Route, route } from '../../functions/http/route.ts';
import type { Item } from '../../functions/ports/store.ts';
import { treeKey } from '../../functions/store/keys.ts';
import { changeTree } from '../../functions/tree/changeTree.ts';
import { raiseGeneration } from '../../functions/tree/generation.ts';
import { type Mount, mountItem, mountOf, unchangedMount } from '../../functions/tree/mount.ts';
import type { Caller } from '../support/call.ts';
import { type Service, startService } from '../support/service.ts';
import { readTables } from '../support/tables.ts';
import type { TestDeps } from '../support/testDeps.ts';

export interface EngineService extends Service {
  /** The facts of a token, or the refusal if it is not valid. */
  lookUp(token: string): ReturnType<Caller>;
}

/** A route that the policy `default` allows; it answers the facts of the caller's token. */
const LOOK_UP: Route = route({
  path: 'auth/token/lookup-self',
  read: async ({ caller: found }) => ({ data: { ...found?.token } }),
});

export async function engineService(engine: Engine): Promise<EngineService> {
  const service = await startService({ api: { builtin: [LOOK_UP], engines: { [engine.type]: engine } } });
  return {
    ...service,
    lookUp: (token) => service.call('GET', 'auth/token/lookup-self', { token }),
  };
}

/** Moves a mount as a switch does, in one transaction (architecture §4). */
export async function moveMount({ store }: TestDeps, from: string, to: string): Promise<void> {
  const before = mountOf(await store.get(treeKey('root', from))) as Mount;
  const after = { ...before, path: to, generation: before.generation + 1, version: 1 };
  await changeTree(
    store,
    [
      { namespaceId: 'root', path: from, before: unchangedMount(before) },
      { namespaceId: 'root', path: to, after: mountItem(after) },
    ],
    [raiseGeneration(before.uuid, after.generation)],
  );
}

/** Every item of every table. */
export async function everythingStored({ client }: TestDeps): Promise<Item[]> {
  return Object.values(await readTables(client)).flat();
}

/** The storage keys of a mount that begin with a prefix. */
export async function storedKeys({ store }: TestDeps, mount: Mount, prefix: string): Promise<string[]> {
  const items = await store.query({ table: 'storage', pk: mount.uuid, prefix });
  return items.map(({ sk }) => sk);
}
