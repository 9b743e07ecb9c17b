/** One engine behind `handle`, on the emulator: mounted, moved as a switch would, and its tables looked through. */

import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Engine } from '../../functions/engines/engine.ts';
import { type Route, route } from '../../functions/http/route.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import type { Item, Store } from '../../functions/ports/store.ts';
import { policyKey, treeKey } from '../../functions/store/keys.ts';
import { changeTree } from '../../functions/tree/changeTree.ts';
import { raiseGeneration } from '../../functions/tree/generation.ts';
import { type Mount, mountItem, mountOf, unchangedMount } from '../../functions/tree/mount.ts';
import { type Caller, caller } from '../support/call.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

export interface EngineService {
  deps: TestDeps;
  /** With a root token, unless a call names another. */
  call: Caller;
  /** The same on another store, which may let something happen in between. */
  callOn(store: Store): Caller;
  /** What the service knows of a token, or that it does not take it. */
  lookUp(token: string): ReturnType<Caller>;
  stop(): Promise<void>;
}

/** A route that the policy `default` opens; it shows the token that calls. */
const LOOK_UP: Route = route({
  path: 'auth/token/lookup-self',
  read: async ({ caller: found }) => ({ data: { ...found?.token } }),
});

export async function engineService(engine: Engine): Promise<EngineService> {
  const deps = await testDeps();
  const api = { builtin: [LOOK_UP], engines: { [engine.type]: engine } };
  const token = await rootToken(deps);
  const call = caller(deps, api, token);
  return {
    deps,
    call,
    callOn: (store) => caller({ ...deps, store }, api, token),
    lookUp: (token) => call('GET', 'auth/token/lookup-self', { token }),
    stop: () => deps.stop(),
  };
}

/** Takes a mount to another path in the one transaction of a switch (architecture §4). */
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

export async function placePolicy({ store }: TestDeps, name: string, text: string): Promise<void> {
  const compiled = JSON.stringify(parsePolicy(text));
  await store.commit([{ put: { ...policyKey('root', name), text, compiled } }]);
}

/** Every item of every table. */
export async function everythingStored({ client }: TestDeps): Promise<Item[]> {
  const tables = ['mounts', 'access', 'leases', 'storage', 'migrations'];
  const scans = tables.map((TableName) => client.send(new ScanCommand({ TableName, ConsistentRead: true })));
  return (await Promise.all(scans)).flatMap(({ Items = [] }) =>
    Items.map((item) => unmarshall(item) as Item),
  );
}

/** The keys of one mount's storage that begin with a prefix. */
export async function storedKeys({ store }: TestDeps, mount: Mount, prefix: string): Promise<string[]> {
  const items = await store.query({ table: 'storage', pk: mount.uuid, prefix });
  return items.map(({ sk }) => sk);
}
