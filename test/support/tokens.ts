/** Tokens with the rights that a test needs, stored as a login or the bootstrap function would. */

import { randomUUID } from 'node:crypto';
import { type Token, tokenItem } from '../../functions/credentials/token.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import type { Deps } from '../../functions/ports/deps.ts';
import { accessorKey, policyKey, sha256 } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';

/** Stores a root token as the bootstrap function would. @returns the token */
export async function rootToken(deps: Deps, secret = `root-${randomUUID()}`): Promise<string> {
  const root = tokenOf(deps, secret, { policies: ['root'], path: 'auth/token/root', displayName: 'root' });
  await deps.store.commit([
    { put: tokenItem(root) },
    { put: { ...accessorKey(root.accessor), tokenHash: root.hash } },
  ]);
  return secret;
}

/** Stores a policy, written as HCL, as the endpoint would. */
export async function placePolicy(
  { store }: Deps,
  name: string,
  text: string,
  namespaceId = ROOT.id,
): Promise<void> {
  const compiled = JSON.stringify(parsePolicy(text));
  await store.commit([{ put: { ...policyKey(namespaceId, name), text, compiled, version: 1 } }]);
}

/** @returns a token of the namespace whose only policy is the text given */
export async function tokenWith(
  deps: Deps,
  text: string,
  { id: namespaceId, path: namespacePath } = { id: ROOT.id, path: ROOT.path },
  more: Partial<Token> = {},
): Promise<string> {
  const name = deps.ids.hex(12);
  const secret = `s.${randomUUID()}`;
  await placePolicy(deps, name, text, namespaceId);
  const token = tokenOf(deps, secret, { namespaceId, namespacePath, policies: [name], ...more });
  await deps.store.commit([{ put: tokenItem(token) }]);
  return secret;
}

function tokenOf(deps: Deps, secret: string, more: Partial<Token>): Token {
  return {
    hash: sha256(secret),
    accessor: deps.ids.base62(24),
    namespaceId: ROOT.id,
    namespacePath: ROOT.path,
    policies: [],
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
}
