/** kv, both versions: the ordinary way of a secret (contract §9). */

import { beforeAll, describe, expect, it } from 'vitest';
import { kv1, kv2, must, unique } from './fresh.ts';
import { call } from './http.ts';
import { NOT_FOUND, refused, wrapped } from './texts.ts';

const MERGE = { headers: { 'Content-Type': 'application/merge-patch+json' } };

describe('a secret of version 1', () => {
  let kv: string;
  beforeAll(async () => {
    kv = await kv1();
  });

  it('is written, read, replaced, listed and deleted', async () => {
    const path = `${kv}/dir/a`;
    expect((await call('POST', path, { body: { a: 1, b: [true, null] } })).status).toBe(204);
    expect((await must('GET', path)).body.data).toEqual({ a: 1, b: [true, null] });
    await must('PUT', path, { body: { c: 'd' } });
    expect((await must('GET', path)).body.data).toEqual({ c: 'd' });
    expect((await must('GET', `${kv}?list=true`)).body.data.keys).toEqual(['dir/']);
    expect((await call('DELETE', path)).status).toBe(204);
    expect(await call('GET', path)).toMatchObject(NOT_FOUND);
    expect(await call('GET', `${kv}/dir?list=true`)).toMatchObject(NOT_FOUND);
  });

  it('cannot be empty or patched', async () => {
    expect(await call('POST', `${kv}/x`, { body: {} })).toMatchObject(refused('missing data fields'));
    expect(await call('PATCH', `${kv}/x`, { body: { a: 1 }, ...MERGE })).toMatchObject({
      status: 405,
      body: { errors: [wrapped('unsupported operation')] },
    });
  });

  it('has the lease duration that it says itself', async () => {
    await must('POST', `${kv}/ttl`, { body: { ttl: '90s' } });
    expect((await must('GET', `${kv}/ttl`)).body).toMatchObject({ lease_duration: 90, lease_id: '' });
  });
});

describe('a secret of version 2', () => {
  let kv: string;
  beforeAll(async () => {
    kv = await kv2();
  });

  async function write(key: string, data: object, options: object = {}) {
    return call('POST', `${kv}/data/${key}`, { body: { data, options } });
  }

  it('has a version for every write', async () => {
    const key = unique('app');
    expect((await write(key, { a: 1 })).body.data).toMatchObject({
      version: 1,
      deletion_time: '',
      destroyed: false,
      custom_metadata: null,
    });
    expect((await write(key, { a: 2 })).body.data.version).toBe(2);
    expect((await must('GET', `${kv}/data/${key}`)).body.data).toMatchObject({
      data: { a: 2 },
      metadata: { version: 2 },
    });
    expect((await must('GET', `${kv}/data/${key}?version=1`)).body.data.data).toEqual({ a: 1 });
    expect(await call('GET', `${kv}/data/${key}?version=3`)).toMatchObject(NOT_FOUND);
  });

  it('that is deleted is not found but says so, and comes back', async () => {
    const key = unique('app');
    await write(key, { a: 1 });
    expect((await call('DELETE', `${kv}/data/${key}`)).status).toBe(204);
    const { status, body } = await call('GET', `${kv}/data/${key}`);
    expect(status).toBe(404);
    expect(body).not.toHaveProperty('errors');
    expect(body.data).toMatchObject({ data: null, metadata: { version: 1, destroyed: false } });
    expect(body.data.metadata.deletion_time).not.toBe('');
    await must('POST', `${kv}/undelete/${key}`, { body: { versions: [1] } });
    expect((await must('GET', `${kv}/data/${key}`)).body.data.data).toEqual({ a: 1 });
    await must('PUT', `${kv}/destroy/${key}`, { body: { versions: [1] } });
    const destroyed = await call('GET', `${kv}/data/${key}`);
    expect(destroyed).toMatchObject({
      status: 404,
      body: { data: { data: null, metadata: { destroyed: true } } },
    });
  });

  it('is guarded by check-and-set', async () => {
    const key = unique('app');
    const mismatch = refused('check-and-set parameter did not match the current version');
    expect(await write(key, { a: 1 }, { cas: 1 })).toMatchObject(mismatch);
    expect(await write(key, { a: 1 }, { cas: 0 })).toMatchObject({ status: 200 });
    expect(await write(key, { a: 2 }, { cas: 0 })).toMatchObject(mismatch);
    await must('POST', `${kv}/metadata/${key}`, { body: { cas_required: true } });
    expect(await write(key, { a: 2 })).toMatchObject(
      refused('check-and-set parameter required for this call'),
    );
  });

  it('written ten times at once with the same check-and-set is written once', async () => {
    const key = unique('app');
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => write(key, { i }, { cas: 0 })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await must('GET', `${kv}/metadata/${key}`)).body.data.current_version).toBe(1);
  });

  it('is patched in part', async () => {
    const key = unique('app');
    await write(key, { a: 1, b: { c: 2 } });
    const body = { data: { a: null, b: { d: 3 } } };
    expect((await must('PATCH', `${kv}/data/${key}`, { body, ...MERGE })).body.data.version).toBe(2);
    expect((await must('GET', `${kv}/data/${key}`)).body.data.data).toEqual({ b: { c: 2, d: 3 } });
    const absent = await call('PATCH', `${kv}/data/${unique('nope')}`, { body, ...MERGE });
    expect({ status: absent.status, text: absent.text }).toEqual({ status: 404, text: '' });
  });

  it('has metadata of its own, and is gone with them', async () => {
    const key = unique('app');
    await must('POST', `${kv}/metadata/${key}`, { body: { max_versions: 2, custom_metadata: { a: 'b' } } });
    for (let i = 1; i <= 3; i++) await write(key, { i });
    expect((await must('GET', `${kv}/metadata/${key}`)).body.data).toMatchObject({
      current_version: 3,
      oldest_version: 2,
      max_versions: 2,
      custom_metadata: { a: 'b' },
    });
    expect((await call('DELETE', `${kv}/metadata/${key}`)).status).toBe(204);
    expect(await call('GET', `${kv}/metadata/${key}`)).toMatchObject(NOT_FOUND);
    expect(await call('GET', `${kv}/data/${key}`)).toMatchObject(NOT_FOUND);
  });

  it('without data is refused, and a path of version 1 is pointed to the right one', async () => {
    expect(await call('POST', `${kv}/data/x`, { body: {} })).toMatchObject(refused('no data provided'));
    const { status, body } = await call('GET', `${kv}/x`);
    expect(status).toBe(404);
    expect(body.data).toBeNull();
    expect(body.warnings[0]).toMatch(/^Invalid path for a versioned K\/V secrets engine\./);
  });
});
