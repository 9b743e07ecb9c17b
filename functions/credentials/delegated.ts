/**
 * What an event or schedule may do, which has no token: by the names of policies, with their current texts
 * (architecture §8).
 */

import { notAuthorized, notJudged } from '../http/errors.ts';
import { type Acl, authorize, buildAcl, type PolicySource } from '../policies/acl.ts';
import type { SentFields } from '../policies/parameters.ts';
import { compiledPolicyOf } from '../policies/policyRecord.ts';
import type { Deps } from '../ports/deps.ts';
import { policyKey } from '../store/keys.ts';
import type { Namespace } from '../tree/namespace.ts';

/** The namespace whose policies are named. */
type PolicyNamespace = Pick<Namespace, 'id' | 'path'>;

/**
 * Demands `update` and `sudo` on a path, as the endpoint does for a request.
 * @param owner the namespace whose policies are named
 * @param path relative to the namespace of the request
 * @param sent the fields of the request, because policies may name values
 * @returns what the policies allow besides
 * @throws VaultError 403 when the policies do not allow it
 */
export async function authorizeDelegate(
  deps: Pick<Deps, 'store' | 'clock'>,
  owner: PolicyNamespace,
  names: readonly string[],
  { namespace, path, ...sent }: { namespace: Namespace; path: string } & SentFields,
): Promise<Acl> {
  const acl = await delegatedAcl(deps, owner, names);
  const full = namespace.path + path;
  const verdict = authorize(acl, { operation: 'update', path: full, ...sent });
  if (verdict.unjudged !== undefined) throw notJudged(verdict.unjudged);
  if (!verdict.allowed || !verdict.sudo) throw notAuthorized();
  return acl;
}

async function delegatedAcl(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  { id, path: namespacePath }: PolicyNamespace,
  names: readonly string[],
): Promise<Acl> {
  if (names.includes('root')) return buildAcl([{ namespacePath, root: true }]);
  const found = await store.getMany(names.map((name) => policyKey(id, name)));
  const sources = names.flatMap((name, i): PolicySource[] => {
    const policy = compiledPolicyOf(name, found[i]);
    return policy ? [{ namespacePath, policy }] : [];
  });
  return buildAcl(sources, clock.now());
}
