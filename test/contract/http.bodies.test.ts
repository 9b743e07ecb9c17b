/** How bodies, fields and the query of any request are read (contract §2.4). */

import { beforeAll, describe, expect, it } from 'vitest';
import { kv1, kv2, must, unique } from './fresh.ts';
import { call } from './http.ts';
import { NOT_FOUND, refused } from './texts.ts';

let kv: string;
let versioned: string;
beforeAll(async () => {
  [kv, versioned] = await Promise.all([kv1(), kv2()]);
});

describe('a body', () => {
  it('that is a form counts like JSON, repeated keys joined', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    await must('POST', `${kv}/form`, { body: 'a=1&b=x%20y&b=z', headers });
    expect((await must('GET', `${kv}/form`)).body.data).toEqual({ a: '1', b: 'x y,z' });
    await must('POST', `${kv}/form`, { body: ' {"a":1}', headers });
    expect((await must('GET', `${kv}/form`)).body.data).toEqual({ a: 1 });
    await must('DELETE', `${kv}/form`);
  });

  it('is not looked at where the verb deletes, nor is the query where it writes', async () => {
    expect((await call('DELETE', `${kv}/nope`, { body: 'no JSON' })).status).toBe(204);
    await must('POST', `${kv}/query?b=2`, { body: { a: 1 } });
    expect((await must('GET', `${kv}/query`)).body.data).toEqual({ a: 1 });
    await must('DELETE', `${kv}/query`);
  });

  it('with unknown fields stays 204 where there is nothing to say', async () => {
    const body = { type: 'kv', nonsense: 1 };
    expect((await call('POST', `sys/mounts/${unique('kv')}`, { body })).status).toBe(204);
  });

  it('that says what the path says too is told that the path counts', async () => {
    const path = unique('here');
    const { body } = await must('POST', `${versioned}/data/${path}`, {
      body: { path: 'elsewhere', strange: 1, data: { a: 1 } },
    });
    expect(body.warnings).toEqual([
      'Endpoint ignored these unrecognized parameters: [strange]',
      "Endpoint replaced the value of these parameters with the values captured from the endpoint's path: [path]",
    ]);
    expect((await call('GET', `${versioned}/data/elsewhere`)).status).toBe(404);
  });

  it('without all that is needed is refused in words, not found is not', async () => {
    expect(await call('POST', `${kv}/none`, { body: {} })).toMatchObject(refused('missing data fields'));
    expect(await call('GET', `${kv}/none`)).toMatchObject(NOT_FOUND);
  });
});

describe('a field', () => {
  it.each([
    [90, 90],
    ['90', 90],
    ['90s', 90],
    ['1m30s', 90],
    ['1.5m', 90],
    ['2d', 172_800],
  ])('for a time may say %j', async (ttl, seconds) => {
    const { body } = await must('POST', 'auth/token/create', { body: { policies: ['default'], ttl } });
    expect(body.auth.lease_duration).toBe(seconds);
  });

  it.each(['soon', '1x', '--1h'])('for a time cannot say %j', async (ttl) => {
    expect((await call('POST', 'auth/token/create', { body: { ttl } })).status).toBe(400);
  });

  it('for a list may be one, or a text with commas', async () => {
    const role = `auth/token/roles/${unique('role')}`;
    for (const allowed_policies of [['default', 'other'], 'other, default']) {
      await must('POST', role, { body: { allowed_policies } });
      expect((await must('GET', role)).body.data.allowed_policies).toEqual(['default', 'other']);
    }
  });

  it('of a read comes from the query', async () => {
    const path = `${versioned}/data/queried`;
    for (const a of [1, 2]) await must('POST', path, { body: { data: { a } } });
    expect((await must('GET', `${path}?version=1&list=false`)).body.data.data).toEqual({ a: 1 });
    expect((await call('GET', `${path}?version=x`)).status).toBe(400);
    expect((await must('GET', `${path}?zeta=1&version=2&alpha=`)).body.warnings).toEqual([
      'Endpoint ignored these unrecognized parameters: [alpha zeta]',
    ]);
  });

  it.each([
    ['said twice in the query, and then a list', 'GET', 'version=1&version=2', 'version'],
    ['a text where an object is due', 'POST', '', 'data'],
  ])('of the wrong type is refused by its name: %s', async (_, method, query, field) => {
    const sent = method === 'POST' ? { body: { data: 'text' } } : {};
    const { status, body } = await call(method, `${versioned}/data/typed?${query}`, sent);
    expect({ status, errors: body.errors }).toEqual({
      status: 400,
      errors: [
        expect.stringMatching(`^Field validation failed: error converting input for field "${field}": .`),
      ],
    });
  });
});
