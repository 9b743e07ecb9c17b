/** What a new secret-id is, by the fields that were sent and the limits that its role sets (contract §8.2). Pure. */

import { areWithin, BLOCK_LIST, cidrProblem } from '../../credentials/cidr.ts';
import { goQuote, refusal, tooLarge } from '../../http/errors.ts';
import { type Fields, type Schema, UNSTORABLE_NAME } from '../../http/fields.ts';
import { parseJson } from '../../http/parseBody.ts';
import { Meant } from '../../http/shape.ts';
import { MAX_RECORD_BYTES } from '../../limits.ts';
import type { AppRole } from './role.ts';
import type { SecretId } from './secretId.ts';

export const SECRET_ID_FIELDS = {
  metadata: new Meant('string', { spellings: metadataMeant }),
  cidr_list: BLOCK_LIST,
  token_bound_cidrs: BLOCK_LIST,
  num_uses: 'int',
  ttl: 'duration',
} as const satisfies Schema;

type SecretIdFields = Fields<typeof SECRET_ID_FIELDS>;

/**
 * The record of a new secret-id. Uses and TTL that were not sent are those of the role.
 * @param maxTtl of the mount, in seconds
 * @param now epoch milliseconds
 * @throws VaultError 400 when a field is invalid or goes beyond the role, checked in Vault's order
 */
export function newSecretId(
  fields: SecretIdFields,
  role: AppRole,
  maxTtl: number,
  accessor: string,
  now: number,
): SecretId {
  if (!role.bindSecretId) throw refusal('bind_secret_id is not set on the role');
  const cidrs = cidrsFor(fields, role);
  const uses = usesFor(fields.num_uses, role.secretIdNumUses);
  const ttl = Math.min(ttlFor(fields.ttl, role.secretIdTtl), maxTtl);
  return {
    accessor,
    grantedTtl: ttl,
    createdAt: now,
    updatedAt: now,
    metadata: parseMetadata(fields.metadata ?? ''),
    ...cidrs,
    ...(uses > 0 ? { usesLeft: uses } : {}),
    ...(ttl > 0 ? { expiresAt: now + ttl * 1_000 } : {}),
  };
}

function cidrsFor(
  { cidr_list: cidrList = [], token_bound_cidrs: tokenBoundCidrs = [] }: SecretIdFields,
  { secretIdBoundCidrs = [], token }: AppRole,
): Pick<SecretId, 'cidrList' | 'tokenBoundCidrs'> {
  refuseStrange('CIDR blocks', cidrList);
  refuseStrange('token CIDR blocks', tokenBoundCidrs);
  refuseOutside(secretIdBoundCidrs, cidrList);
  refuseOutside(token.token_bound_cidrs, tokenBoundCidrs);
  return { cidrList, tokenBoundCidrs };
}

function refuseStrange(what: string, blocks: string[]): void {
  const problem = cidrProblem(blocks);
  if (problem) throw refusal(`failed to validate ${what}: ${problem}`);
}

/** @throws VaultError 400 when a block is in none of the role's blocks; a role without blocks allows every address */
function refuseOutside(ofRole: string[], ofSecretId: string[]): void {
  if (ofRole.length === 0 || areWithin(ofSecretId, ofRole)) return;
  const [role, secretId] = [ofRole, ofSecretId].map((blocks) => `[${blocks.map(goQuote).join(' ')}]`);
  throw refusal(
    `failed to verify subset relationship between CIDR blocks on the role ${role} and CIDR blocks on the secret ID ${secretId}`,
  );
}

/** 0 is without limit, both in what was sent and in the role. */
function usesFor(sent: number | undefined, ofRole: number): number {
  if (sent === undefined) return ofRole;
  if (sent < 0) throw refusal('num_uses cannot be negative');
  if (ofRole > 0 && (sent === 0 || sent > ofRole))
    throw refusal("num_uses cannot be higher than the role's secret_id_num_uses");
  return sent;
}

/** Seconds; 0 is without end, both in what was sent and in the role. */
function ttlFor(sent: number | undefined, ofRole: number): number {
  if (sent === undefined) return ofRole;
  if (ofRole > 0 && (sent === 0 || sent > ofRole))
    throw refusal("ttl cannot be longer than the role's secret_id_ttl");
  return sent;
}

/**
 * Metadata are sent as a JSON object in a string, as base64 of one, or as `key=value` pairs with commas.
 * @throws VaultError 400 for what is none of these, and for a name that cannot be stored; 413 for too much
 */
function parseMetadata(text: string): Record<string, string> {
  if (text.trim() === '') return {};
  if (Buffer.byteLength(text) > MAX_RECORD_BYTES)
    throw tooLarge(`the metadata of a secret-id are longer than ${MAX_RECORD_BYTES} bytes`);
  const metadata = fromJson(text) ?? fromJson(Buffer.from(text, 'base64').toString()) ?? fromPairs(text);
  if (Object.hasOwn(metadata, UNSTORABLE_NAME))
    throw refusal(`failed to parse metadata: it cannot have the name ${goQuote(UNSTORABLE_NAME)}`);
  return metadata;
}

function metadataMeant(text: string): Record<string, string>[] {
  try {
    return [parseMetadata(text)];
  } catch {
    return [];
  }
}

function fromJson(text: string): Record<string, string> | undefined {
  try {
    const value = parseJson(text);
    return isPairs(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isPairs(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((item) => typeof item === 'string');
}

/** The refusals do not quote the metadata, which may be confidential. */
function fromPairs(text: string): Record<string, string> {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
  return Object.fromEntries(pairs.map(fromPair));
}

function fromPair(pair: string): [string, string] {
  const [key = '', value, ...more] = pair.split('=').map((part) => part.trim());
  const problem = 'failed to parse metadata: failed to parse the input: invalid <key,value>';
  if (value === undefined || more.length > 0) throw refusal(`${problem} format`);
  if (key === '' || value === '') throw refusal(`${problem} pair`);
  return [key, value];
}
