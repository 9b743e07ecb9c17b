/** Policies: writing, reading, listing, and what they allow (contract §5). */

import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { kv1, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { NOT_AUTHORIZED, NOT_FOUND, refused } from './texts.ts';

const TEXT = 'path "secret/*" { capabilities = ["read"] }\n';

/** What the policy `default` gives (contract §5.4). */
const OF_DEFAULT: Record<string, string[]> = {
  'auth/token/lookup-self': ['read'],
  'auth/token/renew-self': ['update'],
  'auth/token/revoke-self': ['update'],
  'sys/capabilities-self': ['update'],
  'sys/internal/ui/resultant-acl': ['read'],
  'sys/leases/renew': ['update'],
  'sys/leases/lookup': ['update'],
  'cubbyhole/a': ['create', 'delete', 'list', 'read', 'update'],
  'sys/wrapping/wrap': ['update'],
  'sys/wrapping/lookup': ['update'],
  'sys/wrapping/unwrap': ['update'],
  'sys/tools/hash': ['update'],
  'sys/tools/hash/sha2-256': ['update'],
};

describe('a policy', () => {
  it('is written, read, listed and deleted under either path', async () => {
    const name = unique('policy');
    const policy = 'path "secret/*" {\n  capabilities = ["read"]\n}\n';
    expect((await call('PUT', `sys/policies/acl/${name}`, { body: { policy } })).status).toBe(204);
    expect((await must('GET', `sys/policies/acl/${name}`)).body.data).toMatchObject({ name, policy });
    expect((await must('GET', `sys/policy/${name}`)).body.data).toMatchObject({ name, rules: policy });
    expect((await must('GET', 'sys/policies/acl?list=true')).body.data.keys).toEqual(
      expect.arrayContaining([name, 'default', 'root']),
    );
    expect((await must('GET', 'sys/policy')).body.policies).toContain(name);
    expect((await call('DELETE', `sys/policies/acl/${name}`)).status).toBe(204);
    expect(await call('GET', `sys/policies/acl/${name}`)).toMatchObject(NOT_FOUND);
    expect((await call('DELETE', `sys/policies/acl/${name}`)).status).toBe(204);
  });

  it('is shown with its version', async () => {
    const path = `sys/policies/acl/${unique('policy')}`;
    await must('PUT', path, { body: { policy: TEXT } });
    await must('PUT', path, { body: { policy: TEXT } });
    expect((await must('GET', path)).body.data).toMatchObject({
      version: 2,
      cas_required: false,
      allow_wildcards_in_identity_templates: false,
      allow_slashes_in_identity_templates: false,
      modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  it('may be sent in base64, and at the old path as rules, with a warning', async () => {
    const name = unique('policy');
    const read = async () => (await must('GET', `sys/policies/acl/${name}`)).body.data.policy;
    await must('PUT', `sys/policies/acl/${name}`, { body: { policy: btoa(TEXT) } });
    expect(await read()).toBe(TEXT);
    const { status, body } = await call('PUT', `sys/policy/${name}`, { body: { rules: `${TEXT}#` } });
    expect(status).toBe(200);
    expect(body.warnings).toEqual(["'rules' is deprecated, please use 'policy' instead"]);
    expect(await read()).toBe(`${TEXT}#`);
    expect((await must('GET', `sys/policy/${name}`)).body.rules).toBe(`${TEXT}#`);
  });

  it('with a slash in its name is listed after the others', async () => {
    const namespace = await newNamespace();
    for (const name of ['a/b', 'z', 'b'])
      await must('PUT', `sys/policies/acl/${name}`, { namespace, body: { policy: TEXT } });
    const { data } = (await must('GET', 'sys/policies/acl?list=true', { namespace })).body;
    expect(data.keys).toEqual(['b', 'default', 'z', 'a/b']);
  });

  it('has its name in lower case', async () => {
    const name = unique('policy');
    const written = await call('PUT', `sys/policies/acl/${name.toUpperCase()}`, { body: { policy: TEXT } });
    expect(written).toMatchObject({ status: 204, text: '' });
    expect((await must('GET', `sys/policies/acl/${name}`)).body.data.name).toBe(name);
  });

  it('is guarded by check-and-set, which may be required', async () => {
    const path = `sys/policies/acl/${unique('policy')}`;
    const write = (more: object) => call('PUT', path, { body: { policy: TEXT, ...more } });
    expect(await write({ cas: 5 })).toMatchObject({ status: 400 });
    expect(await write({ cas: -1, cas_required: true })).toMatchObject({ status: 204 });
    expect(await write({})).toMatchObject({ status: 400 });
    expect(await write({ cas: -1 })).toMatchObject({ status: 400 });
    expect(await write({ cas: 1, cas_required: true })).toMatchObject({ status: 204 });
    expect((await must('GET', path)).body.data).toMatchObject({ version: 2, cas_required: true });
  });

  it('expires at its time, and so do the rights that it gave', async () => {
    const kv = await kv1();
    const name = unique('policy');
    const path = `sys/policies/acl/${name}`;
    await must('PUT', path, { body: { policy: policyOf([`${kv}/*`, 'read']), ttl: '4s' } });
    const created = await must('POST', 'auth/token/create', { body: { policies: [name] } });
    const token = created.body.auth.client_token;
    expect(await call('GET', `${kv}/k`, { token })).toMatchObject(NOT_FOUND);
    expect((await must('GET', path)).body.data).toHaveProperty('expiration');
    await eventually(() => call('GET', `${kv}/k`, { token }), 403);
    await eventually(() => call('GET', path), 404);
    const past = { policy: TEXT, expiration: '2001-01-01T00:00:00Z' };
    expect((await call('PUT', path, { body: past })).status).toBe(400);
  });

  it('named default may be replaced in each namespace, and one named root may not', async () => {
    const namespace = await newNamespace();
    const at = { namespace };
    const body = { policy: policyOf(['auth/token/lookup-self', 'deny']) };
    expect(await call('PUT', 'sys/policies/acl/root', { body })).toMatchObject(
      refused('cannot update "root" policy'),
    );
    expect((await must('GET', 'sys/policies/acl/root')).body.data).toMatchObject({ policy: '' });
    expect((await must('GET', 'sys/policies/acl/default', at)).body.data.policy).toContain('lookup-self');
    await must('PUT', 'sys/policies/acl/default', { ...at, body });
    expect((await must('GET', 'sys/policies/acl/default', at)).body.data).toMatchObject(body);
    const sent = { ...at, body: { policies: ['default'] } };
    const token = (await must('POST', 'auth/token/create', sent)).body.auth.client_token;
    expect(await call('GET', 'auth/token/lookup-self', { ...at, token })).toMatchObject(NOT_AUTHORIZED);
  });

  it('named default lets a token manage itself, and nothing more', async () => {
    const { body } = await must('POST', 'auth/token/create', { body: { policies: ['default'] } });
    const token = body.auth.client_token;
    const paths = [
      ...Object.keys(OF_DEFAULT),
      'sys/remount',
      'sys/remount/status/x',
      'sys/mounts',
      'secret/a',
    ];
    const { data } = (await must('POST', 'sys/capabilities-self', { token, body: { paths } })).body;
    for (const path of paths) expect([path, data[path]]).toEqual([path, OF_DEFAULT[path] ?? ['deny']]);
  });

  it('is listed in order, with root last and without the one for wrapping', async () => {
    const name = unique('policy');
    await must('PUT', `sys/policies/acl/${name}`, { body: { policy: TEXT } });
    const { keys } = (await must('GET', 'sys/policies/acl?list=true')).body.data;
    expect(keys.at(-1)).toBe('root');
    expect(keys.slice(0, -1)).toEqual([...keys.slice(0, -1)].sort());
    expect(keys).not.toContain('response-wrapping');
    for (const path of ['sys/policy', 'sys/policy?list=true']) {
      const { body } = await must('GET', path);
      expect(body.data.keys).toContain(name);
      expect(body.policies).toEqual(body.data.keys);
      expect(body.data.policies).toEqual(body.data.keys);
    }
  });

  it('named root or default cannot be deleted', async () => {
    expect(await call('DELETE', 'sys/policies/acl/root')).toMatchObject(
      refused('cannot delete "root" policy'),
    );
    expect(await call('DELETE', 'sys/policies/acl/default')).toMatchObject(
      refused('cannot delete default policy'),
    );
  });

  it('allows what it names and nothing else', async () => {
    const kv = await kv1();
    await must('POST', `${kv}/a/b`, { body: { x: 1 } });
    const token = await tokenWith(
      policyOf([`${kv}/a/*`, 'read'], [`${kv}/new`, 'create'], [`${kv}/a/no`, 'deny']),
    );
    expect(await call('GET', `${kv}/a/b`, { token })).toMatchObject({ status: 200 });
    expect(await call('GET', `${kv}/a/no`, { token })).toMatchObject(NOT_AUTHORIZED);
    expect(await call('GET', `${kv}/other`, { token })).toMatchObject(NOT_AUTHORIZED);
    expect(await call('POST', `${kv}/a/b`, { token, body: { x: 2 } })).toMatchObject(NOT_AUTHORIZED);
    expect(await call('GET', `${kv}/a?list=true`, { token })).toMatchObject(NOT_AUTHORIZED);
    expect(await call('POST', `${kv}/new`, { token, body: { x: 1 } })).toMatchObject({ status: 204 });
    expect(await call('POST', `${kv}/new`, { token, body: { x: 2 } })).toMatchObject(NOT_AUTHORIZED);
  });

  it('that is changed or deleted affects its tokens at once', async () => {
    const kv = await kv1();
    const name = unique('policy');
    const path = `sys/policies/acl/${name}`;
    await must('PUT', path, { body: { policy: policyOf([`${kv}/*`, 'list']) } });
    const created = await must('POST', 'auth/token/create', { body: { policies: [name] } });
    const token = created.body.auth.client_token;
    expect(await call('GET', `${kv}/k`, { token })).toMatchObject(NOT_AUTHORIZED);
    await must('PUT', path, { body: { policy: policyOf([`${kv}/+`, 'read']) } });
    expect(await call('GET', `${kv}/k`, { token })).toMatchObject(NOT_FOUND);
    await must('DELETE', path);
    expect(await call('GET', `${kv}/k`, { token })).toMatchObject(NOT_AUTHORIZED);
  });

  it('of a namespace applies there and below, and can be read only there', async () => {
    const outer = await newNamespace();
    const inner = await newNamespace(outer);
    const kv = await kv1(inner);
    const name = inner.slice(outer.length + 1);
    const token = await tokenWith(policyOf([`${name}/${kv}/*`, 'read'], [`${kv}/*`, 'read']), outer);
    expect(await call('GET', `${kv}/k`, { token, namespace: inner })).toMatchObject(NOT_FOUND);
    expect(await call('GET', `${inner}/${kv}/k`, { token })).toMatchObject(NOT_FOUND);
    expect(await call('GET', `${kv}/k`, { token })).toMatchObject(NOT_AUTHORIZED);
    expect(await call('GET', `sys/policies/acl/${unique('x')}`, { namespace: inner })).toMatchObject(
      NOT_FOUND,
    );
  });

  it('decides the capabilities that a token reads', async () => {
    const token = await tokenWith(policyOf(['secret/a', 'read', 'update'], ['secret/b', 'deny']));
    const paths = ['secret/a', 'secret/b', 'secret/c'];
    const { body } = await must('POST', 'sys/capabilities-self', { token, body: { paths } });
    expect(body.data).toMatchObject({
      'secret/a': ['read', 'update'],
      'secret/b': ['deny'],
      'secret/c': ['deny'],
    });
    const root = await must('POST', 'sys/capabilities-self', { body: { path: 'any' } });
    expect(root.body).toMatchObject({ capabilities: ['root'], data: { any: ['root'] } });
  });
});
