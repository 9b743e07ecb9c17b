import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrationIdOf } from '../../functions/bulk/rowRecord.ts';
import { migrationKey } from '../../functions/store/keys.ts';
import { locate } from '../../functions/tree/locate.ts';
import type { Mount } from '../../functions/tree/mount.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { runBulk } from '../support/workflow.ts';
import { type BulkService, bulkService } from './bulkService.ts';

let service: BulkService;
let deps: BulkService['deps'];
let ns: Namespace;

beforeAll(async () => {
  service = await bulkService();
  deps = service.deps;
});
afterAll(() => service.stop());
beforeEach(async () => {
  ns = await placeNamespace(deps, ROOT, deps.ids.base62(8));
});

function place(path: string, more: Partial<Mount> = {}): Promise<Mount> {
  return placeMount(deps, `${path}/`, { namespaceId: ns.id, ...more });
}

function call(method: string, path: string, body?: unknown, namespace = ns.path) {
  return service.call(method, `sys/remount/${path}`, { namespace, body });
}

/** A run that has ended: two moves succeeded, and one failed because its target was taken. */
async function endedRun(): Promise<string> {
  for (const path of ['a', 'b', 'c']) await place(path);
  const moves = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'x' },
    { from: 'c', to: 'y' },
  ];
  const id = await service.start({ moves, reason: 'tidy' }, ns.path);
  await place('y');
  await runBulk(deps, id);
  return id;
}

async function uuidAt(path: string): Promise<string | undefined> {
  return (await locate(deps.store, ns.path + path)).mount?.uuid;
}

describe('the moves of a run', () => {
  it('are listed in the order of the request, each under the id of its migration', async () => {
    const id = await endedRun();
    const { body } = await call('LIST', `bulk/${id}`);
    const [first, second, third] = body.data.keys;
    expect(body.data.key_info[third]).toMatchObject({
      row: 3,
      status: 'failure',
      error: { code: 'target_in_use' },
    });
    expect(body.data.key_info[first]).toMatchObject({
      row: 1,
      source_mount: `${ns.path}a/`,
      target_mount: `${ns.path}b/`,
      status: 'success',
      error: null,
      finished_time: expect.stringMatching(/Z$/),
    });
    const query = { after: [first], limit: ['1'] };
    const page = await service.call('LIST', `sys/remount/bulk/${id}`, { namespace: ns.path, query });
    expect(page.body.data.keys).toEqual([second]);
  });

  it('are kept longer than the run', async () => {
    const id = await endedRun();
    const run = await deps.store.get(migrationKey(id));
    for (const row of [1, 2, 3]) {
      const migration = await deps.store.get(migrationKey(migrationIdOf(id, row)));
      expect(migration?.ttl).toBeGreaterThan(run?.ttl as number);
    }
  });

  it('are ordinary migrations: they have a status, are listed, and can be undone one by one', async () => {
    const id = await endedRun();
    const { body } = await call('LIST', `bulk/${id}`);
    const [first, second, third] = body.data.keys;
    const status = await call('GET', `status/${second}`);
    expect(status.body.data.migration_info).toMatchObject({
      status: 'success',
      bulk_id: id,
      reason: 'tidy',
      source_mount: `${ns.path}b/`,
      requested_by: { display_name: 'root' },
    });
    expect((await call('GET', `status/${third}`)).body.data.migration_info).toMatchObject({
      status: 'failure',
    });
    const listed = await service.call('LIST', 'sys/remount/status', {
      namespace: ns.path,
      query: { bulk_id: [id] },
    });
    expect(new Set(listed.body.data.keys)).toEqual(new Set(body.data.keys));
    expect((await call('POST', `undo/${first}`, {})).status).toBe(200);
  });

  it('have ids that are the same in each answer', async () => {
    const id = await endedRun();
    const ids = async () => (await call('LIST', `bulk/${id}`)).body.data.keys;
    expect(await ids()).toEqual(await ids());
    for (const key of await ids())
      expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('the list of runs', () => {
  it('is newest first, in pages, and visible in the namespaces above', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      await place(`m${i}`);
      ids.unshift(await service.start({ moves: [{ from: `m${i}`, to: `n${i}` }] }, ns.path));
      deps.clock.pass(5);
    }
    const list = async (query: Record<string, string[]> = {}, namespace = ns.path) =>
      (await service.call('LIST', 'sys/remount/bulk', { namespace, query })).body.data;
    expect((await list()).keys).toEqual(ids);
    expect((await list()).key_info[ids[0] ?? '']).toMatchObject({ status: 'in-progress' });
    expect((await list({ limit: ['2'] })).keys).toEqual(ids.slice(0, 2));
    expect((await list({ after: [ids[1] ?? ''] })).keys).toEqual(ids.slice(2));
    expect((await list({}, '')).keys).toEqual(expect.arrayContaining(ids));
  });

  it('and the runs are not visible beside or below their namespace', async () => {
    const id = await endedRun();
    const beside = await placeNamespace(deps, ROOT, deps.ids.base62(8));
    const below = await placeNamespace(deps, ns, 'below');
    for (const other of [beside.path, below.path]) {
      for (const [method, path, body] of [
        ['GET', `bulk/${id}`],
        ['LIST', `bulk/${id}`],
        ['LIST', 'bulk'],
        ['GET', `bulk/report/${id}`],
        ['POST', `bulk/cancel/${id}`, {}],
        ['POST', `bulk/undo/${id}`, {}],
      ] as const) {
        expect((await call(method, path, body, other)).status, `${method} ${path}`).toBe(404);
      }
    }
  });
});

describe('the status of a run', () => {
  it('is not sent again if the client has it already', async () => {
    const id = await endedRun();
    const { headers } = await call('GET', `bulk/${id}`);
    const again = await service.call('GET', `sys/remount/bulk/${id}`, {
      namespace: ns.path,
      headers: { 'if-none-match': headers.ETag ?? '' },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });
});

describe('the report of a run', () => {
  it('is a line of JSON for each move', async () => {
    const id = await endedRun();
    const { status, headers, text } = await report(id);
    expect([status, headers['Content-Type']]).toEqual([200, 'application/x-ndjson']);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ row, status: outcome }) => [row, outcome])).toEqual([
      [1, 'success'],
      [2, 'success'],
      [3, 'failure'],
    ]);
    expect(lines[2].error).toEqual({
      code: 'target_in_use',
      message: `path already in use at "${ns.path}y/"`,
    });
  });

  it('can be CSV, quoted where needed', async () => {
    const id = await endedRun();
    const { headers, text } = await report(id, { format: ['csv'] });
    expect(headers['Content-Type']).toBe('text/csv; charset=utf-8');
    const lines = text.split('\r\n');
    expect(lines[0]).toBe(
      'row,migration_id,source_mount,target_mount,status,error_code,error_message,finished_time',
    );
    expect(lines[3]).toContain(
      `,${ns.path}c/,${ns.path}y/,failure,target_in_use,"path already in use at ""${ns.path}y/""",`,
    );
    expect(lines).toHaveLength(5);
  });

  it('begins after a row, and has no other formats', async () => {
    const id = await endedRun();
    expect((await report(id, { after: ['2'] })).text.trimEnd().split('\n')).toHaveLength(1);
    expect(await report(id, { format: ['xml'] })).toMatchObject({ status: 400 });
  });

  function report(id: string, query: Record<string, string[]> = {}) {
    return service.call('GET', `sys/remount/bulk/report/${id}`, { namespace: ns.path, query });
  }
});

describe('a cancellation', () => {
  it('before the first move skips everything, and may be repeated', async () => {
    const mount = await place('a');
    const id = await service.start({ moves: [{ from: 'a', to: 'b' }] }, ns.path);
    const first = await call('POST', `bulk/cancel/${id}`, { reason: 'no' });
    expect(first.body.data).toMatchObject({
      bulk_id: id,
      bulk_info: { status: 'in-progress', cancel_reason: 'no' },
    });
    const second = await call('POST', `bulk/cancel/${id}`, { reason: 'other' });
    expect(second.body.data.bulk_info.cancel_reason).toBe('no');
    await runBulk(deps, id);
    expect(await service.info(id, ns.path)).toMatchObject({
      status: 'failure',
      error: { code: 'cancelled' },
      progress: { skipped: 1, succeeded: 0 },
    });
    expect(await uuidAt('a')).toBe(mount.uuid);
  });

  it('after the end is refused, and the error names the undo', async () => {
    const id = await endedRun();
    expect(await call('POST', `bulk/cancel/${id}`, {})).toMatchObject({
      status: 409,
      body: { errors: [`the bulk run has ended; sys/remount/bulk/undo/${id} takes it back`] },
    });
  });
});

describe('an undo', () => {
  it('is a run that moves the mounts back, chains included', async () => {
    const id = await endedRun();
    const [a, b, c] = await Promise.all(['b', 'x', 'c'].map(uuidAt));
    const preview = await call('POST', `bulk/undo/${id}`, { dry_run: true });
    expect(preview.body.data).toMatchObject({ dry_run: true, undo_of: id, total: 2, problems: [] });

    const { status, body } = await call('POST', `bulk/undo/${id}`, { reason: 'back' });
    expect([status, body.data.undo_of, body.data.total]).toEqual([200, id, 2]);
    await runBulk(deps, body.data.bulk_id);

    expect(await Promise.all(['a', 'b', 'c'].map(uuidAt))).toEqual([a, b, c]);
    expect(await service.info(body.data.bulk_id, ns.path)).toMatchObject({
      status: 'success',
      undo_of: id,
      reason: 'back',
    });
    const first = (await call('LIST', `bulk/${body.data.bulk_id}`)).body.data.keys[0];
    const original = (await call('LIST', `bulk/${id}`)).body.data.keys[0];
    expect((await call('GET', `status/${first}`)).body.data.migration_info.undo_of).toBe(original);
  });

  it('can be requested above the namespace of the run', async () => {
    const id = await endedRun();
    const { body } = await call('POST', `bulk/undo/${id}`, {}, '');
    await runBulk(deps, body.data.bulk_id);
    expect((await service.info(body.data.bulk_id)).status).toBe('success');
  });

  it('is refused, row by row, where a mount has moved on or its old place is taken', async () => {
    const id = await endedRun();
    const away = await service.start({ moves: [{ from: 'x', to: 'elsewhere' }] }, ns.path);
    await runBulk(deps, away);
    await runBulk(deps, await service.start({ moves: [{ from: 'elsewhere', to: 'x' }] }, ns.path));
    await place('a/inner');
    expect(await call('POST', `bulk/undo/${id}`, {})).toMatchObject({
      status: 400,
      body: {
        errors: [
          `row 1: path already in use at "${ns.path}a/inner/"`,
          `row 2: the mount is no longer at "${ns.path}x/" as the migration has left it`,
        ],
      },
    });
  });

  it('is refused while the run is in progress, and when it has moved nothing', async () => {
    await place('a');
    const id = await service.start({ moves: [{ from: 'a', to: 'b' }] }, ns.path);
    expect(await call('POST', `bulk/undo/${id}`, {})).toMatchObject({
      status: 409,
      body: { errors: ['the bulk run is still in progress'] },
    });
    await call('POST', `bulk/cancel/${id}`, {});
    await runBulk(deps, id);
    expect(await call('POST', `bulk/undo/${id}`, {})).toMatchObject({
      status: 400,
      body: { errors: ['no move of the bulk run has succeeded'] },
    });
  });
});
