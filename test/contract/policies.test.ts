/** Policies: writing, reading, listing, and what they allow (contract §5). */

import { describe, expect, it } from 'vitest';
import { kv1, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { NOT_AUTHORIZED, NOT_FOUND, refused } from './texts.ts';

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

  it.each([
    ['without a text', unique('policy'), {}, /^'policy' parameter not supplied or empty$/],
    ['that is no policy', unique('policy'), { policy: 'path {' }, /^failed to parse policy: /],
    [
      'with an unknown capability',
      unique('policy'),
      { policy: 'path "a" { capabilities = ["foo"] }' },
      /^failed to parse policy: .*path "a": invalid capability "foo"/s,
    ],
    ['for root', 'root', { policy: 'path "a" { capabilities = ["read"] }' }, /^cannot update "root" policy$/],
  ])('is refused %s', async (_, name, body, text) => {
    const answer = await call('PUT', `sys/policies/acl/${name}`, { body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [expect.stringMatching(text)] } });
  });

  it('for root and the default one cannot be deleted', async () => {
    expect(await call('DELETE', 'sys/policies/acl/root')).toMatchObject(
      refused('cannot delete "root" policy'),
    );
    expect(await call('DELETE', 'sys/policies/acl/default')).toMatchObject(
      refused('cannot delete default policy'),
    );
  });

  it('allows what it says and nothing else', async () => {
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

  it('that changes changes what its tokens may do at once', async () => {
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

  it('of a namespace holds there and below, and its text is there alone', async () => {
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

  it('is asked about through the capabilities of a token', async () => {
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
