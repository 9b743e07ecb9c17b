import { describe, expect, it } from 'vitest';
import { movedRule } from '../../functions/policies/movedRule.ts';

const WITHIN = { source: 'secret/', target: 'new/kv/' };
const ACROSS = { source: 'ns1/secret/', target: 'ns2/kv/' };

describe('a rule that names a mount', () => {
  it.each([
    ['secret/*', 'new/kv/*'],
    ['secret/data/a', 'new/kv/data/a'],
    ['secret/data/+/b*', 'new/kv/data/+/b*'],
    ['secret', 'new/kv/'],
    ['secret/', 'new/kv/'],
    ['sec*', 'new/kv/*'],
    ['secret*', 'new/kv/*'],
    ['+/data/*', 'new/kv/data/*'],
    ['+/metadata', 'new/kv/metadata'],
  ])('%s needs the path %s', (path, moved) => {
    expect(movedRule('', path, WITHIN)).toBe(moved);
  });

  it.each(['secrets/*', 'secret2', 'other/secret/*', 'sys/mounts/secret', '*', '+'])(
    '%s misses nothing',
    (path) => {
      expect(movedRule('', path, { source: 'secret/', target: 'new/' })).toBeUndefined();
    },
  );

  it('needs no change if its glob matches both paths', () => {
    expect(movedRule('', 'team-*', { source: 'team-a/kv/', target: 'team-b/kv/' })).toBeUndefined();
    expect(movedRule('', 'team-a*', { source: 'team-a/kv/', target: 'team-b/kv/' })).toBe('team-b/kv/*');
  });

  it.each([
    ['', 'ns1/secret/*', 'ns2/kv/*'],
    ['ns1/', 'secret/data/*', 'ns2/kv/data/*'],
    ['ns1/', 'other/*', undefined],
    ['', '+/secret/*', 'ns2/kv/*'],
    ['', 'secret/*', undefined],
  ])(
    'in the policy of namespace "%s", %s, follows the mount to another namespace',
    (namespace, path, moved) => {
      expect(movedRule(namespace, path, ACROSS)).toBe(moved);
    },
  );
});
