/** Issues a token: for a login, as a child of another token, or as the first root token. */

import { notAuthenticated, refusal } from '../http/errors.ts';
import { MAX_TOKEN_DEPTH } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, ConditionFailed, refOf, type Write } from '../ports/store.ts';
import { accessorKey, sha256 } from '../store/keys.ts';
import type { Issuer } from '../tree/generation.ts';
import type { Namespace } from '../tree/namespace.ts';
import { addChild, markParent, nonExpiringTokensOf, withdrawIfRevoked } from './child.ts';
import { type Lease, leaseItem } from './lease.ts';
import { descend, type Lineage, throughDoor } from './lineage.ts';
import { refuseTooManyPolicies } from './policyNames.ts';
import { removeTokens } from './removal.ts';
import { cleanupTime, type Token, tokenItem } from './token.ts';

export interface TokenOrder {
  namespace: Namespace;
  /** The mount that issues it, as `markIssued` returns it. That must be called before anything is written. */
  issuer: Issuer;
  /** The path of the request, relative to the namespace. */
  path: string;
  /** The path of the lease inside the mount, without its random last segment; empty for the mount itself. */
  leasePath: string;
  /** The id of the lease without its random last segment, where that is not the path of the request. */
  leaseId?: string;
  /** The alias in another namespace that the token ends with, if it is issued at one ({@link throughDoor}). */
  door?: string | undefined;
  parent?: Token;
  /** The token role it is created with. */
  role?: string;
  policies: string[];
  displayName: string;
  meta?: Record<string, string> | null;
  type?: 'service' | 'batch';
  /** Seconds; 0 never expires, which only root tokens may. */
  ttl: number;
  /** As `Token` has it. */
  maxTtl: number;
  explicitMaxTtl?: number;
  period?: number;
  numUses?: number;
  renewable?: boolean;
  boundCidrs?: string[];
  /** The id, if the caller may choose one and has. */
  id?: string;
  /** Writes in the same transaction, such as counting the use of a secret-id. */
  alongside?: Write[];
  /** An item in the storage of the token, written with it. */
  keeps?(token: Token): Write;
}

export interface IssuedToken {
  /** The token itself; only its hash is stored. */
  secret: string;
  token: Token;
}

/**
 * Writes the token, its accessor, its lease and the entry in the index of the parent, in one transaction.
 * @throws VaultError 400 when the id exists, or a limit is exceeded; 403 when the parent is revoked or deleted
 * @throws ConditionFailed when the condition of one of the `alongside` writes fails
 */
export async function issueToken(deps: Deps, order: TokenOrder): Promise<IssuedToken> {
  const { namespace, issuer, parent, alongside = [] } = order;
  refuseTooManyPolicies('token', order.policies);
  if (parent) await markParent(deps.store, parent);
  const suffix = namespace.id === 'root' ? '' : `.${namespace.id}`;
  const kind = order.type === 'batch' ? 'b' : 's';
  const secret = order.id ?? `${kind}.${deps.ids.base62(24)}${suffix}`;
  const random = `h${deps.ids.base62(24)}${suffix}`;
  const token = tokenBy(order, sha256(secret), deps.ids.base62(24) + suffix, deps.clock.now());
  const leasePath = order.leasePath === '' ? random : `${order.leasePath}/${random}`;
  if (token.expiresAt !== undefined) token.lease = { mountUuid: issuer.mountUuid, path: leasePath };
  const child = { tokenHash: token.hash, accessor: token.accessor };
  const writes: Write[] = [
    ...alongside,
    { put: tokenItem(token), if: ABSENT },
    {
      put: {
        ...accessorKey(token.accessor),
        tokenHash: token.hash,
        ttl: cleanupTime(token.expiresAt),
      },
      if: ABSENT,
    },
  ];
  if (token.lease) writes.push({ put: leaseItem(leaseBy(order, token, leasePath, random)) });
  else writes.push(addChild(nonExpiringTokensOf(namespace.id), child, undefined));
  if (parent) writes.push(addChild(parent.hash, child, token.expiresAt));
  if (order.keeps) writes.push(order.keeps(token));
  try {
    await deps.store.commit(writes);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    if (alongside.some((write) => error.failedAt(refOf(write)))) throw error;
    throw refusal('cannot create a token with a duplicate ID');
  }
  const withdraw = () => removeTokens(deps.store, [token]);
  if (await withdrawIfRevoked(deps, token.lineage, withdraw)) throw notAuthenticated();
  return { secret, token };
}

function tokenBy(order: TokenOrder, hash: string, accessor: string, now: number): Token {
  const { namespace, parent, issuer } = order;
  const descent: Lineage = parent
    ? descend(parent, issuer, now)
    : { mounts: order.ttl > 0 ? { [issuer.mountUuid]: issuer.generation } : {}, tokens: [] };
  const lineage = throughDoor(descent, order.door);
  if (lineage.tokens.length > MAX_TOKEN_DEPTH) throw refusal(`tokens nest at most ${MAX_TOKEN_DEPTH} deep`);
  const createdAt = lineage.since ?? now;
  return {
    hash,
    accessor,
    namespaceId: namespace.id,
    namespacePath: namespace.path,
    policies: order.policies,
    type: order.type ?? 'service',
    path: order.path,
    ...(order.role === undefined ? {} : { role: order.role }),
    displayName: order.displayName,
    meta: order.meta ?? null,
    createdAt,
    creationTtl: order.ttl,
    maxTtl: order.maxTtl,
    explicitMaxTtl: order.explicitMaxTtl ?? 0,
    period: order.period ?? 0,
    renewable: order.ttl > 0 && (order.renewable ?? true),
    orphan: !parent,
    boundCidrs: order.boundCidrs ?? [],
    lineage,
    ...(order.numUses ? { numUses: order.numUses, usesLeft: order.numUses } : {}),
    ...(order.ttl > 0 ? { expiresAt: createdAt + order.ttl * 1_000 } : {}),
    ...(order.keeps ? { hasCubbyhole: true } : {}),
  };
}

function leaseBy(order: TokenOrder, token: Token, path: string, random: string): Lease {
  return {
    mountUuid: order.issuer.mountUuid,
    path,
    id: `${order.leaseId ?? order.path}/${random}`,
    kind: 'token',
    generation: order.issuer.generation,
    lineage: token.lineage,
    tokenHash: token.hash,
    owns: [],
    issuedAt: token.createdAt,
    expiresAt: token.expiresAt as number,
    renewable: token.renewable,
    grantedTtl: order.ttl,
  };
}
