/** Reads what a cluster tells of a token. */

import type { ClusterToken } from '../ports/cluster.ts';
import { stringsIn } from './clusterTables.ts';

type Data = Record<string, unknown>;

/**
 * @param own the absolute path of the namespace of the service
 * @param pathsOf finds the namespaces with these ids
 */
export async function clusterToken(
  data: Data,
  own: string,
  pathsOf: (ids: string[]) => Promise<Map<string, string>>,
): Promise<ClusterToken> {
  const namespace = relative(String(data.namespace_path ?? ''), own);
  const policies = new Map([
    [namespace, [...stringsIn(data.policies), ...stringsIn(data.identity_policies)]],
  ]);
  const foreign = Object.entries((data.external_namespace_policies ?? {}) as Data);
  const paths = foreign.length > 0 ? await pathsOf(foreign.map(([id]) => id)) : new Map<string, string>();
  // Policies that cannot be read must not be forgotten: one of them may deny.
  for (const [id, names] of foreign) policies.set(paths.get(id) ?? `/${id}/`, stringsIn(names));
  const expiresAt = typeof data.expire_time === 'string' ? Date.parse(data.expire_time) : undefined;
  return {
    accessor: String(data.accessor ?? ''),
    displayName: String(data.display_name ?? ''),
    namespace,
    policies: Object.fromEntries([...policies].map(([at, names]) => [at, [...new Set(names)]])),
    type: data.type === 'batch' ? 'batch' : 'service',
    boundCidrs: stringsIn(data.bound_cidrs),
    ...(expiresAt !== undefined && { expiresAt }),
    entityId: String(data.entity_id ?? ''),
  };
}

/** The path from the namespace of the service; one outside it begins with a slash. */
function relative(namespace: string, own: string): string {
  return namespace.startsWith(own) ? namespace.slice(own.length) : `/${namespace}`;
}
