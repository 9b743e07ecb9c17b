/**
 * Finds targets that were probably meant for another namespace: with a misspelt namespace, `teem-b/kv` is a path in the
 * namespace of the request, and a move makes it.
 */

import { distance } from 'fastest-levenshtein';
import { goQuote, refusal, type VaultError } from '../http/errors.ts';
import { MAX_NAMESPACE_TYPOS, NAMESPACE_TYPO_LETTERS } from '../limits.ts';
import { type Acl, authorizeBesides } from '../policies/acl.ts';
import type { Deps } from '../ports/deps.ts';
import { treeKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { listChildren } from '../tree/findNamespace.ts';
import { type Namespace, nameOf, namespaceInWords } from '../tree/namespace.ts';
import type { Move } from './planMove.ts';

type Target = Move['target'];

/**
 * Names the targets whose first segment resembles a child namespace, or is new where there are child namespaces. A name
 * is told only to whoever may list the namespaces.
 * @returns warnings, each segment once
 */
export async function namespaceTypos(
  { store }: Pick<Deps, 'store'>,
  targets: Target[],
  acl: Acl,
): Promise<string[]> {
  const nested = targets.filter(({ path }) => !path.startsWith('auth/') && firstSegment(path) !== path);
  const firsts = firstOfEach(nested, ({ namespace, path }) => namespace.path + firstSegment(path));
  const namespaces = firstOfEach(nested, ({ namespace }) => namespace.id);
  const [folders, children] = await Promise.all([
    store.getMany(firsts.map(({ namespace, path }) => treeKey(namespace.id, firstSegment(path)))),
    severalAtOnce(namespaces, ({ namespace }) => listChildren(store, namespace)),
  ]);
  const childrenOf = new Map(namespaces.map(({ namespace }, i) => [namespace.id, children[i] ?? []]));
  const warnings = firsts.flatMap((target, i) => {
    const siblings = childrenOf.get(target.namespace.id) ?? [];
    return typoOf(target, siblings, Number(folders[i]?.count ?? 0) > 0, acl);
  });
  return warnings.slice(0, MAX_NAMESPACE_TYPOS);
}

/** @param isFolder whether something is mounted below the first segment already */
function typoOf({ namespace, path }: Target, siblings: Namespace[], isFolder: boolean, acl: Acl): string[] {
  const first = firstSegment(path);
  const meant = siblings.find((child) => resembles(first, nameOf(child.path)));
  if (!meant && (isFolder || siblings.length === 0)) return [];
  const what = `${goQuote(first)} is not a namespace, so ${goQuote(path)} is a path in ${namespaceInWords(namespace.path)}`;
  const listing = { operation: 'list', path: `${namespace.path}sys/namespaces` } as const;
  if (!meant || !authorizeBesides(acl, listing).allowed) return [what];
  return [`${what}; did you mean the namespace ${goQuote(nameOf(meant.path))}?`];
}

/** The first target of each kind. */
function firstOfEach(targets: Target[], kind: (target: Target) => string): Target[] {
  return [...Map.groupBy(targets, kind).values()].map(([first]) => first as Target);
}

/** @returns the refusal of a move that stays in the namespace of the request, although it requires another one */
export function outsideRequired({ target }: Pick<Move, 'target'>, asked: Namespace): VaultError | undefined {
  if (target.namespace.id !== asked.id) return undefined;
  return refusal(
    `${goQuote(target.path)} is a path in ${namespaceInWords(asked.path)}, and require_namespace asks for a namespace below it`,
  );
}

/** With its slash. */
function firstSegment(path: string): string {
  return path.slice(0, path.indexOf('/') + 1);
}

function resembles(first: string, name: string): boolean {
  const [typed, known] = [first, name].map((text) => text.slice(0, -1).toLowerCase()) as [string, string];
  return distance(typed, known) <= Math.min(NAMESPACE_TYPO_LETTERS, Math.floor(known.length / 3));
}
