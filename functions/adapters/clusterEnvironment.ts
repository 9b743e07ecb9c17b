/** Reads the settings of the cluster from environment variables. */

import type { Clock } from '../ports/deps.ts';
import type { AppRoleLogin, ClusterSettings } from './clusterSettings.ts';

type Environment = Record<string, string | undefined>;
type ReadSecret = (arn: string) => Promise<string>;

/** The variables of the local service that say where a cluster is and how to log in there. An empty one counts as absent. */
export const CLUSTER_VARIABLES = [
  'CLUSTER_ADDR',
  'CLUSTER_NAMESPACE',
  'CLUSTER_TOKEN',
  'CLUSTER_ROLE_ID',
  'CLUSTER_SECRET_ID',
  'CLUSTER_LOGIN_PATH',
  'CLUSTER_CACERT',
  'CLUSTER_NODES',
] as const;

/**
 * @param readSecret reads the secret with an ARN. Only a function on AWS has it
 * @returns nothing if no cluster is named
 * @throws Error that names the variable that is missing or wrong
 */
export function clusterSettings(
  environment: Environment,
  clock: Clock,
  readSecret?: ReadSecret,
): ClusterSettings | undefined {
  const { CLUSTER_ADDR, CLUSTER_NAMESPACE = '', CLUSTER_CACERT, CLUSTER_NODES } = environment;
  if (!CLUSTER_ADDR) return undefined;
  return {
    address: CLUSTER_ADDR,
    namespace: CLUSTER_NAMESPACE.replace(/^\/+|\/+$/g, '').replace(/.$/, '$&/'),
    credentials: credentialsIn(environment, readSecret),
    // A parameter of the deployment has one line only.
    ...(CLUSTER_CACERT && { caCert: CLUSTER_CACERT.replaceAll('\\n', '\n') }),
    ...(CLUSTER_NODES && { nodes: nodesIn(CLUSTER_NODES) }),
    clock,
  };
}

function credentialsIn(
  { CLUSTER_TOKEN, CLUSTER_ROLE_ID, CLUSTER_LOGIN_PATH, ...environment }: Environment,
  readSecret: ReadSecret | undefined,
): ClusterSettings['credentials'] {
  if (CLUSTER_TOKEN) return { token: CLUSTER_TOKEN };
  const secretId = secretIdIn(environment, readSecret);
  if (!CLUSTER_ROLE_ID || !secretId)
    throw new Error('CLUSTER_ADDR needs CLUSTER_TOKEN, or CLUSTER_ROLE_ID and CLUSTER_SECRET_ID');
  return { roleId: CLUSTER_ROLE_ID, secretId, mount: CLUSTER_LOGIN_PATH || 'auth/approle/' };
}

function secretIdIn(
  { CLUSTER_SECRET_ID, CLUSTER_SECRET_ARN }: Environment,
  readSecret: ReadSecret | undefined,
): AppRoleLogin['secretId'] | undefined {
  if (CLUSTER_SECRET_ID) return async () => CLUSTER_SECRET_ID;
  return CLUSTER_SECRET_ARN && readSecret ? () => readSecret(CLUSTER_SECRET_ARN) : undefined;
}

/** Pairs such as `https://10.0.0.1:8200=https://vault-1.example:8200`, separated by commas. */
function nodesIn(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.trim().split('='));
  const wrong = pairs.find(([named, reached, ...more]) => !named || !reached || more.length > 0);
  if (wrong) throw new Error(`CLUSTER_NODES: ${wrong.join('=')} is no pair of addresses with = between them`);
  return Object.fromEntries(pairs);
}
