import { beforeEach, describe, expect, it } from 'vitest';
import { accessorClaimKey } from '../../functions/store/keys.ts';
import type { CallOptions } from '../support/call.ts';
import { front } from './support/front.ts';
import { type TableCluster, tableCluster } from './support/tableCluster.ts';

const f = front();
let cluster: TableCluster;

beforeEach(() => {
  cluster = tableCluster({
    namespaces: {
      '': {
        mounts: { 'a/': 'kv', 'b/': 'kv', 'c/': 'pki', 'auth/people/': 'userpass', 'auth/login/': 'approle' },
      },
      'team/': { mounts: { 'kv/': 'kv', 'other/': 'kv' } },
    },
    tokens: { root: { policies: { '': ['root'] } } },
  });
});

const bulk = (body: object, options: CallOptions = {}) =>
  f.calls(cluster)('POST', 'sys/remount/bulk', { ...options, body: { dry_run: true, ...body } });

const moves = (...pairs: [from: string, to: string][]) => pairs.map(([from, to]) => ({ from, to }));

describe('the plan of a run on a cluster', () => {
  it('orders chains, and says which rows a row waits for', async () => {
    const { status, body } = await bulk({ moves: moves(['a', 'b'], ['b', 'd'], ['c', 'e']) });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.data).toMatchObject({ total: 3, transactions: 3, problems: [] });
    const plan = body.data.moves as { row: number; chunk: number; group: number; after?: number[] }[];
    expect(plan.map(({ after }) => after)).toEqual([[2], undefined, undefined]);
    const [waiting, first] = plan;
    expect(first?.chunk).toBe(waiting?.chunk);
    expect(first?.group).toBeLessThan(waiting?.group ?? 0);
  });

  it('tells what would be copied, what stays valid, and how many leases end', async () => {
    const { body } = await bulk({
      moves: moves(['a', 'team/a'], ['c', 'd'], ['auth/people', 'auth/staff']),
    });
    expect(body.data.moves).toMatchObject([
      { row: 1, copies_keys: true },
      { row: 2, copies_keys: false },
      { row: 3, copies_keys: false },
    ]);
    expect(body.data.moves.every(({ leases }: { leases: number }) => leases === 0)).toBe(true);
    expect(body.data.remarks).toEqual([
      'the cluster copies every key under a lock, which all other changes of its mounts wait for',
      'revoking its leases revokes the certificates that they stand for',
      'batch tokens, and orphans that its tokens have created, stay valid: a cluster cannot revoke them here',
    ]);
  });

  it('has all moves across namespaces in one chunk', async () => {
    const { body } = await bulk({
      moves: moves(['a', 'team/a'], ['b', 'z'], ['team/kv', 'kv'], ['c', 'y'], ['team/other', 'o']),
      max_concurrency: 5,
    });
    const plan = body.data.moves as { chunk: number; copies_keys: boolean }[];
    const chunks = (copied: boolean) =>
      plan.filter((m) => m.copies_keys === copied).map(({ chunk }) => chunk);
    expect(new Set(chunks(true)).size).toBe(1);
    expect(new Set([...chunks(true), ...chunks(false)]).size).toBe(3);
  });
});

describe('a run on a cluster is refused', () => {
  it.each([
    [
      'atomic',
      { atomic: true },
      'atomic is not possible on a cluster, which moves one mount after the other',
    ],
    ['an option', { drain_concurrency: 65 }, 'drain_concurrency is a number from 1 to 64'],
  ])('for %s', async (_, more, text) => {
    const { status, body } = await bulk({ moves: moves(['a', 'z']), ...more });
    expect({ status, errors: body.errors }).toEqual({ status: 400, errors: [text] });
  });

  const CYCLE =
    'a cycle of 2 moves, and a cluster makes one move after the other: move one of the mounts to a free path first, in a run of its own';

  it.each([
    ['a cycle', moves(['c', 'z'], ['a', 'b'], ['b', 'a']), [[2, CYCLE]]],
    ['a cycle across namespaces', moves(['a', 'team/kv'], ['team/kv', 'a']), [[1, CYCLE]]],
  ])('for %s', async (_, asked, expected) => {
    const { body } = await bulk({ moves: asked });
    const problems = body.data.problems as { row: number; message: string }[];
    expect(problems.map(({ row, message }) => [row, message])).toEqual(expected);
  });

  it('when it copies and may not, and for the auth method that the service logs in by', async () => {
    const asked = moves(['a', 'team/a'], ['auth/login', 'auth/other']);
    Object.assign(cluster, { loginPath: { namespace: '', path: 'auth/login/' } });
    const { status, body } = await bulk({ moves: asked, dry_run: false });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      'row 1: for a move into another namespace the cluster copies every key of the mount under a lock, and can leave it half moved; allow_copy permits that',
      'row 2: the service itself logs in at "auth/login/" (service_login)',
    ]);
  });
});

it('a run on a cluster keeps its options, also as CSV with a query', async () => {
  const query = { on_revoke_error: 'force', allow_copy: 'true', stale_nodes: 'report', max_refusal_s: '9' };
  const headers = { 'content-type': 'text/csv' };
  const sent = await f.send(cluster, {
    method: 'POST',
    rawPath: '/v1/sys/remount/bulk',
    query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]])),
    headers: { ...headers, 'x-vault-token': 'root' },
    body: Buffer.from('from,to\na,team/a\n'),
  });
  expect(sent.status, String(sent.body)).toBe(200);
  const id = JSON.parse(String(sent.body)).data.bulk_id;
  const { body } = await f.calls(cluster)('GET', `sys/remount/bulk/${id}`);
  expect(body.data.bulk_info).toMatchObject({
    max_concurrency: 2,
    cluster: {
      on_revoke_error: 'force',
      drain_concurrency: 16,
      max_refusal_s: 9,
      allow_copy: true,
      stale_nodes: 'report',
      refresh_nodes: 'none',
      waiting_for: null,
      nodes: [],
    },
  });
  // Nothing is claimed before a row is started.
  const [entry] = [...(await cluster.mounts('')).values()];
  expect(await f.records.store.get(accessorClaimKey(entry?.accessor ?? ''))).toBeUndefined();
});
