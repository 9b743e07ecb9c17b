/**
 * What a requester may do with policies, and so may know of them. Both paths of a policy count (contract §5.1). Where the cluster
 * has the policies, it has to allow it as well as our own code (architecture §11).
 */

import type { Caller } from '../credentials/caller.ts';
import { type Acl, authorizeBesides, buildAcl } from '../policies/acl.ts';
import { OLD_POLICY_SYNONYMS, POLICY_FIELDS } from '../policies/readNewPolicy.ts';
import type { Deps } from '../ports/deps.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';

/** Who decides what a requester may do: our own code, and the cluster if there is one. */
export interface Judges extends Pick<Caller, 'acl' | 'capabilitiesAt'> {
  /** Whether a refusal is read by others, who may not know what the requester may: then it names nothing. */
  isOverheard?: boolean;
}

/** Of a requester that may do nothing besides the request itself. */
export const NOBODY: Judges = { acl: buildAcl([]) };

interface Named {
  namespacePath: string;
  name: string;
}

export interface PolicyRights {
  mayRead(policy: Named): boolean;
  /** @param text that the policy is to get, because the policies of the requester may limit what is sent */
  mayWrite(policy: Named, text: string): boolean;
}

/**
 * Where a cluster has the policies, the service needs a right of its own to write them.
 * @throws ClusterForbids with the line that its policy lacks
 */
export async function checkOwnRights(
  { cluster }: Pick<Deps, 'cluster'>,
  policies: readonly Named[],
): Promise<void> {
  if (policies.length === 0) return;
  await cluster?.checkPolicyWrites(
    policies.map(({ namespacePath: namespace, name }) => ({ namespace, name })),
  );
}

/** By our own verdict alone. Pure. */
export function ownRights(acl: Acl): PolicyRights {
  return rights(acl, () => true);
}

/** @param policies that are going to be asked about */
export async function policyRights(
  { acl, capabilitiesAt, isOverheard }: Judges,
  policies: readonly Named[],
): Promise<PolicyRights> {
  const verdict = capabilitiesAt ? await sharedRights(acl, capabilitiesAt, policies) : ownRights(acl);
  return isOverheard ? { ...verdict, mayRead: () => false } : verdict;
}

/** By our own verdict and that of the cluster. */
async function sharedRights(
  acl: Acl,
  capabilitiesAt: NonNullable<Judges['capabilitiesAt']>,
  policies: readonly Named[],
): Promise<PolicyRights> {
  const paths = [...new Set(policies.flatMap(pathsOf).map(({ path }) => path))];
  const verdicts = await severalAtOnce(paths, async (path) => [path, await capabilitiesAt(path)] as const);
  const known = new Map(verdicts);
  return rights(acl, (path, operation) => {
    const capabilities = known.get(path) ?? [];
    return capabilities.includes('root') || capabilities.includes(operation);
  });
}

function rights(
  acl: Acl,
  isAllowedToo: (path: string, operation: 'read' | 'update') => boolean,
): PolicyRights {
  const may = (policy: Named, operation: 'read' | 'update', raw: Record<string, unknown>) =>
    pathsOf(policy).some(({ path, synonyms }) => {
      const sent = { parameters: raw, fields: POLICY_FIELDS, synonyms: () => synonyms?.({ raw }) ?? [] };
      return authorizeBesides(acl, { operation, path, ...sent }).allowed && isAllowedToo(path, operation);
    });
  return {
    mayRead: (policy) => may(policy, 'read', {}),
    mayWrite: (policy, text) => may(policy, 'update', { policy: text }),
  };
}

/** Those of policies that the requester may read, and the others. */
export function byRight<T extends Named>(list: readonly T[], { mayRead }: PolicyRights): [T[], T[]] {
  const { shown = [], hidden = [] } = Object.groupBy(list, (policy) =>
    mayRead(policy) ? 'shown' : 'hidden',
  );
  return [shown, hidden];
}

/** By the path of the namespace. */
export function countByNamespace(list: readonly Named[]): Record<string, number> {
  const groups = Object.groupBy(list, ({ namespacePath }) => namespacePath);
  return Object.fromEntries(Object.entries(groups).map(([path, group = []]) => [path, group.length]));
}

/** The path and the older one. */
function pathsOf({ namespacePath, name }: Named) {
  return [
    { path: `${namespacePath}sys/policies/acl/${name}` },
    { path: `${namespacePath}sys/policy/${name}`, synonyms: OLD_POLICY_SYNONYMS },
  ];
}
