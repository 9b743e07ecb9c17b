/** How answers show a token: as `auth` when it is created or renewed, as data when it is looked up (contract §6). */

import type { Shape, Wire } from '../http/shape.ts';
import { lastTokenGrant, type Token } from './token.ts';
import { secondsLeft } from './ttl.ts';

export const AUTH = {
  client_token: 'string',
  accessor: 'string',
  policies: 'list',
  'token_policies?': 'list',
  metadata: ['pairs', null],
  lease_duration: 'duration',
  renewable: 'bool',
  entity_id: 'string',
  token_type: 'string',
  orphan: 'bool',
  mfa_requirement: ['map', null],
  num_uses: 'int',
} as const satisfies Shape;

/**
 * The `auth` object of an answer. Its duration is the one granted, whatever has passed of it since.
 * @param clientToken the token itself; empty where the request named the accessor
 */
export function authOf(token: Token, clientToken: string): Wire<typeof AUTH> {
  return {
    client_token: clientToken,
    accessor: token.type === 'batch' ? '' : token.accessor,
    policies: token.policies,
    ...(token.policies.length > 0 && { token_policies: token.policies }),
    metadata: token.meta,
    lease_duration: lastTokenGrant(token),
    renewable: token.renewable,
    entity_id: '',
    token_type: token.type,
    orphan: token.orphan,
    mfa_requirement: null,
    num_uses: token.numUses ?? 0,
  };
}

export const TOKEN_DATA = {
  id: 'string',
  accessor: 'string',
  policies: 'list',
  path: 'string',
  meta: ['pairs', null],
  'role?': 'string',
  display_name: 'string',
  num_uses: 'int',
  orphan: 'bool',
  creation_time: 'int',
  creation_ttl: 'duration',
  explicit_max_ttl: 'duration',
  entity_id: 'string',
  type: 'string',
  expire_time: ['string', null],
  ttl: 'duration',
  issue_time: 'string',
  renewable: 'bool',
  'last_renewal?': 'string',
  'last_renewal_time?': 'int',
  'period?': 'duration',
  'bound_cidrs?': 'list',
  'namespace_path?': 'string',
} as const satisfies Shape;

export type TokenData = Wire<typeof TOKEN_DATA>;

/**
 * The data of a lookup.
 * @param id the token itself; empty where the request named the accessor
 * @param now epoch milliseconds
 */
export function tokenData(token: Token, id: string, now: number): TokenData {
  return {
    id,
    accessor: token.type === 'batch' ? '' : token.accessor,
    policies: token.policies,
    path: token.path,
    meta: token.meta,
    ...(token.role === undefined ? {} : { role: token.role }),
    display_name: token.displayName,
    // 0 is without limit: a lookup that is the last use shows −1.
    num_uses: token.usesLeft === 0 ? -1 : (token.usesLeft ?? 0),
    orphan: token.orphan,
    creation_time: Math.floor(token.createdAt / 1_000),
    creation_ttl: token.creationTtl,
    explicit_max_ttl: token.explicitMaxTtl,
    entity_id: '',
    type: token.type,
    ...leaseData(token, now),
    ...(token.period > 0 ? { period: token.period } : {}),
    ...(token.boundCidrs.length > 0 ? { bound_cidrs: token.boundCidrs } : {}),
    ...(token.namespacePath ? { namespace_path: token.namespacePath } : {}),
  };
}

function leaseData({ expiresAt, createdAt, renewedAt, renewable }: Token, now: number) {
  return {
    expire_time: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    ttl: expiresAt === undefined ? 0 : secondsLeft(expiresAt, now),
    issue_time: new Date(createdAt).toISOString(),
    renewable,
    ...(renewedAt === undefined
      ? {}
      : {
          last_renewal: new Date(renewedAt).toISOString(),
          last_renewal_time: Math.floor(renewedAt / 1_000),
        }),
  };
}
