/** The `auth` object of a response that hands out or renews a token (contract §6). */

import type { Shape, Wire } from '../http/shape.ts';
import type { Token } from './token.ts';

export const AUTH = {
  client_token: 'string',
  accessor: 'string',
  policies: 'list',
  token_policies: 'list',
  metadata: ['pairs', null],
  lease_duration: 'duration',
  renewable: 'bool',
  entity_id: 'string',
  token_type: 'string',
  orphan: 'bool',
  mfa_requirement: ['map', null],
  num_uses: 'int',
} as const satisfies Shape;

/** Tells the time that was granted, however long it took to say so. */
export function authOf(token: Token, clientToken: string): Wire<typeof AUTH> {
  const since = token.renewedAt ?? token.createdAt;
  return {
    client_token: clientToken,
    accessor: token.type === 'batch' ? '' : token.accessor,
    policies: token.policies,
    token_policies: token.policies,
    metadata: token.meta,
    lease_duration: token.expiresAt === undefined ? 0 : Math.round((token.expiresAt - since) / 1_000),
    renewable: token.renewable,
    entity_id: '',
    token_type: token.type,
    orphan: token.orphan,
    mfa_requirement: null,
    num_uses: token.numUses ?? 0,
  };
}
