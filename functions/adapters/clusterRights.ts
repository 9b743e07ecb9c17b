/** The rights that the service needs in a cluster, as the lines of its policy. `infra/cluster/policy.hcl` has exactly these. */

import { ClusterForbids } from '../ports/cluster.ts';

export interface Right {
  /** In the namespace of the service. */
  path: string;
  capabilities: readonly string[];
  /** Whether it is needed in each namespace whose mounts are moved, too. */
  isEverywhere: boolean;
}

const here = (path: string, ...capabilities: string[]): Right => ({
  path,
  capabilities,
  isEverywhere: false,
});
const everywhere = (path: string, ...capabilities: string[]): Right => ({
  path,
  capabilities,
  isEverywhere: true,
});

/** What the functions of the API need. */
export const READ_RIGHTS = {
  self: here('auth/token/lookup-self', 'read'),
  // The cluster judges it in the namespace of the token that is looked up.
  lookup: everywhere('auth/token/lookup', 'update'),
  capabilities: here('sys/capabilities', 'update'),
  nodes: here('sys/ha-status', 'read'),
  namespaces: everywhere('sys/namespaces', 'list'),
  mounts: everywhere('sys/mounts', 'read'),
  authMethods: everywhere('sys/auth', 'read'),
  // With its slash: otherwise the line for the texts, which has no `list`, would decide in child namespaces.
  policyNames: everywhere('sys/policies/acl/', 'list'),
  policy: everywhere('sys/policies/acl/*', 'read'),
  leases: everywhere('sys/leases/lookup/*', 'list', 'sudo'),
} as const;

/** What the steps of a migration need in addition. */
export const WRITE_RIGHTS = {
  remount: everywhere('sys/remount', 'update', 'sudo'),
  status: here('sys/remount/status/*', 'read'),
  stepDown: here('sys/step-down', 'update', 'sudo'),
  revoke: everywhere('sys/leases/revoke', 'update'),
  force: everywhere('sys/leases/revoke-force/*', 'update', 'sudo'),
  reload: everywhere('sys/plugins/reload/backend', 'update'),
} as const;

/** What the number of keys of a kv mount needs. Without it, keys are not counted. */
export const OPTIONAL_RIGHTS = {
  keys: everywhere('+/metadata/*', 'list'),
} as const;

/** What the steps need to change policies with a move. `infra/cluster/policies.hcl` has exactly this. */
export const POLICY_RIGHTS = {
  writePolicy: everywhere('sys/policies/acl/*', 'read', 'update'),
} as const;

/** The line that gives a right in a namespace, and in all others that are as deep. */
export function policyLine({ path, capabilities }: Right, namespace: string): string {
  const levels = namespace
    .split('/')
    .slice(1)
    .map(() => '+/');
  const list = capabilities.map((capability) => `"${capability}"`).join(', ');
  return `path "${levels.join('')}${path}" { capabilities = [${list}] }`;
}

/** @param more why it may be something else, and the call that was refused */
export function lacks(right: Right, namespace: string, more = ''): ClusterForbids {
  return new ClusterForbids(`the policy of the service lacks: ${policyLine(right, namespace)}${more}`);
}
