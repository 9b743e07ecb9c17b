/** Reads what a cluster tells of a policy, and says it again in a write. */

import type { ClusterPolicy } from '../ports/cluster.ts';

type Data = Record<string, unknown>;

/** How errors name the path of a policy: its name is for those who may read it. */
export const POLICY_PATH = 'sys/policies/acl/:name';

/** OpenBao gives these their defaults in each write that does not name them (seen in 2.7.2). HashiCorp's Vault has none. */
const SETTINGS = [
  'cas_required',
  'expiration',
  'allow_slashes_in_identity_templates',
  'allow_wildcards_in_identity_templates',
];

export function clusterPolicy(data: Data): ClusterPolicy {
  const settings = SETTINGS.filter((name) => data[name] !== undefined).map((name) => [name, data[name]]);
  return {
    text: String(data.policy ?? ''),
    ...(typeof data.version === 'number' && { version: data.version }),
    settings: Object.fromEntries(settings),
  };
}

/** @param before as it was read */
export function policyBody(text: string, { version, settings }: ClusterPolicy): Data {
  return { ...settings, policy: text, ...(version !== undefined && { cas: version }) };
}
