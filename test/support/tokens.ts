/** Tokens with the rights a test wants, written as a login would leave them. */

import { randomUUID } from 'node:crypto';
import { ROOT } from '../../functions/namespaces/namespace.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import type { Deps } from '../../functions/ports/deps.ts';
import { policyKey, sha256 } from '../../functions/ports/keys.ts';
import { type Token, tokenItem } from '../../functions/tokens/token.ts';

/** @returns a token of the namespace whose only policy is the text given */
export async function tokenWith(
  deps: Deps,
  text: string,
  { id: namespaceId, path: namespacePath } = { id: ROOT.id, path: ROOT.path },
  more: Partial<Token> = {},
): Promise<string> {
  const name = deps.ids.hex(12);
  const secret = `s.${randomUUID()}`;
  const { table, pk, sk } = policyKey(namespaceId, name);
  const policy = { pk, sk, text, compiled: JSON.stringify(parsePolicy(text)), version: 1 };
  const token: Token = {
    hash: sha256(secret),
    accessor: deps.ids.base62(24),
    namespaceId,
    namespacePath,
    policies: [name],
    type: 'service',
    path: 'auth/token/create',
    displayName: 'token',
    meta: null,
    createdAt: deps.clock.now(),
    creationTtl: 0,
    maxTtl: 0,
    explicitMaxTtl: 0,
    period: 0,
    renewable: false,
    orphan: true,
    boundCidrs: [],
    lineage: { mounts: {}, tokens: [] },
    ...more,
  };
  await deps.store.commit([
    { table, put: policy },
    { table: 'access', put: tokenItem(token) },
  ]);
  return secret;
}
