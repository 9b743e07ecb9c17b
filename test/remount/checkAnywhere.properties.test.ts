/** What is refused whatever is mounted would be refused in every tree of namespaces. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAnywhere } from '../../functions/remount/checkAnywhere.ts';
import { planMove, type Typed } from '../../functions/remount/planMove.ts';
import type { Mount } from '../../functions/tree/mount.ts';
import { type Namespace, type NamespacedPath, ROOT } from '../../functions/tree/namespace.ts';
import { mountPath } from '../../functions/tree/path.ts';

/** Names of namespaces are among them, `sys` and `auth` cannot be. */
const segment = fc.constantFrom('a', 'b', 'c', 'auth', 'sys', 'token', '..', '', '\u0001');
const likely = fc.constantFrom('a', 'b', 'auth');
const path = fc
  .array(fc.oneof({ weight: 6, arbitrary: likely }, { weight: 1, arbitrary: segment }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((segments) => segments.join('/'))
  .filter((text) => text !== '');

/** The namespaces that exist, by their paths. */
type Namespaces = ReadonlySet<string>;

/** Where a path leads, and where it would with fewer namespaces. */
function placeOf(text: string, namespaces: Namespaces): NamespacedPath {
  let namespace = ROOT;
  let rest = text;
  for (;;) {
    const [name = ''] = rest.split('/', 1);
    const child = `${namespace.path}${name}/`;
    if (!namespaces.has(child)) return { namespace, path: rest };
    namespace = { ...ROOT, id: child, path: child } as Namespace;
    rest = rest.slice(name.length + 1);
  }
}

function isPossible(typed: Typed, namespaces: Namespaces): boolean {
  const source = placeOf(typed.from.replace(/^\//, ''), namespaces);
  const target = placeOf(mountPath(typed.to), namespaces);
  const mount = { path: mountPath(source.path), uuid: 'any' } as Mount;
  try {
    if (source.path === '' || mountPath(source.path) === 'auth/') return false;
    planMove(typed, { ...source, mount }, target, ROOT);
    return true;
  } catch {
    return false;
  }
}

/** Every set of namespaces that makes a difference for these paths. */
function everyTree({ from, to }: Typed): Namespaces[] {
  return chains(from).flatMap((one) => chains(to).map((other) => new Set([...one, ...other])));
}

/** The namespaces above a path: none, the outermost, the two outermost, and so on. */
function chains(text: string): string[][] {
  const names = mountPath(text).split('/').slice(0, -1);
  const cannotBe = names.findIndex((name) => !['a', 'b', 'c', 'token'].includes(name));
  const most = cannotBe === -1 ? names.length : cannotBe;
  const paths = names.map((_, i) => `${names.slice(0, i + 1).join('/')}/`);
  return Array.from({ length: most + 1 }, (_, depth) => paths.slice(0, depth));
}

function isRefused(typed: Typed): boolean {
  try {
    checkAnywhere(typed);
    return false;
  } catch {
    return true;
  }
}

describe('a move that is refused whatever is mounted', () => {
  it('is one that no namespaces make possible', () => {
    const property = fc.property(path, path, (from, to) => {
      const typed = { from, to };
      fc.pre(isRefused(typed));
      expect(everyTree(typed).filter((tree) => isPossible(typed, tree))).toEqual([]);
    });
    fc.assert(property, { numRuns: 5_000 });
  });

  it.each([
    ['auth/a', 'b'],
    ['auth/token', 'auth/b'],
    ['sys', 'b'],
    ['a', 'auth/b'],
    ['a', 'cubbyhole/b'],
    ['a', 'a'],
    ['a', 'a/b'],
    ['a/b', 'a'],
    ['a', 'b//c'],
    ['a', '../b'],
    ['a', 'b\u0001'],
    ['a', 'b'.repeat(1_100)],
    ['a/*', 'sys/*'],
    ['a/*', 'a/*'],
    ['a/+', 'a/+/b'],
    ['a/*', 'b//*'],
    ['auth/a/+', 'kv/+'],
  ])('is %j to %j', (from, to) => {
    expect(isRefused({ from, to })).toBe(true);
  });

  it.each([
    ['a', 'b'],
    ['n/auth/a', 'auth/b'],
    ['auth/a', 'n/auth/b'],
    ['a', 'n/sys/b'],
    ['auth/*', 'team/*'],
    ['team/*', 'auth/*'],
    ['+/a', 'auth/+'],
    ['a/*', '*'],
    ['a', `${'n/'.repeat(16)}b`],
  ])('is not %j to %j', (from, to) => {
    expect(isRefused({ from, to })).toBe(false);
  });
});
