/** A cluster of Vault or OpenBao, spoken to by its HTTP API. */

import type { Cluster } from '../ports/cluster.ts';
import { clusterApi } from './clusterApi.ts';
import { clusterExchange } from './clusterHttp.ts';
import { clusterLogin } from './clusterLogin.ts';
import { clusterNodes } from './clusterNodes.ts';
import { clusterReads } from './clusterReads.ts';
import { clusterSend } from './clusterSend.ts';
import type { ClusterSettings } from './clusterSettings.ts';
import { clusterWrites } from './clusterWrites.ts';

/**
 * Connects with its first call.
 * @throws Error if an address is neither https nor the loopback's
 */
export function vaultCluster(settings: ClusterSettings): Cluster {
  const exchange = clusterExchange(settings.caCert);
  const nodes = clusterNodes(settings, exchange);
  const sending = clusterSend(settings, exchange, nodes);
  const api = clusterApi(clusterLogin(settings, sending), sending);
  return { ...clusterReads(settings, api, sending, nodes), ...clusterWrites(api, nodes) };
}
