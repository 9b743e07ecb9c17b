/** The answers to the start of a remount and to reads of its status (contract §1.4, §1.5). */

import { beforeAll, describe, expect, it } from 'vitest';
import { kv1, newNamespace, unique } from './fresh.ts';
import { call, rawCall } from './http.ts';
import { move, settled, start } from './moving.ts';
import { improved, NOT_FOUND, UUID, wrapped } from './texts.ts';

const UNKNOWN = '11111111-1111-4111-8111-111111111111';

describe('the start of a remount', () => {
  it('answers at once with the id, in data and at the top level, and says that the move is queued [2] [20]', async () => {
    const { status, body } = await start(await kv1(), unique('moved'));
    expect(status).toBe(200);
    expect(body).toEqual({
      migration_id: expect.stringMatching(UUID),
      request_id: expect.stringMatching(UUID),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: { migration_id: body.migration_id },
      wrap_info: null,
      warnings: [
        expect.stringMatching(
          /^Mount move has been queued\. Progress will be reported in \w+'s server log, tagged with the returned migration_id$/,
        ),
      ],
      auth: null,
    });
    await settled(body.migration_id);
  });

  it('answers with JSON that ends in a line break and must not be cached', async () => {
    const { headers, text } = await start(await kv1(), unique('moved'));
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text.endsWith('}\n')).toBe(true);
  });
});

describe('the status of a remount', () => {
  let id: string;
  let source: string;
  const target = unique('moved');
  beforeAll(async () => {
    source = await kv1();
    id = await move(source, target);
  });

  it('has source, target and state, in data and at the top level [3]', async () => {
    const { status, body } = await call('GET', `sys/remount/status/${id}`);
    const info = { source_mount: `${source}/`, target_mount: `${target}/`, status: 'success' };
    // This service adds fields. Clients of the reference ignore them.
    const data = { migration_id: id, migration_info: expect.objectContaining(info) };
    expect(status).toBe(200);
    expect(body).toEqual({
      ...data,
      request_id: expect.stringMatching(UUID),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data,
      wrap_info: null,
      warnings: null,
      auth: null,
    });
  });

  it('no longer changes once it is final, whatever happens to the mount', async () => {
    const first = await call('GET', `sys/remount/status/${id}`);
    const further = unique('moved');
    await move(target, further);
    await call('DELETE', `sys/mounts/${further}`);
    const later = await call('GET', `sys/remount/status/${id}`);
    expect(later.body.data).toEqual(first.body.data);
    await kv1(undefined, target);
  });

  it.each([UNKNOWN, 'nonsense', 'a%20b', 'x'.repeat(3_000), '%F0%9F%94%91'])(
    'of an unknown migration is not found (%#)',
    async (unknown) => {
      expect(await call('GET', `sys/remount/status/${unknown}`)).toMatchObject(NOT_FOUND);
    },
  );

  it.each(['sys/remount/status', 'sys/remount/status/'])(
    'without an id is an unsupported path (%s)',
    async (path) => {
      const { status, body } = await call('GET', path);
      expect({ status, body }).toEqual({ status: 404, body: { errors: [wrapped('unsupported path')] } });
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'LIST'])('has no operation %s', async (method) => {
    const { status, body } = await rawCall(method, `/v1/sys/remount/status/${id}`);
    expect({ status, body }).toEqual({ status: 405, body: { errors: [wrapped('unsupported operation')] } });
  });

  improved('read right after the start is final already', async () => {
    for (let round = 0; round < 5; round++) {
      const began = Date.now();
      const started = await start(await kv1(), unique('moved'));
      const answer = await call('GET', `sys/remount/status/${started.body.migration_id}`);
      expect(answer.body.data.migration_info.status).toBe('success');
      expect(Date.now() - began).toBeLessThan(3_000);
    }
  });
});

describe('the status of a remount between namespaces', () => {
  const parent = unique('parent');
  const [source, target, beside, below] = ['source', 'target', 'beside', 'source/below'].map(
    (name) => `${parent}/${name}`,
  ) as [string, string, string, string];
  let id: string;
  beforeAll(async () => {
    await newNamespace(undefined, parent);
    await Promise.all(['source', 'target', 'beside'].map((name) => newNamespace(parent, name)));
    await newNamespace(source, 'below');
    await kv1(source, 'kv');
    id = await move('source/kv', 'target/a/kv', { namespace: parent });
  });

  it('names both mounts by their full paths, in each namespace that may read it', async () => {
    const info = { source_mount: `${source}/kv/`, target_mount: `${target}/a/kv/`, status: 'success' };
    for (const namespace of [undefined, parent, source, target])
      expect(await settled(id, { namespace })).toMatchObject(info);
    const byPath = await call('GET', `${parent}/sys/remount/status/${id}`);
    expect(byPath.body.data.migration_info).toMatchObject(info);
  });

  improved('is not found in a namespace that has neither source nor target', async () => {
    for (const namespace of [beside, below])
      expect(await call('GET', `sys/remount/status/${id}`, { namespace })).toMatchObject(NOT_FOUND);
  });
});
