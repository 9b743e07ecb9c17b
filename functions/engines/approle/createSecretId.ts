/** Makes secret-ids, with random values or chosen ones (contract §8.2). */

import { isCidr } from '../../credentials/cidr.ts';
import { cleanupTime } from '../../credentials/token.ts';
import type { Fields, Schema } from '../../http/fields.ts';
import type { Call, Reply } from '../../http/route.ts';
import type { Shape, Wire } from '../../http/shape.ts';
import { ABSENT, ConditionFailed } from '../../ports/store.ts';
import { mountTtls } from '../../tree/mountTtls.ts';
import { refuseOversize } from '../changeRecord.ts';
import { liesWithin } from './cidrSubset.ts';
import {
  invalidSecretIdCidrs,
  missingSecretId,
  negativeUses,
  noSuchRole,
  notInRolesCidrs,
  secretIdNotBound,
  secretIdTaken,
  secretIdTooShort,
  tooManyUses,
  ttlTooLong,
} from './errors.ts';
import { parseMetadata } from './metadata.ts';
import { type Role, readRole, roleName } from './role.ts';
import {
  ACCESSOR_RECORD,
  type AccessorEntry,
  accessorKey,
  hashIn,
  SECRET_ID_RECORD,
  type SecretId,
  secretIdKey,
} from './secretId.ts';

export const SECRET_ID_FIELDS = {
  metadata: 'string',
  cidr_list: 'list',
  token_bound_cidrs: 'list',
  num_uses: 'int',
  ttl: 'duration',
} as const satisfies Schema;

export const CUSTOM_SECRET_ID_FIELDS = { ...SECRET_ID_FIELDS, secret_id: 'string' } as const satisfies Schema;

export const NEW_SECRET_ID = {
  secret_id: 'string',
  secret_id_accessor: 'string',
  secret_id_ttl: 'duration',
  secret_id_num_uses: 'int',
} as const satisfies Shape;

type NewSecretId = Wire<typeof NEW_SECRET_ID>;

export function createSecretId(call: Call<typeof SECRET_ID_FIELDS>): Promise<Reply<NewSecretId>> {
  return create(call, call.deps.ids.uuid());
}

export async function createCustomSecretId(
  call: Call<typeof CUSTOM_SECRET_ID_FIELDS>,
): Promise<Reply<NewSecretId>> {
  const secretId = call.fields.secret_id?.trim();
  if (!secretId) throw missingSecretId();
  const { minChosenIdLength } = call.deps.settings;
  if (secretId.length < minChosenIdLength) throw secretIdTooShort(minChosenIdLength);
  return create(call, secretId);
}

async function create(call: Call<typeof SECRET_ID_FIELDS>, value: string): Promise<Reply<NewSecretId>> {
  const role = await readRole(call);
  if (!role) throw noSuchRole(404, roleName(call));
  const secretId = secretIdBy(call, role);
  await store(call, role, hashIn(role, value), secretId);
  return {
    data: {
      secret_id: value,
      secret_id_accessor: secretId.accessor,
      secret_id_ttl: secretId.grantedTtl,
      secret_id_num_uses: secretId.usesLeft ?? 0,
    },
  };
}

function secretIdBy({ deps, fields, mount }: Call<typeof SECRET_ID_FIELDS>, role: Role): SecretId {
  if (!role.bindSecretId) throw secretIdNotBound();
  const [cidrList, tokenBoundCidrs] = cidrs(fields, role);
  const uses = numUses(fields.num_uses, role.secretIdNumUses);
  const ttl = Math.min(ttlOf(fields.ttl, role.secretIdTtl), mountTtls(mount).maxTtl);
  const now = deps.clock.now();
  return {
    accessor: deps.ids.uuid(),
    grantedTtl: ttl,
    createdAt: now,
    updatedAt: now,
    metadata: parseMetadata(fields.metadata ?? ''),
    cidrList,
    tokenBoundCidrs,
    ...(uses > 0 ? { usesLeft: uses } : {}),
    ...(ttl > 0 ? { expiresAt: now + ttl * 1_000 } : {}),
  };
}

/** A chosen value may be used again only once the secret-id that had it has expired. */
async function store(
  call: Pick<Call, 'deps' | 'mount'>,
  role: Role,
  hash: string,
  secretId: SecretId,
): Promise<void> {
  const { accessor, expiresAt } = secretId;
  const ttl = cleanupTime(expiresAt);
  const entry: AccessorEntry = { accessor, hash, ...(expiresAt === undefined ? {} : { expiresAt }) };
  const put = SECRET_ID_RECORD.at(secretIdKey(call, role, hash), secretId, { ttl });
  const { table: _, ...item } = put;
  refuseOversize(item);
  const free = [ABSENT, { expiresAt: { atMost: call.deps.clock.now() } }];
  try {
    await call.deps.store.commit([
      { put, if: free },
      { put: ACCESSOR_RECORD.at(accessorKey(call, role, accessor), entry, { ttl }) },
    ]);
  } catch (error) {
    throw error instanceof ConditionFailed ? secretIdTaken() : error;
  }
}

function cidrs(
  { cidr_list = [], token_bound_cidrs = [] }: Fields<typeof SECRET_ID_FIELDS>,
  { secretIdBoundCidrs, token }: Role,
): [string[], string[]] {
  if (!cidr_list.every(isCidr)) throw invalidSecretIdCidrs('');
  if (!token_bound_cidrs.every(isCidr)) throw invalidSecretIdCidrs('token ');
  if (!liesWithin(cidr_list, secretIdBoundCidrs)) throw notInRolesCidrs(secretIdBoundCidrs, cidr_list);
  if (!liesWithin(token_bound_cidrs, token.token_bound_cidrs))
    throw notInRolesCidrs(token.token_bound_cidrs, token_bound_cidrs);
  return [cidr_list, token_bound_cidrs];
}

function numUses(asked: number | undefined, ofRole: number): number {
  if (asked === undefined) return ofRole;
  if (asked < 0) throw negativeUses();
  if (ofRole > 0 && (asked === 0 || asked > ofRole)) throw tooManyUses();
  return asked;
}

function ttlOf(asked: number | undefined, ofRole: number): number {
  if (asked === undefined) return ofRole;
  if (ofRole > 0 && (asked === 0 || asked > ofRole)) throw ttlTooLong();
  return asked;
}
