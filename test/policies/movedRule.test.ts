import { describe, expect, it } from 'vitest';
import { movedRule } from '../../functions/policies/movedRule.ts';

function place(namespace: string, path: string) {
  return { namespace: { path: namespace }, path };
}

function moved(rule: string, from: string, to: string): string[] {
  return movedRule('', rule, place('', from), place('', to));
}

describe('a rule that names a mount', () => {
  it.each([
    ['secret/*', 'new/kv/*'],
    ['secret/data/a', 'new/kv/data/a'],
    ['secret/data/+/b*', 'new/kv/data/+/b*'],
    ['secret', 'new/kv'],
    ['secret/', 'new/kv/'],
    ['sec*', 'new/kv/*'],
    ['secret*', 'new/kv/*'],
    ['+/data/*', 'new/kv/data/*'],
    ['+/metadata', 'new/kv/metadata'],
    ['/secret/data/a', 'new/kv/data/a'],
    ['secret/{{identity.entity.name}}/*', 'new/kv/{{identity.entity.name}}/*'],
  ])('%s needs the path %s', (path, replacement) => {
    const rule = path.replace(/^\//, '');
    expect(moved(rule, 'secret/', 'new/kv/')).toEqual([replacement]);
  });

  it.each(['secrets/*', 'secret2', 'other/secret/*', 'sys/mounts/secret2', 'sys/secret', '*', '+'])(
    '%s misses nothing',
    (path) => {
      expect(moved(path, 'secret/', 'new/')).toEqual([]);
    },
  );

  it('needs no change if it matches at the target whatever it matches at the source', () => {
    expect(moved('team-*', 'team-a/kv/', 'team-b/kv/')).toEqual([]);
    expect(moved('+/creds/*', 'pz/', 'new/creds/')).toEqual([]);
    expect(moved('kv/*', 'kv/', 'kv/old/')).toEqual([]);
    expect(moved('kv/*', 'kv/old/', 'kv/')).toEqual([]);
  });

  it('needs a change if it matches the target, but less there', () => {
    expect(moved('team-a*', 'team-a/kv/', 'team-b/kv/')).toEqual(['team-b/kv/*']);
    expect(moved('+/creds/web', 'pz/', 'new/creds/')).toEqual(['new/creds/creds/web']);
    expect(moved('+/+/data/*', 'a/b/', 'c/')).toEqual(['c/data/*']);
  });

  it.each([
    ['', 'ns1/secret/*', 'ns2/kv/*'],
    ['ns1/', 'secret/data/*', 'ns2/kv/data/*'],
    ['ns1/', 'other/*'],
    ['', '+/secret/*', 'ns2/kv/*'],
    ['', 'secret/*'],
    ['ns1/', 'sys/mounts/secret/tune', 'ns2/sys/mounts/kv/tune'],
    ['', '+/sys/leases/revoke/secret/*', 'ns2/sys/leases/revoke/kv/*'],
    ['ns1/', 'sys/leases/revoke-p*', 'ns2/sys/leases/revoke-prefix/kv', 'ns2/sys/leases/revoke-prefix/kv/*'],
    ['', 'sys/mounts/ns1/secret'],
  ])(
    'in the policy of namespace "%s", %s, follows the mount to another namespace',
    (namespace, path, ...replacements) => {
      const found = movedRule(namespace, path, place('ns1/', 'secret/'), place('ns2/', 'kv/'));
      expect(found).toEqual(replacements);
    },
  );
});

describe('a rule about a mount in paths of the system', () => {
  it.each([
    ['sys/mounts/pz', 'sys/mounts/a/b'],
    ['sys/mounts/pz/', 'sys/mounts/a/b/'],
    ['sys/mounts/pz/tune', 'sys/mounts/a/b/tune'],
    ['sys/mounts/+/tune', 'sys/mounts/a/b/tune'],
    ['sys/internal/ui/mounts/pz', 'sys/internal/ui/mounts/a/b'],
    ['sys/leases/lookup/pz/*', 'sys/leases/lookup/a/b/*'],
    ['sys/leases/renew/pz/creds/web/*', 'sys/leases/renew/a/b/creds/web/*'],
    ['sys/leases/revoke/pz/+/web*', 'sys/leases/revoke/a/b/+/web*'],
    ['sys/leases/revoke-prefix/pz', 'sys/leases/revoke-prefix/a/b'],
    ['sys/leases/revoke-force/pz/*', 'sys/leases/revoke-force/a/b/*'],
    ['sys/revoke-prefix/pz/*', 'sys/revoke-prefix/a/b/*'],
  ])('%s needs the path %s', (path, replacement) => {
    expect(moved(path, 'pz/', 'a/b/')).toEqual([replacement]);
  });

  it.each([
    ['sys/auth/x', 'sys/auth/y'],
    ['sys/auth/x/tune', 'sys/auth/y/tune'],
    ['sys/mounts/auth/x/tune', 'sys/mounts/auth/y/tune'],
    ['sys/leases/revoke-prefix/auth/x/*', 'sys/leases/revoke-prefix/auth/y/*'],
    ['auth/x/login/{{identity.entity.name}}', 'auth/y/login/{{identity.entity.name}}'],
  ])('of an auth method, %s needs the path %s', (path, replacement) => {
    expect(moved(path, 'auth/x/', 'auth/y/')).toEqual([replacement]);
  });

  it('needs one path for the mount itself and one for what is below it', () => {
    expect(moved('sys/mounts/pz*', 'pz/', 'qz/')).toEqual(['sys/mounts/qz', 'sys/mounts/qz/*']);
  });

  it('needs one path for each kind of request that it matches', () => {
    expect(moved('sys/+/pz/*', 'pz/', 'qz/')).toEqual(
      ['mounts', 'renew', 'revoke', 'revoke-prefix', 'revoke-force'].map((kind) => `sys/${kind}/qz/*`),
    );
    expect(moved('sys/leases/+/pz/*', 'pz/', 'qz/')).toEqual(
      ['lookup', 'renew', 'revoke', 'revoke-prefix', 'revoke-force'].map((verb) => `sys/leases/${verb}/qz/*`),
    );
    expect(moved('sys/+/x', 'auth/x/', 'auth/y/')).toEqual(['sys/auth/y']);
  });

  it.each(['sys/*', 'sys/mounts/*', 'sys/mounts', 'sys/leases/*', 'sys/leases/rev*', 'sys/auth/pz'])(
    '%s misses nothing',
    (path) => {
      expect(moved(path, 'pz/', 'qz/')).toEqual([]);
    },
  );
});
