/** A cluster that answers from tables, for the front alone: it moves nothing. */

import { randomUUID } from 'node:crypto';
import { buildAcl, capabilitiesOf } from '../../../functions/policies/acl.ts';
import { parseClusterPolicy } from '../../../functions/policies/policy.ts';
import {
  type Cluster,
  ClusterForbids,
  type ClusterPath,
  type ClusterToken,
  ClusterUnavailable,
  type MountEntry,
} from '../../../functions/ports/cluster.ts';

interface NamespaceTable {
  id?: string;
  isLocked?: boolean;
  /** Path → type, or the accessor of the mount, which begins with its type. */
  mounts?: Record<string, string>;
  /** Ids. */
  leases?: string[];
  /** Name → text. */
  policies?: Record<string, string>;
}

interface TokenTable extends Partial<ClusterToken> {
  /** The verdict of the cluster, instead of that of the policies. */
  capabilities?: string[];
}

export interface Tables {
  /** By path; parents before children. The namespace of the service is `''`. */
  namespaces: Record<string, NamespaceTable>;
  /** By the token itself. */
  tokens: Record<string, TokenTable>;
  /** What the service lacks to write policies. */
  lacks?: string;
}

export interface TableCluster extends Cluster {
  tables: Tables;
  /** Every question that it was asked, such as `mounts ns1/`. */
  asked: string[];
  isDown: boolean;
}

export const CLUSTER_ADDRESS = 'https://cluster.example:8200';

export function tableCluster(tables: Tables): TableCluster {
  const asked: string[] = [];
  // No claim on a mount of another test is one on a mount of this.
  const tag = randomUUID();
  const at = (question: string, namespace: string): NamespaceTable => {
    asked.push(`${question} ${namespace}`);
    if (cluster.isDown) throw new ClusterUnavailable('no answer');
    const table = tables.namespaces[namespace];
    if (!table) throw new Error(`the test has no namespace ${namespace}`);
    if (table.isLocked) throw new ClusterUnavailable('the namespace is locked');
    return table;
  };
  const never = (): never => {
    throw new Error('the front does not ask this');
  };
  const cluster: TableCluster = {
    tables,
    asked,
    isDown: false,
    address: CLUSTER_ADDRESS,
    namespace: '',
    loginPath: undefined,
    async namespaces(parent) {
      at('namespaces', parent);
      const below = Object.entries(tables.namespaces).filter(([path]) => parentOf(path) === parent);
      return below.map(([path, { id = path.replaceAll('/', ''), isLocked = false }]) => {
        return { id, uuid: `uuid of ${path}`, name: path.slice(parent.length), metadata: {}, isLocked };
      });
    },
    async mounts(namespace) {
      const { mounts = {} } = at('mounts', namespace);
      const all = { ...BUILTIN, ...mounts };
      const entries = Object.entries(all).map(([path, mount]) => {
        const accessor = mount.includes('_') ? mount : `${mount}_${tag}_${namespace}${path}`;
        return [path, entryOf(accessor)] as const;
      });
      return new Map(entries);
    },
    async policyNames(namespace) {
      return Object.keys(at('policyNames', namespace).policies ?? {});
    },
    async policy(namespace, name) {
      const text = at(`policy ${name}`, namespace).policies?.[name];
      return text === undefined ? undefined : { text, version: 1, settings: {} };
    },
    async checkPolicyWrites(policies) {
      const { lacks } = tables;
      if (lacks !== undefined && policies.length > 0) throw new ClusterForbids(lacks);
    },
    async lookup(token) {
      at('lookup', '');
      const found = tables.tokens[token];
      return found && tokenOf(found);
    },
    async readAs(token, { namespace, path }) {
      at(`readAs ${path}`, namespace);
      return { status: 200, body: JSON.stringify({ data: { path, namespace, token } }) };
    },
    async capabilities(token, path) {
      at('capabilities', '');
      const found = tables.tokens[token];
      return found ? (found.capabilities ?? capabilitiesIn(tables, tokenOf(found), path)) : ['deny'];
    },
    async server() {
      return {
        product: 'OpenBao',
        version: '',
        clusterId: '',
        isInitialized: true,
        isSealed: false,
        isPerformanceSecondary: false,
      };
    },
    self: never,
    async *leases({ namespace, path }) {
      yield* (at(`leases ${path}`, namespace).leases ?? []).filter((id) => id.startsWith(path));
    },
    async keys({ namespace, path }) {
      at(`keys ${path}`, namespace);
      return undefined;
    },
    isRouted: never,
    async isTainted({ namespace, path }) {
      at(`isTainted ${path}`, namespace);
      return false;
    },
    status: never,
    nodes: never,
    revoke: never,
    remount: never,
    writePolicy: never,
    reload: never,
    stepDown: never,
  };
  return cluster;
}

const BUILTIN = {
  'sys/': 'system',
  'identity/': 'identity',
  'cubbyhole/': 'cubbyhole',
  'auth/token/': 'token',
};

/** @returns nothing for the namespace of the service */
function parentOf(path: string): string | undefined {
  return path === '' ? undefined : path.replace(/[^/]+\/$/, '');
}

/** What identifies a mount goes with it when it moves. */
function entryOf(accessor: string): MountEntry {
  const [type = ''] = accessor.split('_');
  return {
    accessor,
    uuid: `uuid of ${accessor}`,
    type,
    description: `the mount ${accessor}`,
    config: { default_lease_ttl: 60, max_lease_ttl: 3_600, force_no_cache: false },
    options: type === 'kv' ? { version: '2' } : null,
    local: false,
    seal_wrap: false,
    external_entropy_access: false,
    plugin_version: '',
  };
}

function tokenOf({ capabilities: _, ...token }: TokenTable): ClusterToken {
  return {
    accessor: 'accessor',
    displayName: 'somebody',
    namespace: '',
    policies: {},
    type: 'service',
    boundCidrs: [],
    entityId: '',
    ...token,
  };
}

/** As the cluster judges by itself: without the fields of the request, and without what makes a rule unjudged here. */
function capabilitiesIn(tables: Tables, { policies, namespace }: ClusterToken, at: ClusterPath): string[] {
  if (policies[namespace]?.includes('root')) return ['root'];
  const sources = Object.entries(policies).flatMap(([namespacePath, names]) =>
    names.map((name) => {
      const { rules } = parseClusterPolicy(name, tables.namespaces[namespacePath]?.policies?.[name] ?? '');
      return { namespacePath, policy: { rules: rules.map(({ unjudged: _, ...rule }) => rule) } };
    }),
  );
  return capabilitiesOf(buildAcl(sources), at.namespace + at.path);
}
