/** Creates a token as the child of the one that asks, or as an orphan (contract §6). */

import { goQuote } from '../http/errors.ts';
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
import { authOf } from './authOf.ts';
import type { Caller } from './caller.ts';
import { issueToken } from './issueToken.ts';
import { childPolicies, cleanPolicies } from './policyNames.ts';
import { isRoot, type Token } from './token.ts';
import {
  aliasNeedsRole,
  batchCannotBeRoot,
  batchCannotHave,
  batchHasNoChildren,
  childNamespaceNeedsSudo,
  displayNameTooLong,
  endlessNeedsEndless,
  idHasDot,
  idLooksIssued,
  idNeedsSudo,
  idOutsideRoot,
  idTooShort,
  invalidTokenType,
  metaTooLarge,
  negativeUses,
  orphanNeedsSudo,
  periodNeedsSudo,
  restrictedUse,
  rootFromParentNamespace,
  rootNeedsRoot,
} from './tokenErrors.ts';
import { grantTtl, type TtlGrant } from './ttl.ts';

export const CREATE_FIELDS = {
  policies: 'list',
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
 * @param isOrphanPath whether the request came to `create-orphan`, which policies guard
 * @throws VaultError 400 with one of the texts of contract §6, in the order of the reference's checks
 */
export async function createToken(call: Call<typeof CREATE_FIELDS>, isOrphanPath: boolean): Promise<Reply> {
  const { deps, namespace, fields, path } = call;
  const parent = (call.caller as Caller).token;
  const isSudo = call.sudo;
  checkParent(parent, namespace, isSudo, fields);
  const type = tokenType(fields);
  checkWish(fields, namespace, isSudo, deps.settings);
  const policies = policiesOf(fields, parent, namespace, isSudo);
  checkRoot(policies, parent, type);
  if (fields.no_parent && !isSudo) throw orphanNeedsSudo();
  if (fields.period && !isSudo) throw periodNeedsSudo();
  const life = lifeOf(fields, policies, await builtinMountAt(deps.store, namespace, TOKEN_PATH));
  if (life.ttl === 0 && parent.expiresAt !== undefined) throw endlessNeedsEndless();
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
  if (parent.type === 'batch') throw batchHasNoChildren();
  if (parent.numUses) throw restrictedUse();
  if (namespace.id === parent.namespaceId) return;
  if (!isSudo) throw childNamespaceNeedsSudo();
  if (cleanPolicies(policies).includes('root')) throw rootFromParentNamespace();
}

/**
 * The reference keeps nothing of a batch token. Here it is stored like any other, so that whatever cuts off what it
 * hangs on, such as the move of the auth method above it, cuts it off as well (architecture §4). It shows no accessor,
 * and cannot be renewed, revoked by its id or have children, as its clients expect.
 */
function tokenType({ type, explicit_max_ttl, num_uses, period }: Wish): 'service' | 'batch' {
  if (!type || type === 'service') return 'service';
  if (type !== 'batch') throw invalidTokenType();
  const set = Object.entries({ explicit_max_ttl, num_uses, period }).find(([, value]) => value);
  if (set) throw batchCannotHave(set[0]);
  return 'batch';
}

function checkWish(wish: Wish, namespace: Namespace, isSudo: boolean, settings: ServiceSettings): void {
  const { num_uses = 0, entity_alias, id, display_name = '', meta = {} } = wish;
  if (num_uses < 0) throw negativeUses();
  if (entity_alias) throw aliasNeedsRole();
  if (Buffer.byteLength(display_name) > MAX_NAME_BYTES) throw displayNameTooLong();
  if (Buffer.byteLength(JSON.stringify(meta)) > MAX_RECORD_BYTES) throw metaTooLarge();
  if (!id) return;
  if (!isSudo) throw idNeedsSudo();
  if (namespace.id !== 'root') throw idOutsideRoot();
  if (id.startsWith('s.')) throw idLooksIssued();
  if (id.includes('.')) throw idHasDot();
  if (id.length < settings.minChosenIdLength) throw idTooShort(settings.minChosenIdLength);
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
  if (!isRoot(parent)) throw rootNeedsRoot();
  if (type === 'batch') throw batchCannotBeRoot();
}

/** A root token has an end only if one is asked for. */
function lifeOf(wish: Wish, policies: string[], mount: BuiltinMount | undefined): TtlGrant {
  const { ttl = wish.lease, period, explicit_max_ttl: explicitMaxTtl } = wish;
  const isEndless = policies.includes('root') && !ttl && !period && !explicitMaxTtl;
  return isEndless ? { ttl: 0, maxTtl: 0, warnings: [] } : grantTtl({ ttl, period, explicitMaxTtl }, mount);
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
