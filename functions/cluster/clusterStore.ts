/**
 * A store whose mounts, namespaces, policies and token are those of a cluster. Only the records of migrations are stored
 * by this service. Each request and each step has a store of its own, so it never sees what a cluster had earlier
 * (architecture §11).
 */

import type { ClusterReads } from '../ports/cluster.ts';
import {
  attributesOf,
  type Item,
  type Range,
  type Ref,
  refOf,
  type Store,
  type Write,
} from '../ports/store.ts';
import { readMigration } from '../remount/readMigration.ts';
import { accessorClaimKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { mountItem, mountOf } from '../tree/mount.ts';
import { ClusterAccess } from './clusterAccess.ts';
import { ClusterTree } from './clusterTree.ts';

/**
 * @param records the store of this service
 * @param token of the request, if it has one
 */
export function clusterStore(cluster: ClusterReads, records: Store, token?: string): Store {
  const tree = new ClusterTree(cluster);
  const access = new ClusterAccess(cluster, tree, token);

  async function plain(ref: Ref): Promise<Item | undefined> {
    if (ref.table === 'mounts') return tree.get(ref);
    return ref.table === 'access' ? access.get(ref) : undefined;
  }

  async function get(ref: Ref): Promise<Item | undefined> {
    const item = await plain(ref);
    return item && withMover(records, item);
  }

  async function query(range: Range): Promise<Item[]> {
    const { table, pk, limit } = range;
    if (table !== 'mounts' && table !== 'access') return [];
    const found = within(range, await (table === 'mounts' ? tree : access).items(pk));
    return limit === 1 ? severalAtOnce(found, (item) => withMover(records, item)) : found;
  }

  return {
    get: (ref) => (isRecord(ref) ? records.get(ref) : get(ref)),
    async getMany(refs) {
      const stored = refs.filter(isRecord);
      const items = stored.length > 0 ? await records.getMany(stored) : [];
      const recorded = new Map(stored.map((ref, i) => [ref, items[i]]));
      return severalAtOnce(refs, async (ref) => (isRecord(ref) ? recorded.get(ref) : plain(ref)));
    },
    query: (range) => (isRecord(range) ? records.query(range) : query(range)),
    pages: (range) => (isRecord(range) ? records.pages(range) : onePage(query(range))),
    async commit(writes) {
      refuseOthers(writes);
      await records.commit(writes);
    },
    async update(update) {
      refuseOthers([update]);
      return records.update(update);
    },
    async putMany(puts) {
      refuseOthers(puts);
      await records.putMany(puts);
    },
    async deleteMany(refs) {
      refuseOthers(refs.map((ref) => ({ delete: ref })));
      await records.deleteMany(refs);
    },
  };
}

function isRecord({ table }: { table: Ref['table'] }): boolean {
  return table === 'migrations';
}

/** Only a mistake in this service writes what the cluster has. */
function refuseOthers(writes: Write[]): void {
  const other = writes.map(refOf).find((ref) => !isRecord(ref));
  if (other) throw new TypeError(`the table ${other.table} is the cluster's`);
}

async function* onePage(items: Promise<Item[]>): AsyncGenerator<Item[]> {
  yield await items;
}

/** @param items of a whole partition, in order */
function within({ prefix = '', atMost, after, descending, limit }: Range, items: Item[]): Item[] {
  const [least, most] = [bytesOf(after), bytesOf(atMost)];
  const found = items.filter(({ sk }) => {
    if (!sk.startsWith(prefix)) return false;
    const bytes = Buffer.from(sk);
    return !(least && bytes.compare(least) <= 0) && !(most && bytes.compare(most) > 0);
  });
  return (descending ? found.reverse() : found).slice(0, limit);
}

function bytesOf(bound: string | number | undefined): Buffer | undefined {
  return bound === undefined ? undefined : Buffer.from(String(bound));
}

/**
 * Adds to a single mount the migration that moved it to where it is. So a repeated request is recognised, as for a mount
 * of this service (architecture §5).
 */
async function withMover(records: Store, item: Item): Promise<Item> {
  const mount = mountOf(item);
  const claim = mount && (await records.get(accessorClaimKey(mount.accessor)));
  const id = claim?.migrationId;
  const migration = typeof id === 'string' ? await readMigration({ store: records }, id) : undefined;
  if (!mount || !migration || migration.status === 'failure') return item;
  const { source, target, status, switchedAt, acceptedAt } = migration;
  if (target.namespaceId !== mount.namespaceId || target.path !== mount.path) return item;
  const movedBy = {
    migrationId: migration.id,
    fromNamespaceId: source.namespaceId,
    fromPath: source.path,
    // While it is in progress, every request for the same move repeats it.
    at: status === 'in-progress' ? Number.POSITIVE_INFINITY : (switchedAt ?? acceptedAt),
  };
  return attributesOf(mountItem({ ...mount, movedBy }));
}
