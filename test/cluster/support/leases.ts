/** The leases of a real server. */

import type { Client } from './client.ts';

/** Walks the levels below a prefix. @returns the ids of all leases there */
export async function leasesBelow(client: Client, prefix: string, namespace?: string): Promise<string[]> {
  const { body } = await client.request('LIST', `sys/leases/lookup/${prefix}`, undefined, namespace);
  const keys: string[] = body?.data?.keys ?? [];
  const found = keys.map(async (key) =>
    key.endsWith('/') ? leasesBelow(client, prefix + key, namespace) : [prefix + key],
  );
  return (await Promise.all(found)).flat();
}
