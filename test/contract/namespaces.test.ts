/** Namespaces: creating, showing, changing, deleting (contract §4). */

import { describe, expect, it } from 'vitest';
import { must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call, rawCall } from './http.ts';
import { mountPaths } from './snapshots.ts';
import { NOT_AUTHORIZED, NOT_FOUND, refused, UUID } from './texts.ts';

const MERGE = { 'Content-Type': 'application/merge-patch+json' };

describe('a namespace', () => {
  it('is created, shown and listed, with its built-in mounts and policies', async () => {
    const name = unique('ns');
    const { body } = await must('POST', `sys/namespaces/${name}`, { body: { custom_metadata: { a: 'b' } } });
    expect(body.data).toMatchObject({
      uuid: expect.stringMatching(UUID),
      id: expect.stringMatching(/^[0-9A-Za-z]{6}$/),
      path: `${name}/`,
      custom_metadata: { a: 'b' },
    });
    expect((await must('GET', `sys/namespaces/${name}`)).body.data).toEqual(body.data);
    const list = (await rawCall('LIST', '/v1/sys/namespaces')).body.data;
    expect(list.keys).toContain(`${name}/`);
    expect(list.key_info[`${name}/`]).toEqual(body.data);
    expect((await mountPaths('mounts', name)).sort()).toEqual(['cubbyhole/', 'identity/', 'sys/']);
    expect(await mountPaths('auth', name)).toEqual(['token/']);
    const policies = await must('GET', 'sys/policies/acl?list=true', { namespace: name });
    expect(policies.body.data.keys).toContain('default');
  });

  it('belongs to the namespace that it is created in, and is listed only there', async () => {
    const outer = await newNamespace();
    const inner = await newNamespace(outer);
    const name = inner.slice(outer.length + 1);
    const { body } = await must('GET', `sys/namespaces/${name}`, { namespace: outer });
    expect(body.data.path).toBe(`${inner}/`);
    expect((await must('GET', 'sys/namespaces?list=true', { namespace: outer })).body.data.keys).toEqual([
      `${name}/`,
    ]);
    expect((await must('GET', 'sys/namespaces?list=true')).body.data.keys).not.toContain(`${name}/`);
    expect((await call('GET', 'sys/namespaces?list=true', { namespace: inner })).status).toBe(404);
  });

  it('is listed by a scan of any namespace above it', async () => {
    const outer = await newNamespace();
    const inner = await newNamespace(outer);
    await newNamespace(inner);
    const { data } = (await must('GET', 'sys/namespaces?scan=true', { namespace: outer })).body;
    expect(data.keys).toHaveLength(2);
    const [first, second] = [...data.keys].sort();
    expect(`${outer}/${first}`).toBe(`${inner}/`);
    expect(data.key_info[second].path).toBe(`${outer}/${second}`);
  });

  it('has its metadata replaced by a write and merged by a patch', async () => {
    const path = `sys/namespaces/${await newNamespace()}`;
    const metadata = async () => (await must('GET', path)).body.data.custom_metadata;
    await must('POST', path, { body: { custom_metadata: { a: '1', b: '2' } } });
    await must('PATCH', path, { body: { custom_metadata: { a: null, c: '3' } }, headers: MERGE });
    expect(await metadata()).toEqual({ b: '2', c: '3' });
    await must('POST', path, { body: { custom_metadata: { d: '4' } } });
    expect(await metadata()).toEqual({ d: '4' });
    await must('PATCH', path, { body: { custom_metadata: null }, headers: MERGE });
    expect((await metadata()) ?? {}).toEqual({});
    await must('POST', path, { body: { custom_metadata: { e: '5' } } });
    await must('POST', path, { body: {} });
    expect((await metadata()) ?? {}).toEqual({});
  });

  it('keeps its metadata when a PATCH says nothing of them', async () => {
    const path = `sys/namespaces/${await newNamespace()}`;
    await must('POST', path, { body: { custom_metadata: { a: 'b' } } });
    const { status, body } = await call('PATCH', path, { body: {}, headers: MERGE });
    expect({ status, metadata: body.data.custom_metadata }).toEqual({ status: 200, metadata: { a: 'b' } });
    const none = await call('PATCH', `sys/namespaces/${unique('none')}`, { body: {}, headers: MERGE });
    expect(none).toMatchObject(refused('namespace not found'));
  });

  it.each<[method: string, custom_metadata: unknown, text: string]>([
    ['POST', { a: 1 }, 'custom_metadata values must be strings'],
    ['POST', { a: null }, 'custom_metadata values must be strings'],
    ['PATCH', { a: 1 }, 'metadata patch can only have string or null values, got json.Number'],
    ['PATCH', { a: true }, 'metadata patch can only have string or null values, got bool'],
  ])('keeps its metadata when a %s with %j is refused', async (method, custom_metadata, text) => {
    const path = `sys/namespaces/${await newNamespace()}`;
    await must('POST', path, { body: { custom_metadata: { a: 'b' } } });
    const answer = await call(method, path, { body: { custom_metadata }, headers: MERGE });
    expect(answer).toMatchObject(refused(text));
    expect((await must('GET', path)).body.data.custom_metadata).toEqual({ a: 'b' });
  });

  it.each([
    ['a/b', 'namespace name cannot contain /'],
    ...['root', 'sys', 'audit', 'auth', 'cubbyhole', 'identity'].map((name) => [
      name,
      `"${name}/" is a reserved path and cannot be used as a namespace name`,
    ]),
    ['a%20b', '"a b" contains space characters that cannot be used in a namespace name'],
    ['a*', `"a*" contains wildcard characters that cannot be used in a namespace name: '*'`],
    ['a+', `"a+" contains wildcard characters that cannot be used in a namespace name: '+'`],
  ])('cannot be named %s', async (name, text) => {
    expect(await call('POST', `sys/namespaces/${name}`, { body: {} })).toMatchObject(refused(text as string));
  });

  it('cannot have an empty name', async () => {
    expect(await call('DELETE', 'sys/namespaces/%2F')).toMatchObject(
      refused('namespace name cannot be empty'),
    );
  });

  it('that is unknown is not found, and is deleted with a warning', async () => {
    const name = unique('nope');
    expect(await call('GET', `sys/namespaces/${name}`)).toMatchObject(NOT_FOUND);
    const patch = { body: { custom_metadata: {} }, headers: MERGE };
    expect(await call('PATCH', `sys/namespaces/${name}`, patch)).toMatchObject(
      refused('namespace not found'),
    );
    expect(await call('GET', 'sys/mounts', { namespace: name })).toMatchObject({
      status: 404,
      body: { errors: ['namespace not found'] },
    });
    const { status, body } = await call('DELETE', `sys/namespaces/${name}`);
    expect(status).toBe(200);
    expect(body.warnings).toEqual(['requested namespace does not exist']);
  });

  it('with children is not deleted', async () => {
    const outer = await newNamespace();
    await newNamespace(outer);
    expect(await call('DELETE', `sys/namespaces/${outer}`)).toMatchObject(
      refused('unable to delete namespace containing child namespaces'),
    );
  });

  it('needs rights on its own path below sys/namespaces', async () => {
    const name = unique('ns');
    const token = await tokenWith(policyOf([`sys/namespaces/${name}`, 'create', 'update', 'read']));
    expect(await call('POST', `sys/namespaces/${name}`, { token, body: {} })).toMatchObject({ status: 200 });
    expect(await call('POST', `sys/namespaces/${name}x`, { token, body: {} })).toMatchObject(NOT_AUTHORIZED);
    expect(await call('DELETE', `sys/namespaces/${name}`, { token })).toMatchObject(NOT_AUTHORIZED);
  });
});
