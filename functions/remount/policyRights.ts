/** What a caller may do with policies, and so may know of them. Both paths of a policy count (contract §5.1). Pure. */

import { type Acl, authorize } from '../policies/acl.ts';

function mayReadPolicy(acl: Acl, namespacePath: string, name: string): boolean {
  return pathsOf(namespacePath, name).some((path) => authorize(acl, { operation: 'read', path }).allowed);
}

/** @param text that the policy is to get, because the caller's own policies may limit what is sent */
export function mayWritePolicy(acl: Acl, namespacePath: string, name: string, text: string): boolean {
  const parameters = { policy: text };
  return pathsOf(namespacePath, name).some(
    (path) => authorize(acl, { operation: 'update', path, parameters }).allowed,
  );
}

interface Named {
  namespacePath: string;
  name: string;
}

/** Those of policies that the caller may read, and the others. */
export function byRight<T extends Named>(list: readonly T[], acl: Acl): [T[], T[]] {
  const { shown = [], hidden = [] } = Object.groupBy(list, ({ namespacePath, name }) =>
    mayReadPolicy(acl, namespacePath, name) ? 'shown' : 'hidden',
  );
  return [shown, hidden];
}

/** By the path of the namespace. */
export function countByNamespace(list: readonly Named[]): Record<string, number> {
  const groups = Object.groupBy(list, ({ namespacePath }) => namespacePath);
  return Object.fromEntries(Object.entries(groups).map(([path, group = []]) => [path, group.length]));
}

function pathsOf(namespacePath: string, name: string): string[] {
  return ['sys/policies/acl/', 'sys/policy/'].map((before) => namespacePath + before + name);
}
