/** kv version 1: a secret is the object last written to its path (contract §9.1). */

import { beforeAll, describe, expect, it } from 'vitest';
import { kv1, must, policyOf, tokenWith } from './fresh.ts';
import { call } from './http.ts';
import { NOT_AUTHORIZED, NOT_FOUND, refused, wrapped } from './texts.ts';

const MERGE = { headers: { 'Content-Type': 'application/merge-patch+json' } };

/** The lease duration on a mount without lease settings, in seconds. */
const DEFAULT_TTL = 2_764_800;

let kv: string;
beforeAll(async () => {
  kv = await kv1();
});

describe('a secret of version 1', () => {
  it('is written, read, replaced, listed and deleted', async () => {
    const path = `${kv}/dir/a`;
    expect(await call('POST', path, { body: { a: 1, b: [true, null] } })).toMatchObject({
      status: 204,
      text: '',
    });
    expect((await must('GET', path)).body.data).toEqual({ a: 1, b: [true, null] });
    await must('PUT', path, { body: { c: 'd' } });
    expect((await must('GET', path)).body.data).toEqual({ c: 'd' });
    for (const _ of [1, 2]) expect(await call('DELETE', path)).toMatchObject({ status: 204, text: '' });
    expect(await call('GET', path)).toMatchObject(NOT_FOUND);
    expect(await call('GET', `${kv}/dir?list=true`)).toMatchObject(NOT_FOUND);
  });

  it('is listed with its neighbours in order, directories with a slash', async () => {
    const own = await kv1();
    for (const key of ['b', 'a/x', 'a', 'a/y/z', 'c/d'])
      await must('POST', `${own}/${key}`, { body: { a: 1 } });
    expect((await must('GET', `${own}?list=true`)).body.data).toEqual({ keys: ['a', 'a/', 'b', 'c/'] });
    expect((await must('GET', `${own}/a?list=true`)).body.data).toEqual({ keys: ['x', 'y/'] });
  });

  it('returns its numbers exactly as they were sent', async () => {
    const text = '{"big":12345678901234567890,"exact":1.50,"tiny":1e-7}';
    await must('POST', `${kv}/numbers`, { body: text });
    expect((await must('GET', `${kv}/numbers`)).text).toContain(text);
  });

  it('cannot be empty or patched', async () => {
    for (const body of [{}, undefined])
      expect(await call('POST', `${kv}/x`, { body })).toMatchObject(refused('missing data fields'));
    expect(await call('PATCH', `${kv}/x`, { body: { a: 1 }, ...MERGE })).toMatchObject({
      status: 405,
      body: { errors: [wrapped('unsupported operation')] },
    });
  });

  it.each<[object, number]>([
    [{ ttl: '90s' }, 90],
    [{ ttl: 120 }, 120],
    [{ lease: '1h' }, 3_600],
    [{ ttl: 'soon' }, DEFAULT_TTL],
    [{ a: 1 }, DEFAULT_TTL],
  ])('%j has a lease duration of %j seconds, but no lease', async (secret, lease_duration) => {
    await must('POST', `${kv}/ttl`, { body: secret });
    expect((await must('GET', `${kv}/ttl`)).body).toMatchObject({
      lease_duration,
      lease_id: '',
      renewable: false,
      data: secret,
    });
  });

  it('needs one capability to be created and another to be replaced', async () => {
    const token = await tokenWith(policyOf([`${kv}/*`, 'create']));
    const sent = { token, body: { a: 1 } };
    expect(await call('POST', `${kv}/created`, sent)).toMatchObject({ status: 204 });
    expect(await call('POST', `${kv}/created`, sent)).toMatchObject(NOT_AUTHORIZED);
  });
});
