/** Issues the lease of a secret, with the items that live as long as the lease. */

import { notAuthenticated, refusal } from '../http/errors.ts';
import type { Call } from '../http/route.ts';
import type { Deps } from '../ports/deps.ts';
import type { PlacedItem, Write } from '../ports/store.ts';
import { MountMoved, markIssued } from '../tree/generation.ts';
import type { Mount } from '../tree/mount.ts';
import type { Caller } from './caller.ts';
import { addChild, leaseChild, markParent, withdrawIfRevoked } from './child.ts';
import { type Lease, leaseItem } from './lease.ts';
import { descend, type Lineage, stillCurrent, throughDoor } from './lineage.ts';
import { placeOfLease } from './placeOfLease.ts';
import { removeSecrets } from './removal.ts';
import { cleanupTime, type Token } from './token.ts';
import { grantTtl, type TtlWish } from './ttl.ts';

/** What each item of a credential stores, so that it can be checked later: its lineage and its end. */
export interface Credential {
  lineage: Lineage;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** Epoch seconds at which DynamoDB may delete it. */
  ttl: number | undefined;
  /** The lease it belongs to, for an engine that ends it early. */
  lease: { mountUuid: string; path: string };
}

export interface LeaseOrder {
  call: Call;
  mount: Mount;
  caller: Caller;
  wish?: Pick<TtlWish, 'ttl'>;
  renewable?: boolean;
  /** The items that live as long as the lease; each contains the facts of the credential. */
  items(credential: Credential): PlacedItem[];
}

/**
 * Writes the lease, the credential and the entry in the index of the token, in one transaction.
 * @throws VaultError 400 when this is the last use of the token, after which the lease would be revoked (contract §6);
 *   403 when the token was revoked meanwhile
 * @throws MountMoved when the mount was moved while the request was in flight
 */
export async function issueLease(order: LeaseOrder): Promise<Lease> {
  const { call, mount, caller, wish = {}, renewable = false } = order;
  const { store, clock, ids } = call.deps;
  const holder = caller.token;
  if (holder.usesLeft === 1)
    throw refusal(
      'Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.',
    );
  const { generation, mountUuid } = await markIssued(store, mount);
  await markParent(store, holder);
  const { ttl } = grantTtl(wish, mount);
  const issuedAt = clock.now();
  const random = ids.base62(24);
  const name = call.namespace.id === 'root' ? random : `${random}.${call.namespace.id}`;
  const { door, mountPath, inside } = placeOfLease(call, mount);
  const lineage = throughDoor(descend(holder, { mountUuid, generation }, issuedAt), door);
  const expiresAt = issuedAt + ttl * 1_000;
  const place = { mountUuid, path: `${inside}/${name}` };
  const owned = order.items({ lineage, expiresAt, ttl: cleanupTime(expiresAt), lease: place });
  const lease: Lease = {
    ...place,
    id: mountPath + place.path,
    kind: 'secret',
    generation,
    lineage,
    tokenHash: holder.hash,
    owns: owned.map(({ table, pk, sk }) => ({ table, pk, sk })),
    issuedAt,
    expiresAt,
    renewable,
    grantedTtl: ttl,
  };
  await store.commit([
    { put: leaseItem(lease) },
    addChild(holder.hash, leaseChild(lease), expiresAt),
    ...owned.map((item): Write => ({ put: item })),
  ]);
  const withdraw = async () => removeSecrets(store, [leaseItem(lease)]);
  if (await withdrawIfRevoked(call.deps, lineage, withdraw))
    throw await whyRevoked(call.deps, lineage, holder);
  return lease;
}

/** If the token itself is valid, the mount was moved: the request is performed again and must not be refused (R2). */
async function whyRevoked({ store, clock }: Deps, lineage: Lineage, holder: Token): Promise<Error> {
  const own = { ...lineage, mounts: holder.lineage.mounts };
  return (await stillCurrent(store, own, clock.now())) ? new MountMoved() : notAuthenticated();
}
