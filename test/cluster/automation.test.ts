import { beforeEach, describe, expect, it } from 'vitest';
import { findRun } from '../../functions/bulk/readRun.ts';
import { startRequested } from '../../functions/events/requestedRemount.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { runScheduled } from '../../functions/schedules/runScheduled.ts';
import { front } from './support/front.ts';
import { type TableCluster, tableCluster } from './support/tableCluster.ts';

const f = front();
let cluster: TableCluster;
let serial = 0;
let name: string;

const ALL = 'path "sys/remount*" { capabilities = ["create", "read", "update", "list", "delete", "sudo"] }';

beforeEach(() => {
  name = `m${++serial}`;
  cluster = tableCluster({
    namespaces: { '': { mounts: { [`${name}/`]: 'kv' }, policies: { mover: ALL, reader: '' } } },
    tokens: { root: { policies: { '': ['root'] } } },
  });
});

const OPTIONS = { on_revoke_error: 'force', drain_concurrency: 4 };
const CHOSEN = { onRevokeError: 'force', drainConcurrency: 4 };

describe('an event in front of a cluster', () => {
  const request = (detail: object, policies: string[]) =>
    startRequested(f.depsOf(cluster), { id: f.records.ids.uuid(), account: '1', detail }, policies);

  it('starts a move, with its options', async () => {
    const started = await request({ from: name, to: `${name}-moved`, ...OPTIONS }, ['mover']);
    const { migration_id: id } = started as { migration_id: string };
    expect(await readMigration(f.records, id)).toMatchObject({ cluster: { options: CHOSEN } });
    expect(f.records.started.at(-1)).toMatchObject({ machine: 'cluster', id });
  });

  it('starts a run, with its options', async () => {
    const started = await request({ moves: [{ from: name, to: `${name}-moved` }], ...OPTIONS }, ['mover']);
    const { bulk_id: id } = started as { bulk_id: string };
    expect((await findRun(f.records.store, id))?.run).toMatchObject({ cluster: CHOSEN });
  });

  it('starts nothing that the policies of the cluster do not allow', async () => {
    for (const policies of [['reader'], ['unknown'], []])
      await expect(request({ from: name, to: `${name}-moved` }, policies)).rejects.toMatchObject({
        status: 403,
      });
  });
});

describe('a schedule in front of a cluster', () => {
  const planned = () => new Date(Math.ceil(f.records.clock.now() / 1_000) * 1_000).toISOString();

  async function schedule(): Promise<string> {
    const body = {
      moves: [{ from: name, to: `${name}-moved` }],
      ...OPTIONS,
      schedule: 'rate(1 day)',
      policies: ['mover'],
    };
    const { status, text } = await f.calls(cluster)('POST', `sys/remount/schedules/${name}`, { body });
    expect(status, text).toBe(200);
    return [...f.records.timetables.keys()].find((id) => id.includes(name)) as string;
  }

  it('starts a run, with its options, and asks the cluster anew for what its policies allow', async () => {
    const id = await schedule();
    const woken = await runScheduled(f.depsOf(cluster), { id, planned: planned() });
    const { bulk_id: bulkId } = woken as { bulk_id: string };
    expect((await findRun(f.records.store, bulkId))?.run).toMatchObject({ cluster: CHOSEN });
  });

  it('starts nothing any more when the cluster has taken the right away', async () => {
    const id = await schedule();
    Object.assign(cluster.tables.namespaces[''] as object, { policies: { mover: '' } });
    await expect(runScheduled(f.depsOf(cluster), { id, planned: planned() })).rejects.toMatchObject({
      status: 403,
    });
  });
});
