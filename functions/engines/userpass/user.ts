/** Users: their record, and the routes that write and read it (contract §8.1). */

import { changeRecord } from '../../credentials/changeRecord.ts';
import { BLOCK_LIST } from '../../credentials/cidr.ts';
import { renewalRefused } from '../../credentials/errors.ts';
import { areSamePolicies, POLICY_LIST } from '../../credentials/policyNames.ts';
import {
  type Aliases,
  NO_TOKEN_SETTINGS,
  readTokenSettings,
  renewalLimits,
  type StoredTokenSettings,
  showTokenSettings,
  TOKEN_FIELDS,
  tokenSettingsShape,
} from '../../credentials/tokenFields.ts';
import { type VaultError, wrapped } from '../../http/errors.ts';
import type { Schema } from '../../http/fields.ts';
import { type Call, oldAndNew, type Reply, type Route, route } from '../../http/route.ts';
import { KEYS, type Wire } from '../../http/shape.ts';
import type { Ref } from '../../ports/store.ts';
import type { LoginRenewal } from '../../tree/mountType.ts';
import { engineKey, inLowerCase, listNames, nameOfCall } from '../callParts.ts';
import { hashOf, requireHash } from './password.ts';

export interface User extends StoredTokenSettings {
  passwordHash: string;
}

/** The beginning of the engine's keys of users. */
export const USER_PREFIX = 'user/';

const ALIASES = {
  policies: 'token_policies',
  ttl: 'token_ttl',
  max_ttl: 'token_max_ttl',
  bound_cidrs: 'token_bound_cidrs',
} as const satisfies Aliases;

const SYNONYMS = oldAndNew(ALIASES);

const PASSWORD_FIELDS = { password: 'string', password_hash: 'string' } as const satisfies Schema;
const POLICY_FIELDS = { policies: POLICY_LIST, token_policies: POLICY_LIST } as const satisfies Schema;
const USER_FIELDS = {
  ...PASSWORD_FIELDS,
  ...TOKEN_FIELDS,
  ...POLICY_FIELDS,
  ttl: 'duration',
  max_ttl: 'duration',
  bound_cidrs: BLOCK_LIST,
} as const satisfies Schema;

const USER = tokenSettingsShape(ALIASES);

/** Names of users are not case-sensitive. */
export const USER_NAMES = { name: inLowerCase };

export const userRoutes: readonly Route[] = [
  route({ path: 'users', answers: { list: KEYS }, list: (call) => listNames(call, USER_PREFIX) }),
  route({
    path: 'users/:name',
    names: USER_NAMES,
    checkPath: nameOfCall,
    fields: USER_FIELDS,
    synonyms: SYNONYMS,
    answers: { read: USER, write: null, delete: null },
    exists: async (call) => (await readUser(call)) !== undefined,
    read: showUser,
    write: writeUser,
    delete: deleteUser,
  }),
  route({
    path: 'users/:name/password',
    names: USER_NAMES,
    checkPath: nameOfCall,
    fields: PASSWORD_FIELDS,
    answers: { write: null },
    write: changePassword,
  }),
  route({
    path: 'users/:name/policies',
    names: USER_NAMES,
    checkPath: nameOfCall,
    fields: POLICY_FIELDS,
    synonyms: SYNONYMS,
    answers: { write: null },
    write: changePolicies,
  }),
];

export function userKey(call: Pick<Call, 'mount' | 'params'>): Ref {
  return engineKey(call, USER_PREFIX + nameOfCall(call));
}

async function readUser(call: Pick<Call, 'deps' | 'mount' | 'params'>): Promise<User | undefined> {
  return (await call.deps.store.get(userKey(call))) as User | undefined;
}

/** The tokens of a user who was deleted stay as they are; with other policies the user has to log in again. */
export const renewalOfUser: LoginRenewal = async ({ store }, { mount, meta, policies }) => {
  const user = (await store.get(engineKey({ mount }, `${USER_PREFIX}${meta.username}`))) as User | undefined;
  if (user && !areSamePolicies(user.token.token_policies, policies))
    throw renewalRefused('policies have changed, not renewing');
  return user && renewalLimits(user);
};

async function showUser(call: Call<typeof USER_FIELDS>): Promise<Reply<Wire<typeof USER>> | undefined> {
  const user = await readUser(call);
  return user && { data: showTokenSettings(user, ALIASES) };
}

async function writeUser(call: Call<typeof USER_FIELDS>): Promise<void> {
  const { deps, fields } = call;
  const newHash = await hashOf(fields);
  await changeRecord(deps, userKey(call), (before?: User) => {
    const passwordHash = requireHash(newHash ?? before?.passwordHash);
    return { after: { passwordHash, ...readTokenSettings(before ?? NO_TOKEN_SETTINGS, fields, ALIASES) } };
  });
}

async function changePassword(call: Call<typeof PASSWORD_FIELDS>): Promise<void> {
  if (!(await readUser(call))) throw noSuchUser();
  const passwordHash = requireHash(await hashOf(call.fields));
  await changeUser(call, (before) => ({ ...before, passwordHash }));
}

async function changePolicies(call: Call<typeof POLICY_FIELDS>): Promise<void> {
  await changeUser(call, (before) => {
    return { ...before, ...readTokenSettings(before, call.fields, ALIASES) };
  });
}

/** @throws VaultError 500 when the user does not exist */
async function changeUser(
  call: Pick<Call, 'deps' | 'mount' | 'params'>,
  change: (before: User) => User,
): Promise<void> {
  await changeRecord(call.deps, userKey(call), (before?: User) => {
    if (!before) throw noSuchUser();
    return { after: change(before) };
  });
}

async function deleteUser(call: Call<typeof USER_FIELDS>): Promise<void> {
  await call.deps.store.deleteMany([userKey(call)]);
}

function noSuchUser(): VaultError {
  return wrapped(500, 'username does not exist');
}
