/** The routes of secret-ids (contract §8.2). */

import { isAlive } from '../../credentials/lineage.ts';
import { goQuote, refusal, wrapped } from '../../http/errors.ts';
import type { Schema } from '../../http/fields.ts';
import { type Answers, type Call, type Missing, type Reply, type Route, route } from '../../http/route.ts';
import { KEYS, type Keys, type Shape, type Wire } from '../../http/shape.ts';
import { engineKey, nameOfCall } from '../callParts.ts';
import {
  CUSTOM_SECRET_ID_FIELDS,
  createCustomSecretId,
  createSecretId,
  NEW_SECRET_ID,
} from './createSecretId.ts';
import { missingSecretId } from './errors.ts';
import { SECRET_ID_FIELDS } from './newSecretId.ts';
import { ROLE_NAMES, requireRole } from './role.ts';
import {
  ACCESSOR_RECORD,
  accessorPrefix,
  type FoundSecretId,
  findByAccessor,
  findSecretId,
  hashIn,
  removal,
  type SecretId,
} from './secretId.ts';

const BY_ID = { secret_id: 'string' } as const satisfies Schema;
const BY_ACCESSOR = { secret_id_accessor: 'string' } as const satisfies Schema;

const SECRET_ID = {
  secret_id_accessor: 'string',
  secret_id_num_uses: 'int',
  secret_id_ttl: 'duration',
  creation_time: 'string',
  expiration_time: 'string',
  last_updated_time: 'string',
  metadata: 'pairs',
  cidr_list: 'list',
  token_bound_cidrs: 'list',
} as const satisfies Shape;

type SecretIdData = Wire<typeof SECRET_ID>;

const DESTROYED: Answers = { write: null, delete: null };

export const secretIdRoutes: readonly Route[] = [
  route({
    path: 'role/:name/secret-id',
    names: ROLE_NAMES,
    checkPath: nameOfCall,
    fields: SECRET_ID_FIELDS,
    answers: { list: KEYS, write: NEW_SECRET_ID },
    list: listAccessors,
    write: createSecretId,
  }),
  route({
    path: 'role/:name/custom-secret-id',
    names: ROLE_NAMES,
    checkPath: nameOfCall,
    fields: CUSTOM_SECRET_ID_FIELDS,
    answers: { write: NEW_SECRET_ID },
    write: createCustomSecretId,
  }),
  route({
    path: 'role/:name/secret-id/lookup',
    names: ROLE_NAMES,
    checkPath: nameOfCall,
    fields: BY_ID,
    answers: { write: SECRET_ID },
    write: lookup,
  }),
  route({
    path: 'role/:name/secret-id/destroy',
    names: ROLE_NAMES,
    checkPath: nameOfCall,
    fields: BY_ID,
    answers: DESTROYED,
    write: destroy,
    delete: destroy,
  }),
  route({
    path: 'role/:name/secret-id-accessor/lookup',
    names: ROLE_NAMES,
    checkPath: nameOfCall,
    fields: BY_ACCESSOR,
    answers: { write: SECRET_ID },
    write: lookupByAccessor,
  }),
  route({
    path: 'role/:name/secret-id-accessor/destroy',
    names: ROLE_NAMES,
    checkPath: nameOfCall,
    fields: BY_ACCESSOR,
    answers: DESTROYED,
    write: destroyByAccessor,
    delete: destroyByAccessor,
  }),
];

async function listAccessors(call: Call<typeof SECRET_ID_FIELDS>): Promise<Reply<Keys> | undefined> {
  const role = await requireRole(call, 400);
  const { table, pk, sk: prefix } = engineKey(call, accessorPrefix(role.uuid));
  const entries = (await call.deps.store.query({ table, pk, prefix })).map(ACCESSOR_RECORD.of);
  const now = call.deps.clock.now();
  const keys = entries.flatMap((entry) => (entry && isAlive(entry, now) ? [entry.accessor] : []));
  return keys.length > 0 ? { data: { keys: keys.sort() } } : undefined;
}

async function lookup(call: Call<typeof BY_ID>): Promise<Reply<SecretIdData> | undefined> {
  const found = await find(call);
  return found && { data: shown(found.secretId) };
}

async function destroy(call: Call<typeof BY_ID>): Promise<void> {
  const found = await find(call);
  if (found) await call.deps.store.commit(removal(found));
}

async function lookupByAccessor(call: Call<typeof BY_ACCESSOR>): Promise<Reply<SecretIdData> | Missing> {
  const { accessor, found } = await findAccessor(call);
  if (found) return { data: shown(found.secretId) };
  return { status: 404, data: { error: unknownAccessor(accessor) } };
}

async function destroyByAccessor(call: Call<typeof BY_ACCESSOR>): Promise<void> {
  const { accessor, found } = await findAccessor(call);
  if (!found) throw wrapped(500, unknownAccessor(accessor));
  await call.deps.store.commit(removal(found));
}

async function find(call: Call<typeof BY_ID>): Promise<FoundSecretId | undefined> {
  const { secret_id } = call.fields;
  if (!secret_id) throw missingSecretId();
  const role = await requireRole(call, 500);
  return findSecretId(call, role, hashIn(role, secret_id));
}

async function findAccessor(
  call: Call<typeof BY_ACCESSOR>,
): Promise<{ accessor: string; found: FoundSecretId | undefined }> {
  const { secret_id_accessor: accessor } = call.fields;
  if (!accessor) throw refusal('missing secret_id_accessor');
  const role = await requireRole(call, 500);
  return { accessor, found: await findByAccessor(call, role, accessor) };
}

/** The text is an error where a secret-id is destroyed, and part of the data where it is looked up. */
function unknownAccessor(accessor: string): string {
  return `failed to find accessor entry for secret_id_accessor: ${goQuote(accessor)}`;
}

/** Go's zero time means "never". */
const NEVER = '0001-01-01T00:00:00Z';

function shown(secretId: SecretId): SecretIdData {
  const { expiresAt } = secretId;
  return {
    secret_id_accessor: secretId.accessor,
    secret_id_num_uses: secretId.usesLeft ?? 0,
    secret_id_ttl: secretId.grantedTtl,
    creation_time: new Date(secretId.createdAt).toISOString(),
    expiration_time: expiresAt === undefined ? NEVER : new Date(expiresAt).toISOString(),
    last_updated_time: new Date(secretId.updatedAt).toISOString(),
    metadata: secretId.metadata,
    cidr_list: secretId.cidrList,
    token_bound_cidrs: secretId.tokenBoundCidrs,
  };
}
