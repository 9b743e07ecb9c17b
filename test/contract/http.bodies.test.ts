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
  it('that is a form is read like JSON, with the values of repeated keys joined', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    await must('POST', `${kv}/form`, { body: 'a=1&b=x%20y&b=z', headers });
    expect((await must('GET', `${kv}/form`)).body.data).toEqual({ a: '1', b: 'x y,z' });
    for (const body of ['a=%zz', 'a=1;b=2', 'a&'.repeat(10_000)])
      expect(await call('POST', `${kv}/form`, { body, headers })).toMatchObject(
        refused('error parsing form data'),
      );
    await must('POST', `${kv}/form`, { body: ' {"a":1}', headers });
    expect((await must('GET', `${kv}/form`)).body.data).toEqual({ a: 1 });
    await must('DELETE', `${kv}/form`);
  });

  it('is ignored by a delete, and the query is ignored by a write', async () => {
    expect((await call('DELETE', `${kv}/nope`, { body: 'no JSON' })).status).toBe(204);
    await must('POST', `${kv}/query?b=2`, { body: { a: 1 } });
    expect((await must('GET', `${kv}/query`)).body.data).toEqual({ a: 1 });
    await must('DELETE', `${kv}/query`);
  });

  it('with unknown fields is still answered with 204 if the endpoint returns no data', async () => {
    const body = { type: 'kv', nonsense: 1 };
    expect((await call('POST', `sys/mounts/${unique('kv')}`, { body })).status).toBe(204);
  });

  it('with a field that the path also has gets a warning that the path counts', async () => {
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

  it('that begins with a byte order mark is no JSON', async () => {
    expect(await call('POST', `${kv}/marked`, { body: '\ufeff{"a":1}' })).toMatchObject(
      refused("failed to decode JSON input: invalid character '\\ufeff' looking for beginning of value"),
    );
  });

  it('without required fields is refused with a message, and not found has no message', async () => {
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
    ['+.5h', 1_800],
    [true, 1],
  ])('for a duration accepts %j', async (ttl, seconds) => {
    const { body } = await must('POST', 'auth/token/create', { body: { policies: ['default'], ttl } });
    expect(body.auth.lease_duration).toBe(seconds);
  });

  it.each([
    ['soon', 'time: invalid duration "soon"'],
    ['--1h', 'time: invalid duration "--1h"'],
    ['1x', 'time: unknown unit "x" in duration "1x"'],
    [1.5, 'time: missing unit in duration "1.5"'],
    ['1.5d', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    ['1d2h', 'time: unknown unit "d" in duration "1d2h"'],
    ['9999999999s', 'time: invalid duration "9999999999s"'],
    ['-1s', 'ttl must be positive'],
  ])('for a duration refuses %j', async (ttl, text) => {
    expect(await call('POST', 'auth/token/create', { body: { ttl } })).toMatchObject(refused(text));
  });

  it.each([
    ['display_name', {}, "'' expected type 'string', got unconvertible type 'map[string]interface {}'"],
    ['num_uses', 'x', "'' cannot parse value as 'int': strconv.ParseInt: invalid syntax"],
    ['num_uses', 1.5, "'' cannot parse value as 'int': strconv.ParseInt: invalid syntax"],
    ['renewable', 2, "'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax"],
    ['meta', 'x', 'invalid key pair at index 0 in field "meta"'],
    [
      'policies',
      ['a', {}],
      "decoding failed due to the following error(s):\n\n'[1]' expected type 'string', got unconvertible type 'map[string]interface {}'",
    ],
  ])('that is no good %s is refused in the words of Go: %j', async (field, value, why) => {
    expect(await call('POST', 'auth/token/create', { body: { [field]: value } })).toMatchObject(
      refused(`Field validation failed: error converting input for field "${field}": ${why}`),
    );
  });

  it('of a write that may create is refused with fewer words', async () => {
    expect(await call('POST', `${versioned}/data/typed`, { body: { data: 5 } })).toMatchObject(
      refused(
        `error converting input for field "data": '' expected type 'map[string]interface {}', got unconvertible type 'json.Number'`,
      ),
    );
  });

  it('for a list, an object or pairs accepts the other forms of Go', async () => {
    const made = async (body: object) =>
      (await must('POST', 'auth/token/create', { body: { policies: ['default'], ...body } })).body.auth;
    expect((await made({ policies: {} })).policies).toEqual(['root']);
    expect((await made({ meta: 'a=b=c' })).metadata).toEqual({ a: 'b=c' });
    expect((await made({ meta: ['a=1', 'b='] })).metadata).toEqual({ a: '1', b: '' });
    expect((await made({ meta: [{ a: 1 }, { b: null }] })).metadata).toEqual({ a: '1', b: '' });
    const body = { data: { a: 1 }, options: [] };
    expect((await call('POST', `${versioned}/data/forms`, { body })).status).toBe(200);
  });

  it('that is null counts as empty, not as absent', async () => {
    await must('POST', `sys/mounts/${versioned}/tune`, { body: { description: 'x' } });
    await must('POST', `sys/mounts/${versioned}/tune`, {
      body: { description: null, default_lease_ttl: null },
    });
    const { data } = (await must('GET', `sys/mounts/${versioned}/tune`)).body;
    expect(data).toMatchObject({ description: '', default_lease_ttl: 2_764_800 });
    const { auth } = (
      await must('POST', 'auth/token/create', { body: { policies: ['default'], renewable: null } })
    ).body;
    expect(auth.renewable).toBe(false);
  });

  it('for a list accepts a list, or a string with commas', async () => {
    for (const keys of [['a', 'b'], 'a, b']) {
      await must('POST', `sys/mounts/${versioned}/tune`, { body: { audit_non_hmac_request_keys: keys } });
      const { data } = (await must('GET', `sys/mounts/${versioned}/tune`)).body;
      expect(data.audit_non_hmac_request_keys).toEqual(['a', 'b']);
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
    ['twice in the query, which makes it a list', 'GET', 'version=1&version=2', 'version'],
    ['a string instead of an object', 'POST', '', 'custom_metadata'],
  ])('of the wrong type is refused, and the error names it: %s', async (_, method, query, field) => {
    const sent = method === 'POST' ? { body: { custom_metadata: 'text' } } : {};
    const path = method === 'POST' ? `sys/namespaces/${unique('typed')}` : `${versioned}/data/typed`;
    const { status, body } = await call(method, `${path}?${query}`, sent);
    expect({ status, errors: body.errors }).toEqual({
      status: 400,
      errors: [
        expect.stringMatching(`^Field validation failed: error converting input for field "${field}": .`),
      ],
    });
  });
});
