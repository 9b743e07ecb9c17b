/** The `auth` object of a response that hands out or renews a token (contract §6). */

import type { Token } from './token.ts';

/** @param now epoch milliseconds */
export function authOf(token: Token, clientToken: string, now: number): Record<string, unknown> {
  return {
    client_token: clientToken,
    accessor: token.type === 'batch' ? '' : token.accessor,
    policies: token.policies,
    token_policies: token.policies,
    metadata: token.meta,
    lease_duration:
      token.expiresAt === undefined ? 0 : Math.max(0, Math.round((token.expiresAt - now) / 1_000)),
    renewable: token.renewable,
    entity_id: '',
    token_type: token.type,
    orphan: token.orphan,
    mfa_requirement: null,
    num_uses: token.numUses ?? 0,
  };
}
