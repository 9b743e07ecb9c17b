/** Who makes a request: a valid token, and what its policies allow. */

import { notAuthenticated, notAuthorized } from '../http/errors.ts';
import { type Acl, buildAcl, type PolicySource } from '../policies/acl.ts';
import { compiledPolicyOf } from '../policies/policyRecord.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed } from '../ports/store.ts';
import { policyKey, sha256, tokenKey } from '../store/keys.ts';
import { isWithin, type Namespace } from '../tree/namespace.ts';
import { addressAllowed } from './cidr.ts';
import { isAlive, isCurrent, lineageRefs } from './lineage.ts';
import { type NamespacePolicies, type Token, tokenOf } from './token.ts';
import { rereadIfOrphaned } from './tokenValidity.ts';

export interface Caller {
  token: Token;
  acl: Acl;
  /** What the cluster lets the token do on an absolute path; absent without a cluster. */
  capabilitiesAt?: (path: string) => Promise<readonly string[]>;
}

/** The token as it is stored. It is not checked yet, so that it can be read while the request is located. */
export async function readToken({ store }: Deps, secret: string): Promise<Token | undefined> {
  return tokenOf(await store.get(tokenKey(sha256(secret))));
}

/**
 * Checks a token. Its policies and everything it depends on are read at once.
 * @param token nothing if the request has no token, or an unknown one
 * @throws VaultError 403: bare for a token that is not valid, wrapped for one from a namespace that is neither this one
 *   nor above it (contract §1.6)
 */
export async function authenticate(
  deps: Deps,
  token: Token | undefined,
  namespace: Namespace,
  sourceIp: string,
): Promise<Caller> {
  const acl = token && (await aclOf(deps, token));
  const reread = token && !acl && isAlive(token, deps.clock.now()) && (await rereadIfOrphaned(deps, token));
  if (reread) return authenticate(deps, reread, namespace, sourceIp);
  if (!token || !acl || !addressAllowed(token.boundCidrs, sourceIp)) throw notAuthenticated();
  if (!isWithin(namespace, token.namespaceId)) throw notAuthorized();
  return { token, acl };
}

/** What a token may do, by its policies as they are now; nothing for a token that is not valid. */
export async function aclOf(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  token: Token,
): Promise<Acl | undefined> {
  const now = clock.now();
  if (!isAlive(token, now) || token.retired) return undefined;
  const names = namesOf(token);
  const ancestry = lineageRefs(token.lineage);
  const found = await store.getMany([
    ...ancestry,
    ...names.map(({ namespaceId, name }) => policyKey(namespaceId, name)),
  ]);
  if (!isCurrent(token.lineage, found, now)) return undefined;
  if (token.policies.includes('root')) return buildAcl([{ namespacePath: token.namespacePath, root: true }]);
  const sources = names.flatMap(({ namespacePath, name }, i): PolicySource[] => {
    const policy = compiledPolicyOf(name, found[ancestry.length + i]);
    return policy ? [{ namespacePath, policy }] : [];
  });
  return buildAcl(sources, now);
}

/** The policies of a token to read, in all namespaces. */
function namesOf(token: Token): (Omit<NamespacePolicies, 'policies'> & { name: string })[] {
  return [token, ...(token.elsewhere ?? [])].flatMap(({ namespaceId, namespacePath, policies }) =>
    policies.filter((name) => name !== 'root').map((name) => ({ namespaceId, namespacePath, name })),
  );
}

/**
 * Counts one use of a token whose uses are limited. The last use is still valid; after it, the token and all its
 * children are treated as revoked (`isAlive`).
 * @throws VaultError 403 when no use was left
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
