/** The questions of the port to a cluster, as requests of its HTTP API. */

import { CLUSTER_SETTLE_MS } from '../limits.ts';
import {
  type ClusterNamespace,
  type ClusterNode,
  type ClusterReads,
  ClusterUnavailable,
  type MountEntry,
  type MoveStatus,
  type ServerState,
} from '../ports/cluster.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import type { AuthorizedCall, ClusterApi } from './clusterApi.ts';
import { keysOf, leasesBelow } from './clusterLists.ts';
import type { ClusterNodes } from './clusterNodes.ts';
import { clusterPolicy, POLICY_PATH } from './clusterPolicies.ts';
import { lacks, POLICY_RIGHTS, READ_RIGHTS, type Right, WRITE_RIGHTS } from './clusterRights.ts';
import type { Answer, ClusterCall, ClusterSend } from './clusterSend.ts';
import type { ClusterSettings } from './clusterSettings.ts';
import { mountEntries, namespacesIn, stringsIn } from './clusterTables.ts';
import { clusterToken } from './clusterTokens.ts';

type Data = Record<string, unknown>;

/** Status 200 in every state. */
const ANY_STATE =
  'standbyok=true&perfstandbyok=true&standbycode=200&performancestandbycode=200&drsecondarycode=200&haunhealthycode=200&removedcode=200&sealedcode=200&uninitcode=200';

const STATUS: Record<string, MoveStatus> = {
  'in-progress': 'in-progress',
  success: 'success',
  failure: 'failure',
};

/** Who may update this path is the login that moves mounts. */
const MOVES = WRITE_RIGHTS.remount.path;

/** The token of a child namespace has the id of that namespace at its end. */
const OF_A_CHILD = /\.\w{5,6}$/;

export function clusterReads(
  settings: ClusterSettings,
  api: ClusterApi,
  { send }: ClusterSend,
  nodes: ClusterNodes,
): ClusterReads {
  const { credentials, namespace: own } = settings;

  function reading(path: string, namespace: string, right: Right, more: Partial<AuthorizedCall> = {}) {
    return api.read({ method: 'GET', path, namespace, right, isRepeatable: true, ...more });
  }

  async function namespaces(parent: string): Promise<ClusterNamespace[]> {
    const how = { method: 'LIST', mayLack: true } as const;
    const data = await reading('sys/namespaces', parent, READ_RIGHTS.namespaces, how);
    return data ? namespacesIn(data) : [];
  }

  /** The paths of namespaces by id. Those outside the namespace of the service are not found. */
  async function pathsOf(ids: string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>(own === '' ? [['root', '']] : []);
    for (let level = ['']; level.length > 0 && ids.some((id) => !found.has(id)); ) {
      const children = await severalAtOnce(level, async (parent) =>
        (await namespaces(parent)).map(({ id, name }) => ({ id, path: parent + name })),
      );
      for (const { id, path } of children.flat()) found.set(id, path);
      level = children.flat().map(({ path }) => path);
    }
    return found;
  }

  /** A question that has to be posted, because what it asks about is secret or long. */
  function posting(path: string, body: Data, right: Right, secrets: string[] = []): AuthorizedCall {
    return { method: 'POST', path, namespace: '', body, right, secrets, isRepeatable: true };
  }

  return {
    address: nodes.address,
    namespace: own,
    loginPath: 'token' in credentials ? undefined : { namespace: '', path: credentials.mount },

    async server() {
      const call: ClusterCall = {
        method: 'GET',
        path: 'sys/health',
        query: ANY_STATE,
        node: nodes.address,
        isRepeatable: true,
      };
      const answer = await send(call);
      if (answer.status !== 200 || typeof answer.body.version !== 'string')
        throw api.unexpected(call, answer);
      return serverState(answer.body);
    },

    async self() {
      const data = await reading('auth/token/lookup-self', '', READ_RIGHTS.self);
      if (!data) throw new ClusterUnavailable('the cluster tells nothing of the token of the service');
      return clusterToken(data, own, pathsOf);
    },

    namespaces,

    async mounts(namespace, node) {
      const tables = [
        ['sys/mounts', '', READ_RIGHTS.mounts],
        ['sys/auth', 'auth/', READ_RIGHTS.authMethods],
      ] as const;
      const at = node ? { node: node.address } : {};
      const entries = await severalAtOnce(tables, async ([path, prefix, right]) =>
        mountEntries((await reading(path, namespace, right, at)) ?? {}, prefix),
      );
      return new Map<string, MountEntry>(entries.flat());
    },

    async policyNames(namespace) {
      const how = { method: 'LIST' } as const;
      return stringsIn((await reading('sys/policies/acl', namespace, READ_RIGHTS.policyNames, how))?.keys);
    },

    async policy(namespace, name) {
      const data = await reading(`sys/policies/acl/${name}`, namespace, READ_RIGHTS.policy, {
        publicPath: POLICY_PATH,
      });
      return data && clusterPolicy(data);
    },

    async checkPolicyWrites(policies) {
      const paths = policies.map(({ namespace, name }) => `${namespace}sys/policies/acl/${name}`);
      const found = await api.ownCapabilities([MOVES, ...paths]);
      const may = (path: string) => ['root', 'update'].some((one) => found.get(path)?.includes(one));
      if (!may(MOVES)) return;
      const lacking = policies.find((_, i) => !may(paths[i] as string));
      if (lacking) throw lacks(POLICY_RIGHTS.writePolicy, lacking.namespace);
    },

    async lookup(token) {
      // Asked for no token, the cluster tells of the one that asks.
      if (token === '') return undefined;
      const call = {
        ...posting('auth/token/lookup', { token }, READ_RIGHTS.lookup, [token]),
        ...(OF_A_CHILD.test(token) && { judgedIn: 'child/' }),
      };
      const answer = await api.ask(call);
      const { data } = answer.body as { data?: Data };
      if (answer.status === 200 && data) return isSpent(data) ? undefined : clusterToken(data, own, pathsOf);
      if (answer.status === 403) return undefined;
      throw api.unexpected(call, answer);
    },

    async readAs(token, { namespace, path }) {
      const { status, body } = await send({ method: 'GET', path, namespace, isRepeatable: true }, token);
      return { status, body: JSON.stringify(body) };
    },

    async capabilities(token, { namespace, path }) {
      const paths = [namespace + path];
      const call = posting('sys/capabilities', { token, paths }, READ_RIGHTS.capabilities, [token]);
      const answer = await api.ask(call);
      const { data } = answer.body as { data?: Data };
      if (answer.status === 200 && Array.isArray(data?.capabilities)) return stringsIn(data.capabilities);
      // The token has ended meanwhile.
      if (answer.status === 400 && answer.words.includes('invalid token')) return ['deny'];
      throw api.unexpected(call, answer);
    },

    leases: (below) => leasesBelow(api, below),
    keys: (mount, entry) => keysOf(api, mount, entry),

    async isRouted({ namespace, path }) {
      const place = namespace + path;
      const call = posting('sys/remount', { from: place, to: place }, WRITE_RIGHTS.remount);
      const answer = await api.ask(call);
      if (answer.status === 400 && answer.words.startsWith('no matching mount at')) return false;
      const inUse = /^path already in use at (".*")$/s.exec(answer.words)?.[1];
      if (answer.status !== 400 || !inUse) throw api.unexpected(call, answer);
      return inUse === JSON.stringify(own + place);
    },

    async isTainted({ namespace, path }) {
      // Everybody with a token gets help.
      const call = {
        method: 'GET',
        path: `${path}x`,
        query: 'help=1',
        namespace,
        isRepeatable: true,
      } as const;
      const { status, words } = await api.ask(call);
      return status === 404 && words.includes('is tainted');
    },

    async status(id, namespace) {
      const data = await reading(`sys/remount/status/${id}`, namespace, WRITE_RIGHTS.status);
      const info = data?.migration_info as { status?: string } | undefined;
      return STATUS[info?.status ?? ''] ?? 'unknown';
    },

    async nodes() {
      const data = await reading('sys/ha-status', '', READ_RIGHTS.nodes, { mayLack: true });
      const listed = (data?.nodes ?? []) as { api_address?: string; active_node?: boolean }[];
      if (listed.length === 0) return [{ address: nodes.address, isActive: true }];
      // Asked after the list, so that none of an older active node is believed.
      if (isNew(await send({ method: 'GET', path: 'sys/leader', isRepeatable: true })))
        throw new ClusterUnavailable('the active node is new, and does not know all other nodes yet');
      return listed.map(
        ({ api_address = '', active_node }): ClusterNode => ({
          address: nodes.reachable(api_address),
          isActive: active_node === true,
        }),
      );
    },
  };
}

function serverState({
  version,
  cluster_id,
  enterprise,
  initialized,
  sealed,
  replication_performance_mode,
}: Data): ServerState {
  const number = String(version);
  return {
    product: enterprise !== undefined || /^[01]\./.test(number) ? 'Vault' : 'OpenBao',
    version: number,
    clusterId: String(cluster_id ?? ''),
    isInitialized: initialized === true,
    isSealed: sealed === true,
    isPerformanceSecondary: replication_performance_mode === 'secondary',
  };
}

/** Whether the node that answers has not been active for long enough to have heard of all others, by its own clock. */
function isNew({ body, sentAt }: Answer): boolean {
  const { ha_enabled, is_self, active_time } = body;
  if (ha_enabled !== true) return false;
  return is_self !== true || sentAt - Date.parse(String(active_time)) < CLUSTER_SETTLE_MS;
}

/** Whether all its uses are spent, so that it is about to be revoked. */
function isSpent({ num_uses }: Data): boolean {
  return typeof num_uses === 'number' && num_uses < 0;
}
