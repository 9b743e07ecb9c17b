/** Creates secret-ids, with random or chosen values (contract §8.2). */

import { refuseOversizeRecord } from '../../credentials/changeRecord.ts';
import { cleanupTime } from '../../credentials/token.ts';
import { refusal, wrapped } from '../../http/errors.ts';
import type { Schema } from '../../http/fields.ts';
import type { Call, Reply } from '../../http/route.ts';
import { type Shape, TRIMMED, type Wire } from '../../http/shape.ts';
import { ABSENT, attributesOf, ConditionFailed } from '../../ports/store.ts';
import { mountTtls } from '../../tree/mount.ts';
import { missingSecretId } from './errors.ts';
import { newSecretId, SECRET_ID_FIELDS } from './newSecretId.ts';
import { type AppRole, requireRole } from './role.ts';
import {
  ACCESSOR_RECORD,
  type AccessorEntry,
  hashIn,
  SECRET_ID_RECORD,
  type SecretId,
  secretIdAccessorKey,
  secretIdKey,
} from './secretId.ts';

export const CUSTOM_SECRET_ID_FIELDS = { ...SECRET_ID_FIELDS, secret_id: TRIMMED } as const satisfies Schema;

export const NEW_SECRET_ID = {
  secret_id: 'string',
  secret_id_accessor: 'string',
  secret_id_ttl: 'duration',
  secret_id_num_uses: 'int',
} as const satisfies Shape;

type NewSecretId = Wire<typeof NEW_SECRET_ID>;

/** Serves `secret-id`: the value is random. */
export function createSecretId(call: Call<typeof SECRET_ID_FIELDS>): Promise<Reply<NewSecretId>> {
  return create(call, call.deps.ids.uuid());
}

/** Serves `custom-secret-id`: the client chooses the value. */
export async function createCustomSecretId(
  call: Call<typeof CUSTOM_SECRET_ID_FIELDS>,
): Promise<Reply<NewSecretId>> {
  const secretId = call.fields.secret_id?.trim();
  if (!secretId) throw missingSecretId();
  const { minChosenIdLength } = call.deps.settings;
  if (secretId.length < minChosenIdLength)
    throw refusal(`secret_id must have at least ${minChosenIdLength} characters`);
  return create(call, secretId);
}

async function create(call: Call<typeof SECRET_ID_FIELDS>, value: string): Promise<Reply<NewSecretId>> {
  const { deps, fields, mount } = call;
  const role = await requireRole(call, 404);
  const accessor = deps.ids.uuid();
  const secretId = newSecretId(fields, role, mountTtls(mount).maxTtl, accessor, deps.clock.now());
  await store(call, role, hashIn(role, value), secretId);
  return {
    data: {
      secret_id: value,
      secret_id_accessor: accessor,
      secret_id_ttl: secretId.grantedTtl,
      secret_id_num_uses: secretId.usesLeft ?? 0,
    },
  };
}

/** A chosen value can be used again only after the secret-id that had it has expired. */
async function store(
  call: Pick<Call, 'deps' | 'mount'>,
  role: AppRole,
  hash: string,
  secretId: SecretId,
): Promise<void> {
  const { accessor, expiresAt } = secretId;
  const ttl = cleanupTime(expiresAt);
  const entry: AccessorEntry = { accessor, hash, ...(expiresAt === undefined ? {} : { expiresAt }) };
  const put = SECRET_ID_RECORD.at(secretIdKey(call, role, hash), secretId, { ttl });
  refuseOversizeRecord(attributesOf(put));
  const free = [ABSENT, { expiresAt: { atMost: call.deps.clock.now() } }];
  try {
    await call.deps.store.commit([
      { put, if: free },
      { put: ACCESSOR_RECORD.at(secretIdAccessorKey(call, role, accessor), entry, { ttl }) },
    ]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    throw wrapped(500, 'failed to store secret_id: SecretID is already registered');
  }
}
