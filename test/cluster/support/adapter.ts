/** Connects the adapter to a real server, with the root token or with a login of its own. */

import { setTimeout as delay } from 'node:timers/promises';
import type { AppRoleLogin, ClusterSettings } from '../../../functions/adapters/clusterSettings.ts';
import { vaultCluster } from '../../../functions/adapters/vaultCluster.ts';
import type { Cluster } from '../../../functions/ports/cluster.ts';
import type { Client } from './client.ts';

interface Reachable {
  root: Client;
  rootToken: string;
}

/** Connects with the root token, unless the settings say otherwise. */
export function connect({ root, rootToken }: Reachable, more: Partial<ClusterSettings> = {}): Cluster {
  const clock = {
    now: () => Date.now(),
    async sleep(ms: number) {
      await delay(ms);
    },
  };
  return vaultCluster({
    address: root.address,
    namespace: '',
    credentials: { token: rootToken },
    clock,
    ...more,
  });
}

/** Enables approle at `auth/approle/`, with a role for the service. @returns its credentials */
export async function enableLogin(
  { must, request }: Client,
  namespace: string,
  policies: string[],
  tokenType = 'batch',
): Promise<AppRoleLogin> {
  const { status } = await request('GET', 'sys/auth/approle', undefined, namespace);
  if (status !== 200) await must('POST', 'sys/auth/approle', { type: 'approle' }, namespace);
  const token = { token_type: tokenType, token_ttl: '20m', token_no_default_policy: true };
  const role = `auth/approle/role/remount`;
  await must('POST', role, { ...token, token_policies: policies }, namespace);
  const roleId = (await must('GET', `${role}/role-id`, undefined, namespace)).body.data.role_id;
  const secretId = (await must('POST', `${role}/secret-id`, undefined, namespace)).body.data.secret_id;
  return { roleId, secretId: async () => secretId, mount: 'auth/approle/' };
}
