/** Creates a token, as a child of the token of the request or as an orphan (contract §6). */

import { DURATION_TEXT, durationProblem, parseDuration } from '../http/duration.ts';
import { goQuote, refusal, tooLarge } from '../http/errors.ts';
import type { Fields } from '../http/fields.ts';
import { type Call, oldAndNew, type Reply } from '../http/route.ts';
import { Meant } from '../http/shape.ts';
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
import { childPolicies, cleanPolicies, POLICY_TEXTS } from './policyNames.ts';
import { hasPolicyRules, policiesByRole } from './rolePolicies.ts';
import { isRoot, type Token } from './token.ts';
import { authOf } from './tokenAnswers.ts';
import { findTokenRole, type TokenRole, tokenRoleName } from './tokenRole.ts';
import { grantTtl, lesser, type TtlGrant } from './ttl.ts';

export const CREATE_FIELDS = {
  policies: POLICY_TEXTS,
  ttl: DURATION_TEXT,
  lease: DURATION_TEXT,
  explicit_max_ttl: DURATION_TEXT,
  period: DURATION_TEXT,
  num_uses: 'int',
  renewable: 'bool',
  type: 'string',
  display_name: new Meant('string', { spellings: (name) => [displayName(name)] }),
  meta: 'pairs',
  no_parent: 'bool',
  no_default_policy: 'bool',
  id: 'string',
  entity_alias: 'string',
} as const;

/** Without a `ttl`, its older name counts. */
export const CREATE_SYNONYMS = oldAndNew({ lease: 'ttl' });

type Wish = Fields<typeof CREATE_FIELDS>;

/** How the path of the request decides about the token, in addition to the fields. */
interface Maker {
  /** Whether the token has no parent, whoever asks: there, policies decide who may create one. */
  isOrphan?: boolean;
  role?: NamedRole;
}

interface NamedRole extends TokenRole {
  name: string;
}

/**
 * Creates a token with the role in the path.
 * @throws VaultError 400 as `createToken`, and for what the role does not allow
 */
export async function createTokenByRole(call: Call<typeof CREATE_FIELDS>): Promise<Reply> {
  const name = tokenRoleName(call);
  const role = await findTokenRole(call.deps, call.namespace.id, name);
  if (!role) throw refusal(`unknown role ${name}`);
  return createToken(call, { isOrphan: role.orphan, role: { ...role, name } });
}

/**
 * Creates the token that a request describes.
 * @throws VaultError 400 with one of the texts of contract §6, in the order of Vault's checks
 */
export async function createToken(
  call: Call<typeof CREATE_FIELDS>,
  { isOrphan: isAlwaysOrphan = false, role }: Maker = {},
): Promise<Reply> {
  const { deps, namespace, fields } = call;
  const parent = ownToken(call);
  const isSudo = call.sudo;
  checkParent(parent, namespace, isSudo, fields);
  const type = tokenType(fields, role?.token.token_type);
  checkWish(fields, namespace, isSudo, deps.settings, role);
  const policies = policiesOf(fields, parent, namespace, isSudo, role);
  checkRoot(policies, parent, type);
  if (!role && fields.no_parent && !isSudo)
    throw refusal('root or sudo privileges required to create orphan token');
  const times = timesOf(fields, isSudo);
  const mount = await builtinMountAt(deps.store, namespace, TOKEN_PATH);
  const life = lifeOf(times, type === 'batch' ? undefined : role, policies, mount);
  if (life.ttl === 0 && parent.expiresAt !== undefined)
    throw refusal('expiring root tokens cannot create non-expiring root tokens');
  const isOrphan = isAlwaysOrphan || (!role && fields.no_parent === true);
  const path = role?.path_suffix ? `${call.path}/${role.path_suffix}` : call.path;
  const inherited = isOrphan ? [] : parent.boundCidrs;
  const bound = role && role.token.token_bound_cidrs.length > 0 ? role.token.token_bound_cidrs : inherited;
  const issued = await issueToken(deps, {
    namespace,
    issuer: tokenIssuer(namespace),
    path,
    leasePath: path.slice(builtinPath(path)?.length),
    ...(isOrphan ? {} : { parent }),
    ...(role ? { role: role.name } : {}),
    policies,
    displayName: displayName(fields.display_name),
    meta: fields.meta ?? null,
    type,
    ttl: life.ttl,
    maxTtl: life.maxTtl,
    explicitMaxTtl: times.explicitMaxTtl,
    period: times.period,
    numUses: lesser(fields.num_uses, type === 'batch' ? 0 : role?.token.token_num_uses),
    renewable: type === 'service' && (fields.renewable ?? true) && (role?.renewable ?? true),
    boundCidrs: life.ttl === 0 ? [] : bound,
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
function tokenType(wish: Wish, ofRole = 'default-service'): 'service' | 'batch' {
  const { explicit_max_ttl, num_uses, period } = wish;
  const byDefault = ofRole === 'default-batch' ? 'batch' : 'service';
  const type = ofRole.startsWith('default-') ? wish.type || byDefault : ofRole;
  if (type === 'service') return 'service';
  if (type !== 'batch') throw refusal("invalid 'token_type' value");
  const set = Object.entries({ explicit_max_ttl, num_uses, period }).find(([, value]) => isSet(value));
  if (set) throw refusal(`batch tokens cannot have ${goQuote(set[0])} set`);
  return 'batch';
}

/** A time of 0 is not set. */
function isSet(value: string | number = 0): boolean {
  return typeof value === 'number' ? value !== 0 : parseDuration(value) !== 0;
}

function checkWish(
  wish: Wish,
  namespace: Namespace,
  isSudo: boolean,
  settings: ServiceSettings,
  role: NamedRole | undefined,
): void {
  const { num_uses = 0, entity_alias, id, display_name = '', meta = {} } = wish;
  if (num_uses < 0) throw refusal('number of uses cannot be negative');
  if (entity_alias && !role) throw refusal("'entity_alias' is only allowed in combination with token role");
  // There are no entities here, so no role can allow an alias of one.
  if (entity_alias) throw refusal("invalid 'entity_alias' value");
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
  if (id.includes('.')) throw refusal("custom token ID cannot have a '.' in the value");
  const least = settings.minChosenIdLength;
  if (id.length < least) throw refusal(`custom token ID must have at least ${least} characters`);
}

function policiesOf(
  { policies: asked = [], no_default_policy: noDefault = false }: Wish,
  { policies: parent, namespaceId }: Token,
  namespace: Namespace,
  isSudo: boolean,
  role: NamedRole | undefined,
): string[] {
  const wish = { asked, noDefault, parent };
  if (role && hasPolicyRules(role)) return policiesByRole(wish, role);
  return childPolicies({ ...wish, isSudo, isForeign: namespace.id !== namespaceId });
}

function checkRoot(policies: string[], parent: Token, type: 'service' | 'batch'): void {
  if (!policies.includes('root')) return;
  if (!isRoot(parent)) throw refusal('root tokens may not be created without parent token being root');
  if (type === 'batch') throw refusal('batch tokens cannot be root tokens');
}

/** Seconds; 0 is "not set". */
type Times = Record<'ttl' | 'period' | 'explicitMaxTtl', number>;

/** @throws VaultError 400 for what is no time, a negative one, or a period without `sudo` */
function timesOf({ explicit_max_ttl, period, ttl, lease }: Wish, isSudo: boolean): Times {
  const explicitMaxTtl = secondsOf('explicit_max_ttl', explicit_max_ttl);
  const periodic = secondsOf('period', period);
  if (periodic > 0 && !isSudo) throw refusal('root or sudo privileges required to create periodic token');
  return {
    explicitMaxTtl,
    period: periodic,
    ttl: ttl ? secondsOf('ttl', ttl) : secondsOf('lease', lease),
  };
}

function secondsOf(name: string, text = ''): number {
  const seconds = parseDuration(text.replace(/^-/, ''));
  if (seconds === undefined) throw refusal(durationProblem(text));
  if (text.startsWith('-') && seconds > 0) throw refusal(`${name} must be positive`);
  return seconds;
}

/**
 * A root token never expires, unless the request or the role asks for an end. Of what both ask for, the lesser counts.
 */
function lifeOf(
  wish: Times,
  role: NamedRole | undefined,
  policies: string[],
  mount: BuiltinMount | undefined,
): TtlGrant {
  const { ttl } = wish;
  const explicitMaxTtl = lesser(wish.explicitMaxTtl, role?.token.token_explicit_max_ttl);
  const period = lesser(wish.period, role?.token.token_period);
  const isEndless = policies.includes('root') && !ttl && !period;
  const { warnings, ...life } = isEndless
    ? { ttl: explicitMaxTtl, maxTtl: explicitMaxTtl, warnings: [] }
    : grantTtl({ ttl, period, explicitMaxTtl }, mount);
  const both = [
    wish.explicitMaxTtl && role?.token.token_explicit_max_ttl
      ? bothSpecified('Explicit max TTL', explicitMaxTtl)
      : [],
    wish.period && role?.token.token_period ? bothSpecified('Period', period) : [],
  ].flat();
  return { ...life, warnings: [...both, ...warnings] };
}

function bothSpecified(what: string, seconds: number): string {
  return `${what} specified both during creation call and in role; using the lesser value of ${seconds} seconds`;
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
