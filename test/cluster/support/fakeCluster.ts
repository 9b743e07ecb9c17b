/**
 * A cluster in memory, for every order of answers that a real one cannot be made to give. It behaves as OpenBao 2.7.2
 * does: a move taints the mount, revokes its leases one by one, and then changes the table; if a lease cannot be
 * revoked, the mount stays tainted.
 */

import {
  type Cluster,
  type ClusterNamespace,
  type ClusterNode,
  type ClusterPath,
  type ClusterPolicy,
  ClusterUnavailable,
  type MountEntry,
  type MoveStatus,
} from '../../../functions/ports/cluster.ts';

/** How the next moves end. */
export type MoveFate = 'success' | 'tainted' | 'untouched' | 'half' | 'gone' | 'elsewhere' | 'hanging';

export interface Post {
  from: string;
  to: string;
  /** Leases that the mount had when the move was posted. */
  leases: number;
}

interface Held {
  entry: MountEntry;
  isTainted: boolean;
}

const ACTIVE = 'http://127.0.0.1:1';

export class FakeCluster implements Cluster {
  readonly address = ACTIVE;
  readonly namespace = '';
  loginPath: ClusterPath | undefined;
  /** Full path → the mount there. */
  readonly table = new Map<string, Held>();
  /** Namespaces by path; the root namespace is not among them. */
  readonly spaces = new Map<string, ClusterNamespace>();
  /** Lease ids below a full path of a mount. */
  readonly held = new Map<string, Set<string>>();
  /** Leases that the engine does not revoke, with its words. */
  readonly stubborn = new Map<string, string>();
  readonly posts: Post[] = [];
  readonly revoked: string[] = [];
  readonly forced: string[] = [];
  readonly reloaded: string[] = [];
  /** Policies by `<namespace>|<name>`. */
  readonly policies = new Map<string, { text: string; version: number }>();
  /** Whether it counts the versions of policies, as OpenBao does and HashiCorp's Vault does not. */
  countsVersions = true;
  /** Names of policies that it does not let be written, with its words. */
  readonly refusedPolicies = new Map<string, string>();
  /** Fates of the next moves, in their order; then all succeed. */
  fates: MoveFate[] = [];
  /** Standbys by address, and the paths that they show. */
  readonly standbys = new Map<string, Set<string>>();
  stepDowns = 0;
  /** Called before each call, with its name and its number; may throw. */
  before: (method: string, call: number) => void | Promise<void> = () => {};
  /** The same after it: the answer is lost. */
  after: (method: string, call: number) => void = () => {};
  calls = 0;
  readonly #statuses = new Map<string, MoveStatus>();

  constructor() {
    this.mount('kv/');
  }

  mount(path: string, more: Partial<MountEntry> = {}): MountEntry {
    const entry: MountEntry = {
      accessor: `kv_${path.replaceAll('/', '')}`,
      uuid: `uuid-of-${path}`,
      type: 'kv',
      description: 'some keys',
      config: { default_lease_ttl: 0, max_lease_ttl: 0 },
      options: { version: '1' },
      local: false,
      seal_wrap: false,
      external_entropy_access: false,
      ...more,
    };
    this.table.set(path, { entry, isTainted: false });
    return entry;
  }

  issue(path: string, role: string, count: number): string[] {
    const ids = Array.from({ length: count }, (_, i) => `${path}${role}/${i}`);
    this.held.set(path, new Set([...(this.held.get(path) ?? []), ...ids]));
    return ids;
  }

  /** The server restarts: it has forgotten the moves. */
  restart(): void {
    this.#statuses.clear();
  }

  /** Ends a move that was hanging. */
  end(from: string, to: string): void {
    this.#move(from, to);
    for (const id of this.#statuses.keys()) this.#statuses.set(id, 'success');
  }

  async server() {
    await this.#call('server');
    return {
      product: 'OpenBao' as const,
      version: '2.7.2',
      clusterId: 'id-of-the-cluster',
      isInitialized: true,
      isSealed: false,
      isPerformanceSecondary: false,
    };
  }

  async self(): Promise<never> {
    throw new Error('the steps do not ask');
  }

  async namespaces(parent: string) {
    await this.#call('namespaces');
    return [...this.spaces]
      .filter(([path]) => path.startsWith(parent) && path.slice(parent.length).split('/').length === 2)
      .map(([, space]) => space);
  }

  async mounts(namespace: string, node?: ClusterNode) {
    await this.#call('mounts');
    const shown = node && this.standbys.get(node.address);
    const all = [...this.table].filter(([path]) => !shown || shown.has(path));
    const own = all.filter(([path]) => this.#namespaceOf(path) === namespace);
    return new Map(own.map(([path, { entry }]) => [path.slice(namespace.length), structuredClone(entry)]));
  }

  async policyNames(namespace: string): Promise<string[]> {
    await this.#call('policyNames');
    const own = [...this.policies.keys()].filter((path) => path.startsWith(`${namespace}|`));
    return own.map((path) => path.slice(namespace.length + 1));
  }

  async policy(namespace: string, name: string): Promise<ClusterPolicy | undefined> {
    await this.#call('policy');
    const found = this.policies.get(`${namespace}|${name}`);
    if (!found) return undefined;
    const { text, version } = found;
    return { text, ...(this.countsVersions && { version }), settings: {} };
  }

  async checkPolicyWrites() {
    await this.#call('checkPolicyWrites');
  }

  async writePolicy(namespace: string, name: string, text: string, { version }: ClusterPolicy) {
    await this.#call('writePolicy');
    const why = this.refusedPolicies.get(name);
    if (why !== undefined) return { done: false as const, why };
    const found = this.policies.get(`${namespace}|${name}`);
    if (version !== undefined && version !== found?.version)
      return { done: false as const, why: 'check-and-set parameter did not match' };
    this.setPolicy(name, text, namespace);
    this.#answer('writePolicy');
    return { done: true as const };
  }

  /** Somebody else writes a policy. */
  setPolicy(name: string, text: string, namespace = ''): void {
    const { version } = this.policies.get(`${namespace}|${name}`) ?? { version: 0 };
    this.policies.set(`${namespace}|${name}`, { text, version: version + 1 });
  }

  textOf(name: string, namespace = ''): string | undefined {
    return this.policies.get(`${namespace}|${name}`)?.text;
  }

  async lookup(): Promise<undefined> {
    return undefined;
  }

  async capabilities(): Promise<string[]> {
    return [];
  }

  async readAs(): Promise<never> {
    throw new Error('the steps do not ask');
  }

  async *leases({ namespace, path }: ClusterPath) {
    await this.#call('leases');
    for (const id of [...(this.held.get(namespace + path) ?? [])]) yield id;
  }

  async keys() {
    await this.#call('keys');
    return ['a', 'b'];
  }

  async isRouted({ namespace, path }: ClusterPath) {
    await this.#call('isRouted');
    return this.table.has(namespace + path);
  }

  async isTainted({ namespace, path }: ClusterPath) {
    await this.#call('isTainted');
    return this.table.get(namespace + path)?.isTainted ?? false;
  }

  async status(id: string) {
    await this.#call('status');
    return this.#statuses.get(id) ?? 'unknown';
  }

  async nodes() {
    await this.#call('nodes');
    const standbys = [...this.standbys.keys()].map((address) => ({ address, isActive: false }));
    return [{ address: ACTIVE, isActive: true }, ...standbys];
  }

  async revoke(_: string, leaseId: string, force: boolean) {
    await this.#call('revoke');
    const why = this.stubborn.get(leaseId);
    if (why !== undefined && !force) return { done: false as const, why };
    for (const ids of this.held.values()) ids.delete(leaseId);
    (force ? this.forced : this.revoked).push(leaseId);
    this.#answer('revoke');
    return { done: true as const };
  }

  async remount(from: ClusterPath, to: ClusterPath) {
    await this.#call('remount');
    const [source, target] = [from, to].map(({ namespace, path }) => namespace + path) as [string, string];
    if (!this.table.has(source)) return { why: `no matching mount at "${source}"` };
    if (this.table.has(target)) return { why: `path already in use at "${target}"` };
    this.posts.push({ from: source, to: target, leases: this.held.get(source)?.size ?? 0 });
    const id = `of-the-cluster-${this.posts.length}`;
    const left = [...(this.held.get(source) ?? [])];
    const fate = left.some((lease) => this.stubborn.has(lease))
      ? 'tainted'
      : (this.fates.shift() ?? 'success');
    this.#statuses.set(id, fate === 'success' ? 'success' : fate === 'hanging' ? 'in-progress' : 'failure');
    const held = this.table.get(source) as Held;
    if (fate === 'tainted') held.isTainted = true;
    if (fate === 'success') this.#move(source, target);
    if (fate === 'half') {
      held.isTainted = true;
      this.table.set(target, { entry: held.entry, isTainted: false });
    }
    if (fate === 'gone' || fate === 'elsewhere') this.table.delete(source);
    if (fate === 'elsewhere') this.table.set('somewhere/', held);
    this.#answer('remount');
    return { id };
  }

  async reload({ namespace, path }: ClusterPath) {
    await this.#call('reload');
    this.reloaded.push(namespace + path);
    return { done: true as const };
  }

  async stepDown() {
    await this.#call('stepDown');
    this.stepDowns++;
    // Whoever has been the leader once has read the tables again.
    const [next] = this.standbys.keys();
    if (next !== undefined) this.standbys.set(next, new Set(this.table.keys()));
    const stale = [...this.standbys].filter(([, paths]) => [...paths].some((path) => !this.table.has(path)));
    if (stale.length === 0) return { done: true as const };
    this.standbys.set((stale[0] as [string, Set<string>])[0], new Set(this.table.keys()));
    return { done: true as const };
  }

  #move(from: string, to: string): void {
    const held = this.table.get(from);
    if (!held) return;
    this.table.delete(from);
    this.table.set(to, { entry: held.entry, isTainted: false });
    this.held.delete(from);
  }

  #namespaceOf(path: string): string {
    const inside = [...this.spaces.keys()].filter((namespace) => path.startsWith(namespace));
    return inside.sort((a, b) => b.length - a.length)[0] ?? '';
  }

  async #call(method: string): Promise<void> {
    this.calls++;
    await this.before(method, this.calls);
  }

  #answer(method: string): void {
    this.after(method, this.calls);
  }
}

/** An unreachable cluster. */
export function unavailable(mayHaveArrived = false): ClusterUnavailable {
  return new ClusterUnavailable('connect ECONNREFUSED', { mayHaveArrived });
}
