import { describe, expect, it } from 'vitest';
import { changedEnds, violations } from '../support/checker.ts';
import type { Stored, Tables } from '../support/tables.ts';

const mount = {
  pk: 'root',
  sk: 'a/kv/',
  kind: 'mount',
  uuid: 'm',
  generation: 1,
  version: 2,
  movedBy: { migrationId: 'move' },
};
const fork = { pk: 'root', sk: 'a/', kind: 'fork', count: 1 };
const number = { pk: 'generation#m', sk: '.', generation: 1 };
const place = { namespaceId: 'root', path: 'a/kv/' };
const migration = {
  pk: 'move',
  sk: '.',
  kind: 'migration',
  mountUuid: 'm',
  status: 'success',
  phase: 'done',
  generation: 1,
  acceptedAt: 10,
  source: { namespaceId: 'root', path: 'old/' },
  target: place,
};
const failure = {
  ...migration,
  status: 'failure',
  generation: undefined,
  error: { code: 'cancelled', message: 'no' },
};
const token = {
  pk: 'token#t',
  sk: '.',
  accessor: 'x',
  lineage: { mounts: { m: 1 }, tokens: [] },
  lease: { mountUuid: 'm', path: 'login/1' },
};
const accessor = { pk: 'accessor#x', sk: '.', tokenHash: 't' };
const lease = {
  pk: 'm#3',
  sk: 'login/1',
  kind: 'token',
  mountUuid: 'm',
  tokenHash: 't',
  generation: 1,
  issuedAt: 20,
  owns: [],
};
const secret = { pk: 'm', sk: 'data/x' };

/** Tables that break no rule. */
function valid(): Tables {
  return {
    mounts: [mount, fork, number],
    access: [token, accessor],
    leases: [lease],
    storage: [secret],
    migrations: [migration],
  };
}

function changed(table: keyof Tables, index: number, change: object): Tables {
  const tables = valid();
  tables[table][index] = { ...tables[table][index], ...change } as Stored;
  return tables;
}

function without(table: keyof Tables, index: number): Tables {
  const tables = valid();
  tables[table].splice(index, 1);
  return tables;
}

function added(table: keyof Tables, item: Stored): Tables {
  const tables = valid();
  tables[table].push(item);
  return tables;
}

describe('the checker', () => {
  it('finds nothing in valid tables', () => {
    expect(violations(valid(), 'midway')).toEqual([]);
    expect(violations(valid(), 'ended')).toEqual([]);
  });

  it.each<[string, Tables, RegExp]>([
    [
      'a mount below another',
      added('mounts', { ...mount, sk: 'a/kv/b/', uuid: 'n', generation: 0, movedBy: undefined }),
      /lies below a\/kv\//,
    ],
    ['a mount at two paths', added('mounts', { ...mount, sk: 'b/' }), /mount m is at a\/kv\/ and b\//],
    ['a fork with a wrong count', changed('mounts', 1, { count: 2 }), /fork a\/ of root counts 2, not 1/],
    ['a missing fork', without('mounts', 1), /fork a\/ of root counts undefined, not 1/],
    [
      'a mount whose generation is not the one stored by its number',
      changed('mounts', 2, { generation: 2 }),
      /generation 1, its number says 2/,
    ],
    [
      'a tree without a namespace',
      added('mounts', { pk: 'gone', sk: 'a/', kind: 'fork', count: 0 }),
      /missing namespace gone/,
    ],
    [
      'a success that is not at its target',
      changed('migrations', 0, { target: { ...place, path: 'c/' } }),
      /its mount is not at c\//,
    ],
    [
      'a success whose mount has not moved',
      { ...changed('mounts', 0, { generation: 0, movedBy: undefined, sk: 'old/' }), leases: [], access: [] },
      /success, and its mount is in generation 0 still/,
    ],
    [
      'a success without a generation',
      changed('migrations', 0, { generation: undefined }),
      /success and has no generation/,
    ],
    [
      'a failure whose mount has moved, and names no move',
      {
        ...changed('mounts', 0, { movedBy: undefined }),
        migrations: [failure],
      },
      /a\/kv\/ is in generation 1, and was moved to \[\]/,
    ],
    [
      'two moves into one generation',
      added('migrations', { ...migration, pk: 'other' }),
      /is in generation 1, and was moved to \[1,1\]/,
    ],
    [
      'a mount that names another move',
      changed('mounts', 0, { movedBy: { migrationId: 'other' } }),
      /was moved by move, and says other/,
    ],
    [
      'a failure that has switched',
      changed('migrations', 0, { status: 'failure', error: { message: 'no' } }),
      /failure and has switched/,
    ],
    [
      'a failure without a reason',
      changed('migrations', 0, { status: 'failure', generation: undefined }),
      /gives no reason/,
    ],
    [
      'a migration that never ends',
      changed('migrations', 0, { status: 'in-progress', phase: 'switched' }),
      /in progress for ever/,
    ],
    [
      'a bulk run that never ends and that the reconciler does not find',
      added('migrations', { pk: 'run', sk: '.', kind: 'bulk', status: 'in-progress' }),
      /the bulk run is found by nobody\n.*in progress for ever/,
    ],
    [
      'an idempotency key without a migration',
      added('migrations', { pk: 'idempotency#1', sk: '.', kind: 'idempotency', id: 'other' }),
      /a key that has led to nothing/,
    ],
    ['a record left open', changed('migrations', 0, { open: 'open#0', nextLook: 1 }), /never ended/],
    [
      'a token from before the switch',
      changed('access', 0, { lineage: { mounts: { m: 0 }, tokens: [] } }),
      /from before the switch/,
    ],
    [
      'a child of a deleted token',
      changed('access', 0, { lineage: { mounts: {}, tokens: ['u'] } }),
      /hangs on a token that is gone/,
    ],
    ['a lease older than its mount', changed('leases', 0, { generation: 0 }), /older than its mount/],
    ['a lease without its token', without('access', 0), /lease login\/1 has no token/],
    ['a token without its lease', without('leases', 0), /token t has no lease/],
    ['a token without its accessor', without('access', 1), /token t has no accessor/],
    ['data of a deleted mount', added('storage', { pk: 'n', sk: 'data/y' }), /left of mount n/],
    [
      'a cubbyhole of a deleted token',
      added('storage', { pk: 'cubbyhole#y', sk: 'u/mine' }),
      /cubbyhole of y has no token/,
    ],
    [
      'an entry for a deleted child',
      added('access', { pk: 'children#t#0', sk: 'token#u', tokenHash: 'u' }),
      /lists token#u/,
    ],
    [
      'a claim without a migration',
      added('migrations', { pk: 'claim#1', sk: '.', kind: 'claim', migrationId: 'other' }),
      /claim of nothing/,
    ],
  ])('finds %s', (_, tables, sentence) => {
    expect(violations(tables, 'ended').join('\n')).toMatch(sentence);
  });

  it.each<[string, Tables, RegExp]>([
    [
      'an old lease that was issued before a successful move',
      changed('leases', 0, { generation: 0, issuedAt: 5 }),
      /lease login\/1 is stored after the success of move/,
    ],
    [
      'a lease of a token that was issued before such a move',
      added('leases', {
        ...lease,
        pk: 'n#1',
        sk: 'creds/1',
        issuedAt: 5,
        lineage: { mounts: { m: 0, n: 0 } },
      }),
      /lease creds\/1 is stored after the success of move/,
    ],
    [
      'a failure that is still open',
      { ...valid(), migrations: [{ ...failure, open: 'open#0', nextLook: 1 }] },
      /has failed and is open/,
    ],
  ])('finds, midway, %s', (_, tables, sentence) => {
    expect(violations(tables, 'midway').join('\n')).toMatch(sentence);
  });

  it('allows late writes of a request in flight, midway', () => {
    const tables = changed('leases', 0, { generation: 0, issuedAt: 11 });
    expect(violations(tables, 'midway')).toEqual([]);
    expect(violations(tables, 'ended')).not.toEqual([]);
  });

  it('allows a damaged lease that need not be revoked yet', () => {
    expect(violations(changed('leases', 0, { owns: undefined, kind: 'secret' }), 'ended')).toEqual([]);
  });

  it('allows an irrevocable lease, and what belongs to it', () => {
    const tables = changed('leases', 0, { generation: 0, issuedAt: 5, irrevocable: 'it is damaged' });
    const otp = { pk: 'm', sk: 'otp/1', lineage: { mounts: { m: 0 }, tokens: ['t'] } };
    tables.storage.push({ ...otp, lease: { mountUuid: 'm', path: 'login/1' } });
    expect(violations(tables, 'midway')).toEqual([]);
    expect(violations(tables, 'ended')).toEqual([]);
    tables.storage.push({ ...otp, sk: 'otp/2' });
    expect(violations(tables, 'ended')).toEqual(['m otp/2 is from before the switch']);
  });

  it.each<[string, Tables, Tables, RegExp]>([
    [
      'a success that fails later',
      valid(),
      { ...valid(), migrations: [failure] },
      /move was success, and is failure/,
    ],
    ['a success that is deleted', valid(), without('migrations', 0), /move was success, and is undefined/],
    [
      'a failure with another reason later',
      { ...valid(), migrations: [failure] },
      { ...valid(), migrations: [{ ...failure, error: { code: 'source_gone', message: 'no' } }] },
      /move was failure, and is failure source_gone/,
    ],
  ])('finds %s', (_, before, after, sentence) => {
    expect(changedEnds(before, after).join('\n')).toMatch(sentence);
    expect(changedEnds(before, before)).toEqual([]);
  });

  it('allows a migration in progress to end', () => {
    const before = changed('migrations', 0, { status: 'in-progress', phase: 'switched' });
    expect(changedEnds(before, valid())).toEqual([]);
  });
});
