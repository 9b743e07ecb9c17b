/** Issues the lease of a secret, together with what lives and ends with it. */

import { notAuthenticated } from '../http/errors.ts';
import type { Call } from '../http/route.ts';
import type { Deps } from '../ports/deps.ts';
import type { PlacedItem, Write } from '../ports/store.ts';
import { MountMoved, markIssued } from '../tree/generation.ts';
import type { Mount } from '../tree/mount.ts';
import type { Caller } from './caller.ts';
import { hang, leaseChild, markParent } from './child.ts';
import { type Lease, leaseItem } from './lease.ts';
import { secretOnLastUse } from './leaseErrors.ts';
import { descend, type Lineage, stillValid } from './lineage.ts';
import { removeSecrets } from './removeSecrets.ts';
import { cleanupTime, type Token } from './token.ts';
import { grantTtl, type TtlWish } from './ttl.ts';
import { withdrawIfCut } from './withdrawIfCut.ts';

/** What a credential must carry to be judged later: where it comes from and when it ends. */
export interface Credential {
  lineage: Lineage;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** Epoch seconds at which the table may drop it. */
  ttl: number | undefined;
  /** The lease it belongs to, for an engine that ends it before its time. */
  lease: { mountUuid: string; path: string };
}

export interface LeaseOrder {
  call: Call;
  mount: Mount;
  caller: Caller;
  wish?: Pick<TtlWish, 'ttl'>;
  renewable?: boolean;
  /** The items that live as long as the lease; each carries the credential's facts. */
  items(credential: Credential): PlacedItem[];
}

/**
 * Writes lease, credential and the holder's entry in one transaction.
 * @throws VaultError 400 when the token has no use left after this one, with which the lease would end (contract §6);
 *   403 when it was revoked meanwhile
 * @throws MountMoved when the mount left while the request was on its way
 */
export async function issueLease(order: LeaseOrder): Promise<Lease> {
  const { call, mount, caller, wish = {}, renewable = false } = order;
  const { store, clock, ids } = call.deps;
  const holder = caller.token;
  if (holder.usesLeft === 1) throw secretOnLastUse();
  const { generation, mountUuid } = await markIssued(store, mount);
  await markParent(store, holder);
  const { ttl } = grantTtl(wish, mount);
  const issuedAt = clock.now();
  const random = ids.base62(24);
  const name = call.namespace.id === 'root' ? random : `${random}.${call.namespace.id}`;
  const lineage = descend(holder, { mountUuid, generation }, issuedAt);
  const expiresAt = issuedAt + ttl * 1_000;
  const place = { mountUuid, path: `${call.path.slice(mount.path.length)}/${name}` };
  const owned = order.items({ lineage, expiresAt, ttl: cleanupTime(expiresAt), lease: place });
  const lease: Lease = {
    ...place,
    id: `${call.path}/${name}`,
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
    hang(holder.hash, leaseChild(lease), expiresAt),
    ...owned.map((item): Write => ({ put: item })),
  ]);
  const withdraw = async () => removeSecrets(store, [leaseItem(lease)]);
  if (await withdrawIfCut(call.deps, lineage, withdraw)) throw await whyCut(call.deps, lineage, holder);
  return lease;
}

/** A holder whose token is good must not be told otherwise because the mount has left (R2): it is looked for again. */
async function whyCut({ store, clock }: Deps, lineage: Lineage, holder: Token): Promise<Error> {
  const own = { ...lineage, mounts: holder.lineage.mounts };
  return (await stillValid(store, own, clock.now())) ? new MountMoved() : notAuthenticated();
}
