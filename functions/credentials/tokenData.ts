/** What a lookup tells of a token (contract §6). */

import type { Shape, Wire } from '../http/shape.ts';
import type { Token } from './token.ts';

export const TOKEN_DATA = {
  id: 'string',
  accessor: 'string',
  policies: 'list',
  path: 'string',
  meta: ['pairs', null],
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
  'issue_time?': 'string',
  'renewable?': 'bool',
  'last_renewal?': 'string',
  'last_renewal_time?': 'int',
  'period?': 'duration',
  'bound_cidrs?': 'list',
  'namespace_path?': 'string',
} as const satisfies Shape;

export type TokenData = Wire<typeof TOKEN_DATA>;

/**
 * @param id the token itself; empty where it was named by its accessor
 * @param now epoch milliseconds
 */
export function tokenData(token: Token, id: string, now: number): TokenData {
  return {
    id,
    accessor: token.type === 'batch' ? '' : token.accessor,
    policies: token.policies,
    path: token.path,
    meta: token.meta,
    display_name: token.displayName,
    num_uses: token.usesLeft ?? 0,
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

/** A token without an end has no lease, so that some of these are missing. */
function leaseData({ expiresAt, createdAt, renewedAt, renewable }: Token, now: number) {
  if (expiresAt === undefined) return { expire_time: null, ttl: 0 };
  return {
    expire_time: new Date(expiresAt).toISOString(),
    ttl: Math.max(0, Math.round((expiresAt - now) / 1_000)),
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
