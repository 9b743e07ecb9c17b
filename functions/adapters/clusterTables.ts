/** Reads the tables of a cluster: its mounts and its namespaces. */

import type { ClusterNamespace, MountEntry } from '../ports/cluster.ts';

type Data = Record<string, unknown>;

/** @param prefix `auth/` for auth methods */
export function mountEntries(data: Data, prefix: string): [string, MountEntry][] {
  return Object.entries(data).map(([path, entry]) => [prefix + path, mountEntry(entry as Data)]);
}

function mountEntry(entry: Data): MountEntry {
  return {
    ...entry,
    accessor: String(entry.accessor ?? ''),
    uuid: String(entry.uuid ?? ''),
    type: String(entry.type ?? ''),
    description: String(entry.description ?? ''),
    config: (entry.config ?? {}) as Data,
    options: (entry.options ?? null) as Record<string, string> | null,
    local: entry.local === true,
    seal_wrap: entry.seal_wrap === true,
    external_entropy_access: entry.external_entropy_access === true,
  };
}

/** Old versions of Vault tell only the names, and no version of Vault tells the uuid. */
export function namespacesIn({ keys, key_info }: Data): ClusterNamespace[] {
  const infos = new Map(Object.entries((key_info ?? {}) as Record<string, Data>));
  return stringsIn(keys).map((name) => {
    const info = infos.get(name) ?? {};
    return {
      id: String(info.id ?? ''),
      uuid: String(info.uuid ?? ''),
      name,
      metadata: (info.custom_metadata ?? {}) as Record<string, string>,
      isLocked: info.locked === true,
    };
  });
}

export function stringsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((text) => typeof text === 'string') : [];
}
