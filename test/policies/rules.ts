/** Policies written short, and what they allow. */

import type { Operation } from '../../functions/http/message.ts';
import { type Acl, authorize, buildAcl } from '../../functions/policies/acl.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';

/** Path → capabilities, as one policy of a namespace. */
export type Rules = Record<string, string>;

export const OPERATIONS: Operation[] = ['read', 'list', 'update', 'create', 'delete', 'patch', 'scan'];

export function source(rules: Rules, namespacePath = '') {
  const blocks = Object.entries(rules).map(([path, names]) => {
    const capabilities = names.split(' ').filter((name) => name !== '');
    return `path "${path}" { capabilities = ${JSON.stringify(capabilities)} }`;
  });
  return { namespacePath, policy: parsePolicy(blocks.join('\n')) };
}

export function acl(rules: Rules, namespacePath = ''): Acl {
  return buildAcl([source(rules, namespacePath)]);
}

export function allows(of: Acl, operation: Operation, path: string): boolean {
  return authorize(of, { operation, path }).allowed;
}
