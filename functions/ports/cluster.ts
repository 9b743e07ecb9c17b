/**
 * The cluster as the domain sees it: a running Vault or OpenBao whose mounts are moved. It is spoken to by its HTTP API
 * alone.
 *
 * Every method throws {@link ClusterUnavailable} if there is no answer that counts, and {@link ClusterForbids} if the
 * token of the service may not do it. All namespaces are paths from the namespace that the service logs in to, with a
 * trailing slash; that namespace itself is empty. In an answer, a namespace outside it begins with a slash. A namespace
 * that does not exist has nothing in it.
 */

/** A path in a namespace of the cluster. Paths of mounts have a trailing slash; those of auth methods begin with `auth/`. */
export interface ClusterPath {
  namespace: string;
  path: string;
}

/** A mount as the table of its namespace has it. */
export interface MountEntry {
  accessor: string;
  uuid: string;
  type: string;
  description: string;
  config: Record<string, unknown>;
  /** `null` if it has none. */
  options: Record<string, string> | null;
  local: boolean;
  seal_wrap: boolean;
  external_entropy_access: boolean;
  /** Whatever else the cluster tells of a mount, such as its plugin's version. */
  [field: string]: unknown;
}

/** A policy as the cluster has it. */
export interface ClusterPolicy {
  text: string;
  /** One more with each write; absent if the cluster does not count them, as HashiCorp's Vault. */
  version?: number;
  /** What a write has to say again, because the cluster would reset it otherwise. */
  settings: Record<string, unknown>;
}

export interface ClusterNamespace {
  id: string;
  uuid: string;
  /** The last segment of its path, with a trailing slash. */
  name: string;
  metadata: Record<string, string>;
  /** Whether it is locked, so that it serves no request. */
  isLocked: boolean;
}

/** A token as `auth/token/lookup` tells it, without what the service does not need. */
export interface ClusterToken {
  accessor: string;
  displayName: string;
  /** The namespace of the token. */
  namespace: string;
  /** Namespace → names of the policies there that the token has, those of its identity included. */
  policies: Record<string, string[]>;
  type: 'service' | 'batch';
  boundCidrs: string[];
  /** Epoch milliseconds; absent if it never expires. */
  expiresAt?: number;
  entityId: string;
}

/** The answer of the cluster to a write that it may refuse. */
export type Outcome = { done: true } | { done: false; why: string };

export type MoveStatus = 'in-progress' | 'success' | 'failure' | 'unknown';

export interface ClusterNode {
  /** Where the service reaches it. */
  address: string;
  isActive: boolean;
}

/** What a server says of itself. */
export interface ServerState {
  product: 'Vault' | 'OpenBao';
  version: string;
  /** Of the cluster; empty while it is sealed. */
  clusterId: string;
  isInitialized: boolean;
  isSealed: boolean;
  /** Whether it is a secondary of performance replication, which can move only local mounts. */
  isPerformanceSecondary: boolean;
}

/** Questions to the cluster. */
export interface ClusterReads {
  /** The address that clients are redirected to. */
  readonly address: string;
  /** The namespace that the service logs in to, as clients name it, with a trailing slash; empty for the root namespace. */
  readonly namespace: string;
  /** Asks the configured address, even of a sealed server. */
  server(): Promise<ServerState>;
  /** The token of the service itself. */
  self(): Promise<ClusterToken>;
  /** The path of the auth method that the service logs in by, such as `auth/approle/`; nothing for a fixed token. */
  readonly loginPath: ClusterPath | undefined;
  /** The children of a namespace, without their own children. A product without namespaces has none. */
  namespaces(parent: string): Promise<ClusterNamespace[]>;
  /**
   * All mounts of a namespace by path, auth methods below `auth/`; built-in mounts included.
   * @param node asks this node instead of the active one
   */
  mounts(namespace: string, node?: ClusterNode): Promise<Map<string, MountEntry>>;
  policyNames(namespace: string): Promise<string[]>;
  /** @returns nothing if there is none */
  policy(namespace: string, name: string): Promise<ClusterPolicy | undefined>;
  /**
   * Makes sure that the service may write policies. It cannot tell where one login only reads and another one moves mounts.
   * @throws ClusterForbids with the line that its policy lacks
   */
  checkPolicyWrites(policies: readonly { namespace: string; name: string }[]): Promise<void>;
  /** @returns nothing for a token that is not valid. No use of the token is spent. */
  lookup(token: string): Promise<ClusterToken | undefined>;
  /** Reads a path with the token of a caller. The answer is the cluster's, also if it refuses. */
  readAs(token: string, at: ClusterPath): Promise<{ status: number; body: string }>;
  /** The capabilities of a token on a path. */
  capabilities(token: string, at: ClusterPath): Promise<string[]>;
  /** Ids of the leases below a path, as the cluster writes them; the leases of an auth method are its tokens. */
  leases(below: ClusterPath): AsyncIterable<string>;
  /**
   * The names of the keys of a kv mount, sorted, as far as the token may list them.
   * @returns nothing for a mount whose keys cannot be listed
   */
  keys(mount: ClusterPath, entry: MountEntry): Promise<string[] | undefined>;
  /**
   * Whether requests to the path reach a mount that is exactly there. It asks the router, not the table. The service
   * needs the right to move mounts, though this moves none.
   */
  isRouted(mount: ClusterPath): Promise<boolean>;
  /** Whether the cluster refuses all requests to the mount, because it is being moved or its move has failed. */
  isTainted(mount: ClusterPath): Promise<boolean>;
  status(id: string, namespace: string): Promise<MoveStatus>;
  /**
   * All nodes that the cluster names; one for a cluster without high availability.
   * @throws ClusterUnavailable also for ten seconds after another node has become active: it does not know all yet
   */
  nodes(): Promise<ClusterNode[]>;
}

/** Changes to the cluster. Only the steps of migrations and of bulk runs have them. */
export interface ClusterWrites {
  /**
   * Revokes a lease and waits until it is revoked. A lease that does not exist counts as revoked.
   * @param force removes it from the cluster even if the engine does not revoke the credential
   */
  revoke(namespace: string, leaseId: string, force: boolean): Promise<Outcome>;
  /**
   * Starts a move. The paths are in namespaces below that of the service.
   * @param about goes into the audit log of the cluster, if that is configured
   * @returns the id that the cluster gives, or why it refuses
   * @throws ClusterUnavailable also when the answer is lost: the cluster may then be moving the mount
   */
  remount(
    from: ClusterPath,
    to: ClusterPath,
    about: { migrationId: string; requestedBy: string },
  ): Promise<{ id: string } | { why: string }>;
  /**
   * Gives a policy another text.
   * @param before what it was: a cluster that counts versions refuses the write if the policy has changed since
   * @throws ClusterUnavailable also when the answer is lost: the policy may have the text then
   */
  writePolicy(namespace: string, name: string, text: string, before: ClusterPolicy): Promise<Outcome>;
  /** Reloads the plugin of a mount. */
  reload(mount: ClusterPath): Promise<Outcome>;
  /** Makes the active node give up its role. */
  stepDown(): Promise<Outcome>;
}

export interface Cluster extends ClusterReads, ClusterWrites {}

/** The path of the deepest namespace that two namespaces, named by their paths, have in common. */
export function commonNamespace(one: string, other: string): string {
  const [names, others] = [one.split('/'), other.split('/')];
  const end = names.findIndex((name, i) => name !== others[i]);
  return names
    .slice(0, end === -1 ? names.length - 1 : end)
    .map((name) => `${name}/`)
    .join('');
}

/** No answer that counts: unreachable, sealed, without an active node, overloaded, or a lost answer. */
export class ClusterUnavailable extends Error {
  override readonly name = 'ClusterUnavailable';
  /** Whether it asked to be called less often. */
  readonly isBusy: boolean;
  /** Whether the request may have reached it. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, { isBusy = false, mayHaveArrived = false } = {}) {
    super(message);
    this.isBusy = isBusy;
    this.mayHaveArrived = mayHaveArrived;
  }
}

/**
 * The policy of the service lacks a right, or its login is refused. The message names the line that the policy lacks, and
 * at its end, in brackets, the call that was refused.
 */
export class ClusterForbids extends Error {
  override readonly name = 'ClusterForbids';
}
