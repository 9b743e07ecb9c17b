/** Who makes a request: a token that was found good, and what its policies allow. */

import { notAuthenticated, notAuthorized } from '../http/errors.ts';
import { type Acl, buildAcl, type PolicySource } from '../policies/acl.ts';
import { compiledPolicyOf } from '../policies/policyRecord.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed } from '../ports/store.ts';
import { policyKey, sha256, tokenKey } from '../store/keys.ts';
import { isWithin, type Namespace } from '../tree/namespace.ts';
import { addressAllowed } from './cidr.ts';
import { cutSince } from './findToken.ts';
import { isAlive, lineageRefs, stands } from './lineage.ts';
import { type Token, tokenOf } from './token.ts';

export interface Caller {
  token: Token;
  acl: Acl;
}

/** The token's item as it is stored, without judging it; read early, beside the routing. */
export async function readToken({ store }: Deps, secret: string): Promise<Token | undefined> {
  return tokenOf(await store.get(tokenKey(sha256(secret))));
}

/**
 * Judges a token and gathers its policies, in one read of everything it hangs on.
 * @throws VaultError 403: bare for a token that is no good, wrapped for one that is not from this namespace or
 *   one above it (contract §1.6)
 */
export async function authenticate(
  deps: Deps,
  token: Token | undefined,
  namespace: Namespace,
  sourceIp: string,
): Promise<Caller> {
  const acl = token && (await aclOf(deps, token));
  const cut = token && !acl && isAlive(token, deps.clock.now()) && (await cutSince(deps, token));
  if (cut) return authenticate(deps, cut, namespace, sourceIp);
  if (!token || !acl || !addressAllowed(token.boundCidrs, sourceIp)) throw notAuthenticated();
  if (!isWithin(namespace, token.namespaceId)) throw notAuthorized();
  return { token, acl };
}

/** What a token may do, by its policies as they are now; nothing for a token that is no good. */
export async function aclOf(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  token: Token,
): Promise<Acl | undefined> {
  const now = clock.now();
  if (!isAlive(token, now) || token.retired) return undefined;
  const names = token.policies.filter((name) => name !== 'root');
  const ancestry = lineageRefs(token.lineage);
  const found = await store.getMany([
    ...ancestry,
    ...names.map((name) => policyKey(token.namespaceId, name)),
  ]);
  if (!stands(token.lineage, found, now)) return undefined;
  const policies = names.map((name, i) => compiledPolicyOf(name, found[ancestry.length + i]));
  return buildAcl(sources(token, policies), now);
}

function sources(token: Token, policies: ReturnType<typeof compiledPolicyOf>[]): PolicySource[] {
  const { namespacePath } = token;
  if (token.policies.includes('root')) return [{ namespacePath, root: true }];
  return policies.flatMap((policy) => (policy ? [{ namespacePath, policy }] : []));
}

/**
 * Counts one use of a token whose uses are limited. The use that brings it to none is still good; from then on the
 * token and all that hangs on it are as good as revoked (`isAlive`).
 * @throws VaultError 403 when none was left
 */
export async function countUse({ store }: Deps, token: Token): Promise<void> {
  if (token.usesLeft === undefined) return;
  try {
    const left = { usesLeft: { above: 0 }, revoked: { absent: true } } as const;
    await store.commit([{ update: tokenKey(token.hash), add: { usesLeft: -1 }, if: left }]);
  } catch (error) {
    throw error instanceof ConditionFailed ? notAuthenticated() : error;
  }
}
