/** A tree in memory. Plans are made for it and applied to it; it checks the condition of each write. */

import { type FoundRow, placeId, type RowMove } from '../../functions/bulk/plan.ts';
import {
  type AttributeTest,
  attributesOf,
  type Condition,
  type Item,
  refOf,
  type Write,
} from '../../functions/ports/store.ts';
import { type Mount, mountItem, mountOf, unchangedMount } from '../../functions/tree/mount.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { ancestors } from '../../functions/tree/path.ts';
import { planTree } from '../../functions/tree/planTree.ts';

export const CHILD: Namespace = { ...ROOT, id: 'child1', path: 'ns/', lineage: ['root', 'child1'] };

/** A path in one of the two namespaces, without the trailing slash. */
export type Spot = [namespace: Namespace, path: string];

export class Model {
  readonly items = new Map<string, Item>();

  /** @param spots of mounts, none inside another */
  constructor(spots: Spot[]) {
    for (const [namespace, path] of spots) {
      const mount = mountAt(namespace, `${path}/`);
      this.items.set(placeId(namespace.id, mount.path), attributesOf(mountItem(mount)));
      for (const fork of ancestors(mount.path)) this.#count(namespace.id, fork);
    }
  }

  #count(namespaceId: string, path: string): void {
    const place = placeId(namespaceId, path);
    const count = (this.items.get(place)?.count as number | undefined) ?? 0;
    this.items.set(place, { pk: namespaceId, sk: path, kind: 'fork', count: count + 1 });
  }

  tree = (namespaceId: string, path: string): Item | undefined => this.items.get(placeId(namespaceId, path));

  /** A row as `findRows` would find it in this tree. */
  row(row: number, from: Spot, to: Spot): FoundRow {
    const mount = mountOf(this.tree(from[0].id, `${from[1]}/`));
    return {
      row,
      from: from[0].path + from[1],
      to: to[0].path + to[1],
      source: { namespace: from[0], path: from[1] },
      target: { namespace: to[0], path: `${to[1]}/` },
      ...(mount && { mount }),
    };
  }

  /** Applies one group to the mounts as they are now. Throws if a condition does not hold. */
  apply(moves: RowMove[]): Write[] {
    const writes = planTree(
      moves.flatMap(({ source, target }) => {
        const mount = mountOf(this.tree(source.namespace.id, source.path));
        if (!mount) throw new Error(`nothing is at ${source.path}`);
        const after = mountItem({ ...mount, namespaceId: target.namespace.id, path: target.path });
        return [
          { namespaceId: source.namespace.id, path: source.path, before: unchangedMount(mount) },
          { namespaceId: target.namespace.id, path: target.path, after },
        ];
      }),
    );
    for (const write of writes) {
      const key = refOf(write);
      const item = this.items.get(placeId(key.pk, key.sk));
      if (write.if && !holds(write.if, item)) throw new Error(`a condition at ${key.sk} does not hold`);
    }
    for (const write of writes) this.#write(write);
    return writes;
  }

  #write(write: Write): void {
    const { pk, sk } = refOf(write);
    const place = placeId(pk, sk);
    if ('put' in write) this.items.set(place, attributesOf(write.put));
    else if ('delete' in write) this.items.delete(place);
    else {
      const count = ((this.items.get(place)?.count as number | undefined) ?? 0) + (write.add?.count ?? 0);
      this.items.set(place, { pk, sk, kind: 'fork', count });
    }
  }

  /** Place → uuid of its mount. */
  mounts(): Map<string, string> {
    const mounts = [...this.items].filter(([, { kind }]) => kind === 'mount');
    return new Map(mounts.map(([place, { uuid }]) => [place, uuid as string]));
  }

  /** Whether no mount is inside another, and each fork counts what is below it (R1). */
  isSound(): boolean {
    const places = [...this.mounts().keys()];
    const isFree = places.every((place) =>
      places.every((other) => other === place || !other.startsWith(place)),
    );
    const forks = [...this.items].filter(([, { kind }]) => kind === 'fork');
    return (
      isFree &&
      forks.every(([place, { count }]) => count === places.filter((other) => other.startsWith(place)).length)
    );
  }
}

function mountAt(namespace: Namespace, path: string): Mount {
  return {
    namespaceId: namespace.id,
    path,
    uuid: `the mount from ${namespace.path}${path}`,
    accessor: '',
    type: 'kv',
    description: '',
    config: { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false },
    options: {},
    local: false,
    sealWrap: false,
    externalEntropyAccess: false,
    generation: 0,
    version: 1,
    issued: false,
  };
}

function holds(condition: Condition, item: Item | undefined): boolean {
  return [condition]
    .flat()
    .some((match) => Object.entries(match).every(([name, test]) => passes(test, item?.[name])));
}

function passes(test: AttributeTest, value: unknown): boolean {
  if (typeof test !== 'object') return value === test;
  if ('absent' in test) return value === undefined;
  if ('present' in test) return value !== undefined;
  if ('atMost' in test) return (value as number) <= test.atMost;
  return 'below' in test ? (value as number) < test.below : (value as number) > test.above;
}
