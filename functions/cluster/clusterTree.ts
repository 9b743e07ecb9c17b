/**
 * The mounts and namespaces of a cluster as items of the table `mounts`. What was read once is kept, so one object serves
 * one request.
 */

import { namespaceLocked } from '../http/errors.ts';
import {
  ClusterForbids,
  type ClusterNamespace,
  type ClusterReads,
  type MountEntry,
} from '../ports/cluster.ts';
import { attributesOf, type Item, type Key, type PlacedItem } from '../ports/store.ts';
import { namespaceKey, treeKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { type Mount, mountItem } from '../tree/mount.ts';
import { namespaceItem, ROOT } from '../tree/namespace.ts';
import { ancestors, builtinPath } from '../tree/path.ts';
import { kept } from './kept.ts';

/** The items of a partition: by sort key, and in the UTF-8 byte order of these. */
interface Partition {
  at: Map<string, Item>;
  sorted: Item[];
}

export class ClusterTree {
  readonly #cluster: ClusterReads;
  /** Id → path of each namespace that has been seen. */
  readonly #paths = new Map([[ROOT.id, ROOT.path]]);
  /** Path → the locked namespace at or above it. */
  readonly #lockedAt = new Map<string, string>();
  readonly #children = new Map<string, Promise<ClusterNamespace[]>>();
  readonly #partitions = new Map<string, Promise<Partition>>();

  constructor(cluster: ClusterReads) {
    this.#cluster = cluster;
  }

  async get({ pk, sk }: Key): Promise<Item | undefined> {
    if (!pk.startsWith(NAMESPACE)) return (await this.#partition(pk)).at.get(sk);
    const path = await this.pathOf(pk.slice(NAMESPACE.length));
    return path === undefined ? undefined : { pk, sk, path };
  }

  /** All items of a partition, in order. */
  async items(pk: string): Promise<Item[]> {
    return (await this.#partition(pk)).sorted;
  }

  /** The id of the namespace with a path, if there is one. */
  async idOf(path: string): Promise<string | undefined> {
    let namespace: { id: string; path: string } = ROOT;
    for (const segment of path.split('/').slice(0, -1)) {
      const child = (await this.#childrenOf(namespace.path)).find(({ name }) => name === `${segment}/`);
      if (!child) return undefined;
      namespace = { id: child.id, path: namespace.path + child.name };
    }
    return namespace.id;
  }

  /** The path of the namespace with an id, if there is one. It may have to look at all that the service may list. */
  async pathOf(id: string): Promise<string | undefined> {
    let level: string[] = [ROOT.path];
    while (!this.#paths.has(id) && level.length > 0) {
      const below = await severalAtOnce(level, async (parent) => {
        const children = await this.#childrenOf(parent).catch(noneIfForbidden);
        const open = children.filter(({ isLocked }) => !isLocked);
        return open.map(({ name }) => parent + name);
      });
      level = below.flat();
    }
    return this.#paths.get(id);
  }

  /** Old clusters tell no ids: there the path stands for the id. */
  #childrenOf(path: string): Promise<ClusterNamespace[]> {
    return kept(this.#children, path, async () => {
      const found = await this.#cluster.namespaces(path);
      const children = found.map((child) => ({ ...child, id: child.id || path + child.name }));
      for (const { id, name, isLocked } of children) {
        this.#paths.set(id, path + name);
        const lockedAt = this.#lockedAt.get(path) ?? (isLocked ? path + name : undefined);
        if (lockedAt !== undefined) this.#lockedAt.set(path + name, lockedAt);
      }
      return children;
    });
  }

  #partition(pk: string): Promise<Partition> {
    return kept(this.#partitions, pk, () => this.#read(pk));
  }

  /** @throws VaultError 503 in a locked namespace: a cluster answers nothing there, not even the service */
  async #read(id: string): Promise<Partition> {
    // The other partitions of the table, of generations and built-in mounts, are empty.
    const path = id.includes('#') ? undefined : await this.pathOf(id);
    if (path === undefined) return partitionOf([]);
    const lockedAt = this.#lockedAt.get(path);
    if (lockedAt !== undefined) throw namespaceLocked(lockedAt);
    const [mounts, children] = await Promise.all([this.#cluster.mounts(path), this.#childrenOf(path)]);
    const entries = [
      ...[...mounts].filter(([at]) => !builtinPath(at)).map(([at, entry]) => mountAsItem(id, at, entry)),
      ...children.map((child) => namespaceAsItem(id, child)),
    ];
    return partitionOf([...forksOf(id, entries), ...entries]);
  }
}

/** Namespaces that are deeper than the policy of the service reaches are none of its business. */
function noneIfForbidden(error: unknown): ClusterNamespace[] {
  if (error instanceof ClusterForbids) return [];
  throw error;
}

const NAMESPACE = namespaceKey('').pk;

/** A later item replaces an earlier one at the same key. */
function partitionOf(items: PlacedItem[]): Partition {
  const at = new Map(items.map((item) => [item.sk, attributesOf(item)]));
  const keyed = [...at.values()].map((item) => ({ item, bytes: Buffer.from(item.sk) }));
  const sorted = keyed.sort((one, other) => one.bytes.compare(other.bytes)).map(({ item }) => item);
  return { at, sorted };
}

/** The number of entries below each path that has some, as `planTree` keeps it. */
function forksOf(namespaceId: string, entries: PlacedItem[]): PlacedItem[] {
  const counts = new Map<string, number>();
  for (const fork of entries.flatMap(({ sk }) => ancestors(sk)))
    counts.set(fork, (counts.get(fork) ?? 0) + 1);
  return [...counts].map(([path, count]) => ({ ...treeKey(namespaceId, path), kind: 'fork', count }));
}

/** A lock of a cluster has no key here: only the cluster can unlock it. */
const LOCKED = 'by the cluster';

function namespaceAsItem(
  parentId: string,
  { id, uuid, name, metadata, isLocked }: ClusterNamespace,
): PlacedItem {
  const lock = isLocked ? { unlockKeyHash: LOCKED } : {};
  return namespaceItem({ id: parentId }, name, { id, uuid, metadata, version: 0, ...lock });
}

/** The cluster keeps what the mount has issued, so here it has no generations, and it may have issued something. */
function mountAsItem(namespaceId: string, path: string, entry: MountEntry): PlacedItem {
  const mount: Mount = {
    namespaceId,
    path,
    uuid: entry.uuid,
    accessor: entry.accessor,
    type: entry.type,
    description: entry.description,
    config: {
      defaultLeaseTtl: Number(entry.config.default_lease_ttl ?? 0),
      maxLeaseTtl: Number(entry.config.max_lease_ttl ?? 0),
      forceNoCache: entry.config.force_no_cache === true,
    },
    options: entry.options ?? {},
    local: entry.local,
    sealWrap: entry.seal_wrap,
    externalEntropyAccess: entry.external_entropy_access,
    generation: 0,
    version: 0,
    issued: true,
    entry,
  };
  return mountItem(mount);
}
