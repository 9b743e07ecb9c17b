/** The routes of `auth/token`: create, look up, renew, revoke, list (contract §6). */

import { refusal, VaultError, wrapped } from '../http/errors.ts';
import type { Fields, Schema } from '../http/fields.ts';
import { tokenIn } from '../http/message.ts';
import { type Answers, type Call, type Reply, type Route, route } from '../http/route.ts';
import { KEYS, type Keys } from '../http/shape.ts';
import { BULK_WORK_SHARE } from '../limits.ts';
import { sha256, tokenKey } from '../store/keys.ts';
import { CREATE_FIELDS, CREATE_SYNONYMS, createToken, createTokenByRole } from './createToken.ts';
import { invalidAccessor, MISSING_ACCESSOR, nothingToOrphan } from './errors.ts';
import { cutWarnings } from './findLeases.ts';
import { hashByAccessor, ownToken, TOKEN_FIELD, tokenToRevoke, usableToken } from './findToken.ts';
import { listAccessors } from './listAccessors.ts';
import { renewToken } from './renew.ts';
import { revokeToken } from './revoke.ts';
import { revokeOrphan } from './revokeOrphan.ts';
import { nothingToTidy } from './tidy.ts';
import { tokenOf } from './token.ts';
import { authOf, TOKEN_DATA, type TokenData, tokenData } from './tokenAnswers.ts';
import { tokenRoleName } from './tokenRole.ts';
import { isValid } from './tokenValidity.ts';

const ACCESSOR_FIELD = { accessor: 'string' } as const;
const INCREMENT = { increment: 'duration' } as const;
const RENEW_FIELDS = { ...TOKEN_FIELD, ...INCREMENT } as const;
const RENEW_ACCESSOR_FIELDS = { ...ACCESSOR_FIELD, ...INCREMENT } as const;

const LOOKED_UP = { read: TOKEN_DATA, write: TOKEN_DATA } as const satisfies Answers;

export const tokenRoutes: readonly Route[] = [
  route({
    path: 'auth/token/create',
    fields: CREATE_FIELDS,
    synonyms: CREATE_SYNONYMS,
    answers: { write: null },
    write: (call) => createToken(call),
  }),
  route({
    path: 'auth/token/create-orphan',
    fields: CREATE_FIELDS,
    synonyms: CREATE_SYNONYMS,
    answers: { write: null },
    write: (call) => createToken(call, { isOrphan: true }),
  }),
  route({
    path: 'auth/token/create/:role_name',
    checkPath: tokenRoleName,
    fields: CREATE_FIELDS,
    synonyms: CREATE_SYNONYMS,
    answers: { write: null },
    write: createTokenByRole,
  }),
  route({
    path: 'auth/token/lookup',
    fields: TOKEN_FIELD,
    answers: LOOKED_UP,
    read: lookUp,
    write: lookUp,
  }),
  route({
    path: 'auth/token/lookup-self',
    fields: TOKEN_FIELD,
    answers: LOOKED_UP,
    read: lookUpSelf,
    write: lookUpSelf,
  }),
  route({
    path: 'auth/token/lookup-accessor',
    fields: ACCESSOR_FIELD,
    answers: { write: TOKEN_DATA },
    write: lookUpAccessor,
  }),
  route({
    path: 'auth/token/renew',
    fields: RENEW_FIELDS,
    answers: { write: null },
    write: (call) => renew(call, named(call.fields.token)),
  }),
  route({
    path: 'auth/token/renew-self',
    fields: RENEW_FIELDS,
    answers: { write: null },
    write: (call) => renew(call, ownSecret(call)),
  }),
  route({
    path: 'auth/token/renew-accessor',
    fields: RENEW_ACCESSOR_FIELDS,
    answers: { write: null },
    write: renewByAccessor,
  }),
  route({
    path: 'auth/token/revoke',
    fields: TOKEN_FIELD,
    answers: { write: null },
    write: (call) => revoke(call, sha256(named(call.fields.token))),
  }),
  route({
    path: 'auth/token/revoke-self',
    answers: { write: null },
    write: (call) => revoke(call, ownToken(call).hash),
  }),
  route({
    path: 'auth/token/revoke-accessor',
    fields: ACCESSOR_FIELD,
    answers: { write: null },
    write: revokeByAccessor,
  }),
  route({
    path: 'auth/token/revoke-orphan',
    fields: TOKEN_FIELD,
    answers: { write: null },
    write: revokeWithoutChildren,
  }),
  route({ path: 'auth/token/tidy', write: nothingToTidy }),
  route({ path: 'auth/token/accessors', sudo: true, answers: { list: KEYS }, list }),
];

/** Without the field `token` it looks up the token of the request. */
async function lookUp(call: Call<typeof TOKEN_FIELD>): Promise<Reply<TokenData>> {
  const { deps, namespace, fields } = call;
  if (!fields.token) return lookUpSelf(call);
  const token = await usableToken(deps, sha256(fields.token), namespace);
  if (!token) throw badToken();
  return { data: tokenData(token, fields.token, deps.clock.now()) };
}

/** A token whose uses are counted is read again, because this request has used it once. */
async function lookUpSelf(call: Call<typeof TOKEN_FIELD>): Promise<Reply<TokenData>> {
  const { deps } = call;
  const own = ownToken(call);
  const token = own.usesLeft === undefined ? own : tokenOf(await deps.store.get(tokenKey(own.hash)));
  if (!token) throw badToken();
  return { data: tokenData(token, ownSecret(call), deps.clock.now()) };
}

async function lookUpAccessor(call: Call<typeof ACCESSOR_FIELD>): Promise<Reply<TokenData>> {
  const { deps, namespace } = call;
  const hash = await hashOfAccessor(call);
  const token = hash && (await usableToken(deps, hash, namespace));
  if (!token) throw invalidAccessor();
  return { data: tokenData(token, '', deps.clock.now()) };
}

async function renew(call: Call<typeof RENEW_FIELDS>, secret: string): Promise<Reply | undefined> {
  return renewed(call, sha256(secret), secret);
}

async function renewByAccessor(call: Call<typeof RENEW_ACCESSOR_FIELDS>): Promise<Reply | undefined> {
  const hash = await hashOfAccessor(call);
  if (!hash || !(await usableToken(call.deps, hash, call.namespace))) throw invalidAccessor();
  return renewed(call, hash, '');
}

/** @param shown the token in the answer; empty where the request names the accessor */
async function renewed(
  {
    deps,
    namespace,
    types,
    fields,
  }: Pick<Call, 'deps' | 'namespace' | 'types'> & { fields: Fields<typeof INCREMENT> },
  hash: string,
  shown: string,
): Promise<Reply | undefined> {
  const renewal = await renewToken(deps, types, hash, namespace, fields.increment ?? 0);
  return renewal && { auth: authOf(renewal.token, shown), warnings: renewal.warnings };
}

/** A token that is no longer valid is removed, too: an earlier revocation may have been interrupted. */
async function revoke<S extends Schema>({ deps, namespace }: Call<S>, hash: string): Promise<void> {
  const token = await tokenToRevoke(deps, hash, namespace);
  if (token?.type === 'batch' && (await isValid(deps, token))) throw batchNotRevocable();
  if (token) await revokeToken(deps, token);
}

async function revokeByAccessor(call: Call<typeof ACCESSOR_FIELD>): Promise<Reply | undefined> {
  const { deps, namespace } = call;
  const hash = await hashOfAccessor(call);
  const token = hash && (await tokenToRevoke(deps, hash, namespace));
  if (!token) return { warnings: ['No token found with this accessor'] };
  await revokeToken(deps, token);
  return undefined;
}

/** The handler checks `sudo` itself, because Vault's text for it is its own. */
async function revokeWithoutChildren(call: Call<typeof TOKEN_FIELD>): Promise<void> {
  const { deps, namespace, fields } = call;
  const hash = sha256(named(fields.token));
  if (!call.sudo) throw refusal('root or sudo privileges required to revoke and orphan');
  const token = await tokenToRevoke(deps, hash, namespace);
  if (!token || !(await isValid(deps, token))) throw nothingToOrphan();
  if (token.type === 'batch') throw batchNotRevocable();
  const until = deps.clock.now() + deps.settings.requestLifeMs * BULK_WORK_SHARE;
  await revokeOrphan(deps, token, until);
}

async function list({ deps, namespace }: Call): Promise<Reply<Keys> | undefined> {
  const { accessors: keys, isTruncated } = await listAccessors(deps, namespace);
  if (keys.length === 0) return undefined;
  return {
    data: { keys },
    warnings: cutWarnings(isTruncated),
  };
}

/** The token of the request as it was sent; it is not stored anywhere. */
function ownSecret<S extends Schema>({ headers }: Call<S>): string {
  return tokenIn(headers) ?? '';
}

/** @throws VaultError 400 when the request names no token */
function named(token: string | undefined): string {
  if (!token) throw refusal('missing token ID');
  return token;
}

/**
 * @returns the hash of the token with this accessor, as `hashByAccessor`
 * @throws VaultError 400 when the request names no accessor
 */
async function hashOfAccessor({ deps, fields }: Call<typeof ACCESSOR_FIELD>): Promise<string | undefined> {
  if (!fields.accessor) throw wrapped(400, MISSING_ACCESSOR);
  return hashByAccessor(deps, fields.accessor);
}

function badToken(): VaultError {
  return new VaultError(403, ['bad token']);
}

function batchNotRevocable(): VaultError {
  return refusal('batch tokens cannot be revoked');
}
