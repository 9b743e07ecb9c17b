import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type RemountService, remountService } from './remountService.ts';

const DAY_MS = 86_400_000;

let service: RemountService;
let a: Namespace;
let below: Namespace;
/** In the order of the requests. */
const ids: string[] = [];

beforeAll(async () => {
  service = await remountService();
  const { deps } = service;
  a = await placeNamespace(deps, ROOT, 'a');
  await placeNamespace(deps, ROOT, 'b');
  below = await placeNamespace(deps, a, 'below');
  await placeMount(deps, 'kv/');
  await placeMount(deps, 'kv/', { namespaceId: a.id });
  await placeMount(deps, 'kv/', { namespaceId: below.id });
  ids.push(await service.move('kv', 'one'));
  deps.clock.pass(40 * DAY_MS);
  ids.push(await service.move('a/kv', 'b/kv', { reason: 'tenants' }));
  ids.push(await service.move('below/kv', 'below/new', {}, { namespace: 'a/' }));
  ids.push(await service.accept('one', 'two'));
});
afterAll(() => service.deps.stop());

async function list(query: Record<string, string> = {}, namespace = ''): Promise<string[]> {
  const lists = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]]));
  const { status, body } = await service.call('LIST', 'sys/remount/status', { query: lists, namespace });
  if (status === 404) return [];
  expect(status, JSON.stringify(body)).toBe(200);
  expect(Object.keys(body.data.key_info).sort()).toEqual([...body.data.keys].sort());
  return body.data.keys;
}

describe('the list of migrations', () => {
  it('has all of them, newest first, over months', async () => {
    expect(await list()).toEqual([...ids].reverse());
  });

  it('shows the same as the status of each', async () => {
    const { body } = await service.call('LIST', 'sys/remount/status');
    expect(body.data.key_info[ids[1] as string]).toEqual(await service.info(ids[1] as string));
  });

  it('can be read page by page', async () => {
    const [first, second, third, fourth] = [...ids].reverse() as [string, string, string, string];
    expect(await list({ limit: '2' })).toEqual([first, second]);
    expect(await list({ limit: '2', after: second })).toEqual([third, fourth]);
    expect(await list({ after: fourth })).toEqual([]);
  });

  it.each([
    ['status', { status: 'in-progress' }, [3]],
    ['status', { status: 'success' }, [2, 1, 0]],
    ['source', { source: 'a/kv' }, [1]],
    ['target', { target: 'b/kv/' }, [1]],
    ['a part of the source', { source: 'V' }, [2, 1, 0]],
    ['a part of the target', { target: ' Ne ' }, [2, 0]],
    ['a part that no source has', { source: 'kv/a' }, []],
    ['both', { source: 'kv', target: 'b/' }, [1]],
    ['time', { since: '30d' }, [3, 2, 1]],
    ['time', { since: '2000-01-01T00:00:00Z' }, [3, 2, 1, 0]],
    ['bulk run', { bulk_id: 'none' }, []],
  ])('can be narrowed by %s: %j', async (_, query, found) => {
    expect(await list(query)).toEqual(found.map((i) => ids[i]));
  });

  it('shows a namespace the migrations with source or target in it or below, and no others', async () => {
    expect(await list({}, 'a/')).toEqual([ids[2], ids[1]]);
    expect(await list({}, 'b/')).toEqual([ids[1]]);
    expect(await list({}, 'a/below/')).toEqual([ids[2]]);
    expect(await list({ source: 'below/kv' }, 'a/')).toEqual([ids[2]]);
    expect(await list({ source: 'a/below' }, 'a/')).toEqual([ids[2]]);
  });

  it.each([
    [{ after: 'nonsense' }, 'no migration has the id given as after'],
    [{ since: 'yesterday' }, 'since is neither a time nor a duration'],
    [{ status: 'done' }, 'status is one of in-progress, success, failure'],
  ])('refuses %j', async (query, text) => {
    const lists = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]]));
    const { status, body } = await service.call('LIST', 'sys/remount/status', { query: lists });
    expect({ status, errors: body.errors }).toEqual({ status: 400, errors: [text] });
  });

  it('does not continue after a migration that the namespace does not see', async () => {
    const query = { after: [ids[0] as string] };
    expect((await service.call('LIST', 'sys/remount/status', { query, namespace: 'b/' })).status).toBe(400);
  });
});

describe('the status of a migration', () => {
  it('shows phase, times, requester and reason', async () => {
    expect(await service.info(ids[1] as string)).toEqual({
      source_mount: 'a/kv/',
      target_mount: 'b/kv/',
      source_namespace: 'a/',
      target_namespace: 'b/',
      status: 'success',
      phase: 'done',
      revokes: 'leases',
      progress: { leases_total: null, leases_revoked: 0, leases_irrevocable: 0 },
      error: null,
      created_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      switched_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      finished_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      requested_by: { display_name: 'root', accessor: expect.stringMatching(/^\w{24}$/), namespace: '' },
      reason: 'tenants',
      undo_of: null,
      bulk_id: null,
    });
  });

  it('has an entity tag, and is not sent again to a client that sends the tag', async () => {
    const path = `sys/remount/status/${ids[0]}`;
    const { headers } = await service.call('GET', path);
    const etag = headers.ETag as string;
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    for (const tags of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
      const again = await service.call('GET', path, { headers: { 'if-none-match': tags } });
      expect(again).toMatchObject({ status: 304, text: '', headers: { ETag: etag } });
    }
    const changed = await service.call('GET', path, { headers: { 'if-none-match': '"other"' } });
    expect(changed).toMatchObject({ status: 200, headers: { ETag: etag } });
  });

  it('is found at the Location of the start', async () => {
    await placeMount(service.deps, 'kv2/', { namespaceId: a.id });
    for (const [path, namespace] of [
      ['sys/remount', 'a/'],
      ['a/sys/remount', ''],
    ] as const) {
      const { headers } = await service.call('POST', path, { namespace, body: { from: 'kv2', to: 'kv3' } });
      expect(headers['Retry-After']).toBe('1');
      const location = (headers.Location as string).replace('/v1/', '');
      expect((await service.call('GET', location, { namespace })).status).toBe(200);
    }
  });

  it('refuses a reason that is too long', async () => {
    const body = { from: 'two', to: 'three', reason: 'x'.repeat(1_025) };
    expect(await service.call('POST', 'sys/remount', { body })).toMatchObject({ status: 400 });
  });
});
