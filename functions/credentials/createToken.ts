/** Creates a token, as a child of the token of the request or as an orphan (contract §6). */

import { goQuote, refusal, tooLarge } from '../http/errors.ts';
import type { Fields } from '../http/fields.ts';
import type { Call, Reply } from '../http/route.ts';
import { MAX_NAME_BYTES, MAX_RECORD_BYTES } from '../limits.ts';
import { compiledPolicyOf } from '../policies/policyRecord.ts';
import type { ServiceSettings } from '../ports/deps.ts';
import type { Store } from '../ports/store.ts';
import { policyKey } from '../store/keys.ts';
import { type BuiltinMount, TOKEN_PATH, tokenIssuer } from '../tree/builtin.ts';
import { builtinMountAt } from '../tree/findMount.ts';
import type { Namespace } from '../tree/namespace.ts';
import { builtinPath } from '../tree/path.ts';
import { ownToken } from './findToken.ts';
import { issueToken } from './issueToken.ts';
import { childPolicies, cleanPolicies } from './policyNames.ts';
import { isRoot, type Token } from './token.ts';
import { authOf } from './tokenAnswers.ts';
import { grantTtl, type TtlGrant } from './ttl.ts';

export const CREATE_FIELDS = {
  policies: 'texts',
  ttl: 'duration',
  lease: 'duration',
  explicit_max_ttl: 'duration',
  period: 'duration',
  num_uses: 'int',
  renewable: 'bool',
  type: 'string',
  display_name: 'string',
  meta: 'pairs',
  no_parent: 'bool',
  no_default_policy: 'bool',
  id: 'string',
  entity_alias: 'string',
} as const;

type Wish = Fields<typeof CREATE_FIELDS>;

/**
 * Creates the token that a request describes.
 * @param isOrphanPath whether the request was sent to `create-orphan`; there policies decide who may create orphans
 * @throws VaultError 400 with one of the texts of contract §6, in the order of Vault's checks
 */
export async function createToken(call: Call<typeof CREATE_FIELDS>, isOrphanPath: boolean): Promise<Reply> {
  const { deps, namespace, fields, path } = call;
  const parent = ownToken(call);
  const isSudo = call.sudo;
  checkParent(parent, namespace, isSudo, fields);
  const type = tokenType(fields);
  checkWish(fields, namespace, isSudo, deps.settings);
  const policies = policiesOf(fields, parent, namespace, isSudo);
  checkRoot(policies, parent, type);
  if (fields.no_parent && !isSudo) throw refusal('root or sudo privileges required to create orphan token');
  if (fields.period && !isSudo) throw refusal('root or sudo privileges required to create periodic token');
  const life = lifeOf(fields, policies, await builtinMountAt(deps.store, namespace, TOKEN_PATH));
  if (life.ttl === 0 && parent.expiresAt !== undefined)
    throw refusal('expiring root tokens cannot create non-expiring root tokens');
  const isOrphan = isOrphanPath || fields.no_parent === true;
  const issued = await issueToken(deps, {
    namespace,
    issuer: tokenIssuer(namespace),
    path,
    leasePath: path.slice(builtinPath(path)?.length),
    ...(isOrphan ? {} : { parent }),
    policies,
    displayName: displayName(fields.display_name),
    meta: fields.meta ?? null,
    type,
    ttl: life.ttl,
    maxTtl: life.maxTtl,
    explicitMaxTtl: fields.explicit_max_ttl ?? 0,
    period: fields.period ?? 0,
    numUses: fields.num_uses ?? 0,
    renewable: type === 'service' && (fields.renewable ?? true),
    boundCidrs: isOrphan || life.ttl === 0 ? [] : parent.boundCidrs,
    ...(fields.id ? { id: fields.id } : {}),
  });
  const warnings = [...life.warnings, ...(await unknownPolicies(deps.store, namespace, policies))];
  return { auth: authOf(issued.token, issued.secret), warnings };
}

function checkParent(parent: Token, namespace: Namespace, isSudo: boolean, { policies = [] }: Wish): void {
  if (parent.type === 'batch') throw refusal('batch tokens cannot create more tokens');
  if (parent.numUses) throw refusal('restricted use token cannot generate child tokens');
  if (namespace.id === parent.namespaceId) return;
  if (!isSudo)
    throw refusal('root or sudo privileges required to directly generate a token in a child namespace');
  if (cleanPolicies(policies).includes('root'))
    throw refusal('root tokens may not be created from a parent namespace');
}

/**
 * Vault stores nothing of a batch token. This service stores it like any other token, so that everything that revokes
 * its parents, such as a move of their auth method, revokes it, too (architecture §4). As clients expect, a batch token
 * shows no accessor, has no children, and cannot be renewed, or revoked by its id.
 */
function tokenType({ type, explicit_max_ttl, num_uses, period }: Wish): 'service' | 'batch' {
  if (!type || type === 'service') return 'service';
  if (type !== 'batch') throw refusal("invalid 'token_type' value");
  const set = Object.entries({ explicit_max_ttl, num_uses, period }).find(([, value]) => value);
  if (set) throw refusal(`batch tokens cannot have ${goQuote(set[0])} set`);
  return 'batch';
}

function checkWish(wish: Wish, namespace: Namespace, isSudo: boolean, settings: ServiceSettings): void {
  const { num_uses = 0, entity_alias, id, display_name = '', meta = {} } = wish;
  if (num_uses < 0) throw refusal('number of uses cannot be negative');
  if (entity_alias) throw refusal("'entity_alias' is only allowed in combination with token role");
  if (Buffer.byteLength(display_name) > MAX_NAME_BYTES)
    throw refusal(`a display name is at most ${MAX_NAME_BYTES} bytes long`);
  if (Buffer.byteLength(JSON.stringify(meta)) > MAX_RECORD_BYTES)
    throw tooLarge(`the metadata of a token is at most ${MAX_RECORD_BYTES} bytes large`);
  if (!id) return;
  if (!isSudo) throw refusal('root or sudo privileges required to specify token id');
  if (namespace.id !== 'root')
    throw refusal('token IDs can only be manually specified in the root namespace');
  if (id.startsWith('s.')) throw refusal("custom token ID cannot have the 's.' prefix");
  // What follows a dot is the id of a namespace.
  if (id.includes('.')) throw refusal("custom token ID cannot contain the '.' character");
  const least = settings.minChosenIdLength;
  if (id.length < least) throw refusal(`custom token ID must have at least ${least} characters`);
}

function policiesOf(wish: Wish, parent: Token, namespace: Namespace, isSudo: boolean): string[] {
  return childPolicies({
    asked: wish.policies ?? [],
    noDefault: wish.no_default_policy ?? false,
    parent: parent.policies,
    isSudo,
    isForeign: namespace.id !== parent.namespaceId,
  });
}

function checkRoot(policies: string[], parent: Token, type: 'service' | 'batch'): void {
  if (!policies.includes('root')) return;
  if (!isRoot(parent)) throw refusal('root tokens may not be created without parent token being root');
  if (type === 'batch') throw refusal('batch tokens cannot be root tokens');
}

/** A root token never expires, unless the request asks for an end. */
function lifeOf(wish: Wish, policies: string[], mount: BuiltinMount | undefined): TtlGrant {
  const { ttl = wish.lease, period, explicit_max_ttl: explicitMaxTtl } = wish;
  if (!policies.includes('root') || ttl || period) return grantTtl({ ttl, period, explicitMaxTtl }, mount);
  return { ttl: explicitMaxTtl ?? 0, maxTtl: explicitMaxTtl ?? 0, warnings: [] };
}

function displayName(name: string | undefined): string {
  return name ? `token-${name}`.replace(/[^a-zA-Z0-9-]/g, '-').replace(/-$/, '') : 'token';
}

async function unknownPolicies(store: Store, { id }: Namespace, policies: string[]): Promise<string[]> {
  const names = policies.filter((name) => name !== 'root');
  const found = await store.getMany(names.map((name) => policyKey(id, name)));
  return names
    .filter((name, i) => compiledPolicyOf(name, found[i]) === undefined)
    .map((name) => `Policy ${goQuote(name)} does not exist`);
}
