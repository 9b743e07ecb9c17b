import { describe, expect, it } from 'vitest';
import { treeKey } from '../../functions/store/keys.ts';
import { Overlap, planTree, type TreeChange, thinnedForks } from '../../functions/tree/planTree.ts';

const NS = 'root';
const FREE = [{ pk: { absent: true } }, { kind: 'fork', count: { atMost: 0 } }];
const FORKABLE = [{ pk: { absent: true } }, { kind: 'fork' }];

/** A mount that was read at version 3. */
function seen(uuid: string) {
  return { kind: 'mount', uuid, version: 3 };
}

function entry(path: string, uuid = path) {
  return { ...treeKey(NS, path), kind: 'mount', uuid };
}

function comes(path: string, uuid = path): TreeChange {
  return { namespaceId: NS, path, after: entry(path, uuid) };
}

function goes(path: string, uuid = path): TreeChange {
  return { namespaceId: NS, path, before: seen(uuid) };
}

function raise(path: string, by: number) {
  return {
    update: treeKey(NS, path),
    set: { kind: 'fork' },
    add: { count: by },
    if: by > 0 ? FORKABLE : { kind: 'fork' },
  };
}

function put(path: string, condition: unknown, uuid = path) {
  return { put: entry(path, uuid), if: condition };
}

function remove(path: string, uuid = path) {
  return { delete: treeKey(NS, path), if: seen(uuid) };
}

function expectPlan(changes: TreeChange[], writes: unknown[]): void {
  const plan = planTree(changes);
  expect(plan).toHaveLength(writes.length);
  expect(plan).toEqual(expect.arrayContaining(writes));
}

describe('a plan of the tree', () => {
  it('puts an entry where there is none, and counts it in each fork above', () => {
    expectPlan([comes('a/b/c/')], [put('a/b/c/', FREE), raise('a/', 1), raise('a/b/', 1)]);
  });

  it('does not count in auth/, where no entry can be put', () => {
    expectPlan([comes('auth/x/y/')], [put('auth/x/y/', FREE), raise('auth/x/', 1)]);
  });

  it('removes an entry, and lowers the count of each fork above', () => {
    expectPlan([goes('a/b/c/')], [remove('a/b/c/'), raise('a/', -1), raise('a/b/', -1)]);
    expect(thinnedForks([goes('a/b/c/')]).map(({ sk }) => sk)).toEqual(['a/', 'a/b/']);
  });

  it('does not write forks whose count stays the same', () => {
    expectPlan([goes('a/b/', 'x'), comes('a/c/', 'x')], [remove('a/b/', 'x'), put('a/c/', FREE, 'x')]);
    expect(thinnedForks([goes('a/b/', 'x'), comes('a/c/', 'x')])).toEqual([]);
  });

  it('sums the changes of a group to one fork', () => {
    expectPlan(
      [goes('a/b/'), comes('x/1/'), comes('x/2/'), comes('x/3/y/')],
      [
        remove('a/b/'),
        raise('a/', -1),
        put('x/1/', FREE),
        put('x/2/', FREE),
        put('x/3/y/', FREE),
        raise('x/3/', 1),
        raise('x/', 3),
      ],
    );
  });

  it('swaps two mounts, and writes each key once', () => {
    expectPlan(
      [goes('a/b/', 'one'), goes('c/', 'two'), comes('c/', 'one'), comes('a/b/', 'two')],
      [put('a/b/', seen('one'), 'two'), put('c/', seen('two'), 'one')],
    );
  });

  it('changes an entry in place', () => {
    expectPlan(
      [{ namespaceId: NS, path: 'a/', before: seen('a/'), after: entry('a/') }],
      [put('a/', seen('a/'))],
    );
  });

  it('turns the place of a mount that moves below itself into a fork', () => {
    expectPlan(
      [goes('a/', 'x'), comes('a/b/c/', 'x')],
      [
        { put: { ...treeKey(NS, 'a/'), kind: 'fork', count: 1 }, if: seen('x') },
        raise('a/b/', 1),
        put('a/b/c/', FREE, 'x'),
      ],
    );
  });

  it('replaces a fork by an entry only if the plan removes all entries that the fork counts', () => {
    expectPlan(
      [goes('a/b/', 'x'), goes('a/c/', 'y'), comes('a/', 'x')],
      [remove('a/b/', 'x'), remove('a/c/', 'y'), put('a/', { kind: 'fork', count: 2 }, 'x')],
    );
  });

  it('keeps namespaces apart', () => {
    const other = { namespaceId: 'abc123', path: 'a/', after: { ...entry('a/', 'x'), pk: 'abc123' } };
    expectPlan([goes('a/', 'x'), other], [remove('a/', 'x'), { ...put('a/', FREE, 'x'), put: other.after }]);
  });

  it.each<[string, TreeChange[]]>([
    ['two entries at one path', [goes('x/', '1'), comes('a/', '1'), goes('y/', '2'), comes('a/', '2')]],
    ['one entry that goes twice', [goes('a/', '1'), comes('x/', '1'), goes('a/', '1'), comes('y/', '1')]],
    ['an entry inside another that comes', [comes('a/'), comes('a/b/c/')]],
    ['an entry inside another that replaces a third', [goes('a/', '1'), comes('a/', '2'), comes('a/b/')]],
  ])('refuses %s', (_what, changes) => {
    expect(() => planTree(changes)).toThrow(Overlap);
    expect(() => planTree(changes.toReversed())).toThrow(Overlap);
  });
});
