/** Finds leases: one by its id, those directly below a path, and of many items those that are usable (contract §7). */

import { MAX_LISTED_LEASES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item, Store } from '../ports/store.ts';
import { leaseKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { builtinIssuer } from '../tree/builtin.ts';
import { namespaceIdIn, namespaceWithin } from '../tree/findNamespace.ts';
import { reachedAt, requireOpen, throughAlias } from '../tree/followAlias.ts';
import { type Location, locate } from '../tree/locate.ts';
import type { Mount } from '../tree/mount.ts';
import { type Namespace, requireUnlocked } from '../tree/namespace.ts';
import { builtinPath } from '../tree/path.ts';
import { isLease, type Lease, leaseOf } from './lease.ts';
import { fitsLease, type LeaseRange, leasePages, leaseRanges } from './leaseRanges.ts';
import { SHARDS } from './leaseShards.ts';
import { isAlive, isCurrent, type Lineage, lineageRefs } from './lineage.ts';

export interface FoundLease {
  /** As it is stored, usable or not. */
  item: Item;
  namespace: Namespace;
  /** The mount that issued it; absent for a built-in mount, which is not in the tree. */
  mount?: Mount;
}

/**
 * Finds a lease by its id, which contains its place: the namespace, the path of the mount, and the path inside it.
 * @param within the namespace of the request; leases outside it are not found (R10)
 * @throws VaultError 503 in a locked namespace, and where an alias leads into one
 */
export async function findLease(
  deps: Pick<Deps, 'store' | 'clock'>,
  id: string,
  within: Namespace,
): Promise<FoundLease | undefined> {
  const place = await placeOf(deps, id, within);
  if (!place) return undefined;
  requireUnlocked(place.namespace);
  requireOpen(place.location);
  return leaseAt(deps.store, place);
}

/** The same for its revocation, which no lock stops. */
export async function findLeaseToRevoke(
  deps: Pick<Deps, 'store' | 'clock'>,
  id: string,
  within: Namespace,
): Promise<FoundLease | undefined> {
  const place = await placeOf(deps, id, within);
  return place && leaseAt(deps.store, place);
}

/** The namespace that the id of a lease names, and what the rest of the id leads to from there. */
interface LeasePlace {
  namespace: Namespace;
  location: Location;
}

async function placeOf(
  deps: Pick<Deps, 'store' | 'clock'>,
  id: string,
  within: Namespace,
): Promise<LeasePlace | undefined> {
  const namespace = await namespaceWithin(deps.store, namespaceIdIn(id), within);
  if (!namespace) return undefined;
  return { namespace, location: await throughAlias(deps, await locate(deps.store, id, namespace)) };
}

async function leaseAt(store: Store, { namespace, location }: LeasePlace): Promise<FoundLease | undefined> {
  const { namespace: owner, path, mount } = location;
  const mountPath = mount ? reachedAt({ ...location, mount }) : builtinPath(path);
  if (owner.id !== namespace.id || mountPath === undefined) return undefined;
  const { mountUuid } = mount ? { mountUuid: mount.uuid } : builtinIssuer(namespace, mountPath);
  const inside = path.slice(mountPath.length);
  const mayBe = inside !== '' && fitsLease(inside);
  const item = mayBe ? await store.get(leaseKey(mountUuid, inside)) : undefined;
  return item && { item, namespace, ...(mount ? { mount } : {}) };
}

/** The lease with this id if it is usable. */
export async function usableLease(
  deps: Pick<Deps, 'store' | 'clock'>,
  id: string,
  within: Namespace,
): Promise<(FoundLease & { lease: Lease }) | undefined> {
  const found = await findLease(deps, id, within);
  const [lease] = found ? await usableLeases(deps, [found.item]) : [];
  return found && lease ? { ...found, lease } : undefined;
}

/**
 * Those of many leases that are usable: alive, with a current lineage (architecture §4). What they depend on is read at
 * once, because most of them share it.
 * @param items items of the `leases` table; damaged ones are not usable
 */
export async function usableLeases(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  items: Item[],
): Promise<Lease[]> {
  const now = clock.now();
  const leases = items
    .filter(isLease)
    .map(leaseOf)
    .filter((lease) => isAlive(lease, now));
  const refs = leases.map((lease) => lineageRefs(fullLineage(lease)));
  const found = await store.getMany(refs.flat());
  let from = 0;
  return leases.filter((lease, i) => {
    const upTo = from + (refs[i]?.length ?? 0);
    const own = found.slice(from, upTo);
    from = upTo;
    return isCurrent(fullLineage(lease), own, now);
  });
}

/** The lease of a token also depends on that token. */
function fullLineage({ kind, lineage, tokenHash }: Lease): Lineage {
  return kind === 'token' ? { ...lineage, tokens: [...lineage.tokens, tokenHash] } : lineage;
}

export interface LeaseListing {
  keys: string[];
  /** Whether the listing is incomplete, because it stops after `MAX_LISTED_LEASES` leases. */
  isTruncated: boolean;
}

/**
 * The names directly below a path of lease ids; folders end in a slash.
 * @param path ends in a slash, or is empty for the top
 */
export async function listLeases(deps: Deps, namespace: Namespace, path: string): Promise<LeaseListing> {
  const keys = new Set<string>();
  let count = 0;
  const list = async (range: LeaseRange): Promise<void> => {
    // All leases of a mount below the path are in one folder: the first usable lease is enough.
    const folder = range.mountPath.length > path.length ? keyBelow(path, range.mountPath) : undefined;
    for (const shard of SHARDS) {
      for await (const page of leasePages(deps.store, range, shard)) {
        if (count >= MAX_LISTED_LEASES || (folder !== undefined && keys.has(folder))) return;
        count += page.length;
        // What was issued at an alias in another namespace is found there only.
        const own = page.filter(({ sk }) => namespaceIdIn(sk) === namespace.id);
        for (const lease of await usableLeases(deps, own))
          keys.add(keyBelow(path, range.mountPath + lease.path));
      }
    }
  };
  await severalAtOnce(await leaseRanges(deps, namespace, path), list);
  return { keys: [...keys].sort(), isTruncated: count >= MAX_LISTED_LEASES };
}

export interface IrrevocableListing {
  leases: { lease_id: string; mount_id: string; error: string }[];
  /** As in `LeaseListing`. */
  isTruncated: boolean;
}

/**
 * The leases whose removal failed, of those that the namespaces have issued: each with the accessor of its mount, and why it failed.
 * A mount may have come with leases of another namespace: those are of that (R10).
 */
export async function listIrrevocableLeases(
  deps: Pick<Deps, 'store' | 'clock'>,
  namespaces: readonly Namespace[],
): Promise<IrrevocableListing> {
  const leases: IrrevocableListing['leases'] = [];
  const issuers = new Set(namespaces.map(({ id }) => id));
  let count = 0;
  const list = async (range: LeaseRange): Promise<void> => {
    for (const shard of SHARDS) {
      for await (const page of leasePages(deps.store, range, shard)) {
        if (count >= MAX_LISTED_LEASES) return;
        count += page.length;
        for (const { id, sk, irrevocable } of page)
          if (irrevocable !== undefined && issuers.has(namespaceIdIn(sk)))
            leases.push({ lease_id: `${id}`, mount_id: range.mountAccessor, error: `${irrevocable}` });
      }
    }
  };
  for (const namespace of namespaces) await severalAtOnce(await leaseRanges(deps, namespace, ''), list);
  return {
    leases: leases.sort((a, b) => (a.lease_id < b.lease_id ? -1 : 1)),
    isTruncated: count >= MAX_LISTED_LEASES,
  };
}

/** The warning of a listing that is incomplete. */
export function cutWarnings(isTruncated: boolean): string[] {
  return isTruncated ? [`the listing ends after ${MAX_LISTED_LEASES} leases`] : [];
}

function keyBelow(path: string, full: string): string {
  const rest = full.slice(path.length);
  const slash = rest.indexOf('/');
  return slash === -1 ? rest : rest.slice(0, slash + 1);
}
