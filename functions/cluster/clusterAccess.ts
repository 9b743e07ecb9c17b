/**
 * The policies of a cluster, and the token of one request, as items of the table `access`. What was read once is kept, so
 * one object serves one request.
 */

import { type NamespacePolicies, type Token, tokenItem } from '../credentials/token.ts';
import { parseClusterPolicy } from '../policies/policy.ts';
import type { ClusterPolicy, ClusterReads, ClusterToken } from '../ports/cluster.ts';
import { attributesOf, type Item, type Key } from '../ports/store.ts';
import { policyKey, sha256, tokenKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import type { ClusterTree } from './clusterTree.ts';
import { kept } from './kept.ts';

export class ClusterAccess {
  readonly #cluster: ClusterReads;
  readonly #tree: ClusterTree;
  /** The token of the request. */
  readonly #secret: string | undefined;
  readonly #items = new Map<string, Promise<Item | undefined>>();

  constructor(cluster: ClusterReads, tree: ClusterTree, secret: string | undefined) {
    this.#cluster = cluster;
    this.#tree = tree;
    this.#secret = secret;
  }

  /** Finds a policy, and no token but that of the request. */
  async get({ pk, sk }: Key): Promise<Item | undefined> {
    if (pk.startsWith(POLICIES)) {
      const path = await this.#tree.pathOf(pk.slice(POLICIES.length));
      return path === undefined ? undefined : this.#policy({ pk, sk }, path);
    }
    const secret = this.#secret;
    if (secret === undefined || pk !== tokenKey(sha256(secret)).pk) return undefined;
    return kept(this.#items, pk, () => this.#token(secret));
  }

  /** All policies of a namespace, in the order of their names. */
  async items(pk: string): Promise<Item[]> {
    const path = pk.startsWith(POLICIES) ? await this.#tree.pathOf(pk.slice(POLICIES.length)) : undefined;
    if (path === undefined) return [];
    const names = (await this.#cluster.policyNames(path)).toSorted();
    return severalAtOnce(names, (sk) => this.#policy({ pk, sk }, path));
  }

  /** A policy that the cluster does not have allows nothing, also where this service would have a built-in one. */
  async #policy({ pk, sk }: Key, namespace: string): Promise<Item> {
    const item = await kept(this.#items, `${pk}|${sk}`, async () => {
      return policyItem({ pk, sk }, await this.#cluster.policy(namespace, sk));
    });
    return item as Item;
  }

  async #token(secret: string): Promise<Item | undefined> {
    const found = await this.#cluster.lookup(secret);
    const homes = found && (await this.#homesOf(found));
    const own = homes?.find(({ namespacePath }) => namespacePath === found?.namespace);
    if (!found || !own) return undefined;
    const elsewhere = homes?.filter((home) => home !== own) ?? [];
    return attributesOf(tokenItem(tokenOf(sha256(secret), found, own, elsewhere)));
  }

  /**
   * The namespaces whose policies the token has, its own included.
   * @returns nothing if one of them is out of sight: its policies could forbid what the others allow
   */
  async #homesOf({ namespace, policies }: ClusterToken): Promise<NamespacePolicies[] | undefined> {
    const homes: NamespacePolicies[] = [];
    for (const [namespacePath, names] of Object.entries({ [namespace]: [], ...policies })) {
      const namespaceId = await this.#tree.idOf(namespacePath);
      if (namespaceId === undefined) return undefined;
      homes.push({ namespaceId, namespacePath, policies: names });
    }
    return homes;
  }
}

const POLICIES = policyKey('', '').pk;

/** A policy of a cluster as an item of the table. One that the cluster does not have is empty. */
export function policyItem({ pk, sk }: Key, policy: ClusterPolicy | undefined): Item {
  const { text = '', version = 0 } = policy ?? {};
  return { pk, sk, text, compiled: JSON.stringify(parseClusterPolicy(sk, text)), version };
}

/** The cluster keeps what a token descends from and counts its uses, so here it has neither. */
function tokenOf(
  hash: string,
  { accessor, displayName, type, boundCidrs, expiresAt }: ClusterToken,
  own: NamespacePolicies,
  elsewhere: NamespacePolicies[],
): Token {
  return {
    ...own,
    hash,
    accessor,
    ...(elsewhere.length > 0 && { elsewhere }),
    type,
    path: '',
    displayName,
    meta: null,
    createdAt: 0,
    creationTtl: 0,
    maxTtl: 0,
    explicitMaxTtl: 0,
    period: 0,
    ...(expiresAt !== undefined && { expiresAt }),
    renewable: false,
    orphan: true,
    boundCidrs,
    lineage: { mounts: {}, tokens: [] },
  };
}
