/** Secrets engines: enabling, listing, disabling (contract §3). */

import { describe, expect, it } from 'vitest';
import { engine, kv1, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { mountObject, mountPaths } from './snapshots.ts';
import { NOT_AUTHORIZED, noRoute, refused, UUID, wrapped } from './texts.ts';

function enable(path: string, body: object, namespace?: string) {
  return call('POST', `sys/mounts/${path}`, { namespace, body });
}

describe('a secrets engine', () => {
  it('is enabled, shown, used and disabled', async () => {
    const path = unique('kv');
    expect((await enable(path, { type: 'kv', description: 'mine' })).status).toBe(204);
    const mount = await mountObject(path);
    expect(mount).toMatchObject({
      type: 'kv',
      description: 'mine',
      accessor: expect.stringMatching(/^kv_[0-9a-f]{8}$/),
      uuid: expect.stringMatching(UUID),
      local: false,
      seal_wrap: false,
      external_entropy_access: false,
      config: { default_lease_ttl: 0, max_lease_ttl: 0, force_no_cache: false },
    });
    expect((await must('GET', 'sys/mounts')).body.data[`${path}/`]).toEqual(mount);
    await must('POST', `${path}/k`, { body: { a: 1 } });
    expect((await call('DELETE', `sys/mounts/${path}`)).status).toBe(204);
    expect(await call('GET', `sys/mounts/${path}`)).toMatchObject(
      refused(`No secret engine mount at ${path}/`),
    );
    expect(await call('GET', `${path}/k`)).toMatchObject(noRoute(`${path}/k`));
    expect((await call('DELETE', `sys/mounts/${path}`)).status).toBe(204);
  });

  it('shows all settings that it was enabled with, in the table and at the top level', async () => {
    const path = unique('kv');
    const config = {
      default_lease_ttl: '1h',
      max_lease_ttl: '7200',
      force_no_cache: true,
      listing_visibility: 'hidden',
      audit_non_hmac_request_keys: ['a'],
      audit_non_hmac_response_keys: ['b'],
      passthrough_request_headers: ['X-One'],
      allowed_response_headers: ['X-Two'],
    };
    const settings = { options: { version: '2' }, local: true, seal_wrap: true };
    const sent = { body: { type: 'kv', config, ...settings } };
    expect((await call('PUT', `sys/mounts/${path}`, sent)).status).toBe(204);
    const { body } = await must('GET', 'sys/mounts');
    expect(body.data[`${path}/`]).toMatchObject({
      ...settings,
      plugin_version: '',
      running_plugin_version: expect.stringMatching(/^v.*\+builtin/),
      running_sha256: '',
      deprecation_status: 'supported',
      config: { ...config, default_lease_ttl: 3_600, max_lease_ttl: 7_200 },
    });
    expect(body[`${path}/`]).toEqual(body.data[`${path}/`]);
    const { data, ...top } = (await must('GET', `sys/mounts/${path}/some/secret`)).body;
    expect(data).toEqual(body.data[`${path}/`]);
    expect(top).toMatchObject({ type: 'kv', uuid: data.uuid });
  });

  it('has only the options that it was given, and kv has several type names', async () => {
    for (const [type, options] of [
      ['kv', {}],
      ['kv-v1', { version: '1' }],
      ['kv-v2', { version: '2' }],
    ] as const)
      expect(await mountObject(await engine(type))).toMatchObject({ type: 'kv', options });
    expect((await mountObject(await engine('plugin', { plugin_name: 'ssh' }))).type).toBe('ssh');
  });

  it('of the type generic is kv of version 1, and is always told under its own name', async () => {
    const path = await engine('generic');
    const read = { mount: `sys/mounts/${path}`, page: `sys/internal/ui/mounts/${path}` };
    const listed = (await must('GET', 'sys/mounts')).body.data[`${path}/`];
    for (const data of [
      listed,
      (await must('GET', read.mount)).body.data,
      (await must('GET', read.page)).body.data,
    ]) {
      expect(data).toMatchObject({ type: 'generic', options: {} });
      expect(data.accessor).toMatch(/^generic_[0-9a-f]{8}$/);
      expect(data).not.toHaveProperty('deprecation_status');
    }
    await must('POST', `${path}/secret`, { body: { a: 1 } });
    expect((await must('GET', `${path}/secret`)).body.data).toEqual({ a: 1 });
  });

  it('of the type generic has no version until it is tuned', async () => {
    const body = { type: 'generic', options: { version: '2' } };
    expect(await call('POST', `sys/mounts/${unique('generic')}`, { body })).toMatchObject(
      refused('secrets engine "generic" does not allow setting a version'),
    );
    const path = await engine('generic');
    await must('POST', `sys/mounts/${path}/tune`, { body: { options: { version: '2' } } });
    expect(await mountObject(path)).toMatchObject({ type: 'generic', options: { version: '2' } });
  });

  it('is not listed by LIST, and not disabled by a path inside it', async () => {
    const path = await kv1();
    for (const table of ['sys/mounts', 'sys/auth'])
      expect(await call('GET', `${table}?list=true`)).toMatchObject({
        status: 404,
        body: { errors: [wrapped('unsupported path')] },
      });
    for (const elsewhere of [`${path}/x`, unique('nope')])
      expect((await call('DELETE', `sys/mounts/${elsewhere}`)).status).toBe(204);
    expect(await mountPaths('mounts')).toContain(`${path}/`);
  });

  it('is new and empty when it is enabled again after it was disabled', async () => {
    const path = await kv1();
    await must('POST', `${path}/k`, { body: { a: 1 } });
    const { uuid } = await mountObject(path);
    await must('DELETE', `sys/mounts/${path}`);
    await kv1(undefined, path);
    expect((await mountObject(path)).uuid).not.toBe(uuid);
    expect((await call('GET', `${path}/k`)).status).toBe(404);
  });

  it('is refused at the path of another, and below it [48]', async () => {
    const taken = await kv1();
    for (const path of [taken, `${taken}/x`])
      expect(await enable(path, { type: 'kv' })).toMatchObject(
        refused(`path is already in use at ${taken}/`),
      );
  });

  it('is refused above another, and allowed beside it [53]', async () => {
    const top = unique('top');
    await kv1(undefined, `${top}/a/123`);
    expect(await enable(top, { type: 'kv' })).toMatchObject(
      refused(`path is already in use at ${top}/a/123/`),
    );
    await kv1(undefined, `${top}/a/12`);
    await kv1(undefined, `${top}/a/1234`);
    await kv1(undefined, `${top}ping`);
    expect((await mountPaths('mounts')).filter((path) => path.startsWith(top))).toHaveLength(4);
  });

  it('and a namespace cannot have the same path, even on repeated tries [51] [52]', async () => {
    const outer = await newNamespace();
    for (const at of [undefined, outer]) {
      const [mount, nested, child] = [unique('foo'), unique('foo'), unique('bar')];
      await kv1(at, mount);
      await kv1(at, `${nested}/x`);
      for (const name of [mount, mount, nested, nested]) {
        const { status, body } = await call('POST', `sys/namespaces/${name}`, { namespace: at, body: {} });
        expect(status).toBe(400);
        expect(body.errors[0]).toMatch(/^new namespace conflicts with existing mount: /);
      }
      await newNamespace(at, child);
      for (const path of [child, `${child}/baz`, child]) {
        const { status, body } = await enable(path, { type: 'kv' }, at);
        expect(status).toBe(400);
        expect(body.errors[0]).toMatch(/^existing mount at /);
      }
      await kv1(at, `${child}x`);
    }
  });

  it('needs rights on its own path below sys/mounts, and no sudo', async () => {
    const path = unique('kv');
    const token = await tokenWith(policyOf([`sys/mounts/${path}`, 'create', 'update', 'delete']));
    const body = { type: 'kv' };
    expect(await call('POST', `sys/mounts/${path}`, { token, body })).toMatchObject({ status: 204 });
    expect(await call('POST', `sys/mounts/${path}x`, { token, body })).toMatchObject(NOT_AUTHORIZED);
    expect(await call('GET', 'sys/mounts', { token })).toMatchObject(NOT_AUTHORIZED);
    expect(await call('DELETE', `sys/mounts/${path}`, { token })).toMatchObject({ status: 204 });
  });

  it('of one namespace is not listed in another', async () => {
    const namespace = await newNamespace();
    const path = await engine('ssh', { namespace });
    expect(await mountPaths('mounts', namespace)).toEqual(
      expect.arrayContaining([`${path}/`, 'sys/', 'cubbyhole/', 'identity/']),
    );
    expect(await mountPaths('mounts')).not.toContain(`${path}/`);
  });

  it('that is built in is shown without options, and has another type in a namespace', async () => {
    const namespace = await newNamespace();
    for (const [at, prefix] of [
      [undefined, ''],
      [namespace, 'ns_'],
    ] as const) {
      const { data } = (await must('GET', 'sys/mounts', { namespace: at })).body;
      for (const [path, type, seal_wrap, headers] of [
        ['sys/', 'system', true, { passthrough_request_headers: ['Accept'] }],
        ['identity/', 'identity', false, { passthrough_request_headers: ['Authorization'] }],
        ['cubbyhole/', 'cubbyhole', false, {}],
      ] as const) {
        const own = { type: prefix + type, accessor: expect.stringMatching(`^${type}_[0-9a-f]{8}$`) };
        expect(data[path]).toMatchObject({ ...own, options: null, seal_wrap });
        const config = { default_lease_ttl: 0, max_lease_ttl: 0, force_no_cache: false, ...headers };
        expect(data[path].config).toMatchObject(config);
        expect(data[path]).not.toHaveProperty('deprecation_status');
        const tune = (await must('GET', `sys/mounts/${path}tune`, { namespace: at })).body.data;
        expect(tune).toMatchObject(headers);
      }
      const { data: methods } = (await must('GET', 'sys/auth', { namespace: at })).body;
      expect(methods['token/']).toMatchObject({
        type: `${prefix}token`,
        accessor: expect.stringMatching(/^auth_token_[0-9a-f]{8}$/),
        options: null,
        config: { token_type: at ? 'default' : 'default-service' },
      });
    }
  });

  it('that is built in accepts only the tuning of its audit settings', async () => {
    const namespace = await newNamespace();
    for (const path of ['sys', 'cubbyhole', 'identity']) {
      const lists = { audit_non_hmac_request_keys: ['a'], audit_non_hmac_response_keys: ['b'] };
      await must('POST', `sys/mounts/${path}/tune`, { namespace, body: lists });
      expect((await must('GET', `sys/mounts/${path}/tune`, { namespace })).body.data).toMatchObject(lists);
      expect(await mountObject(path, namespace)).toMatchObject({ config: lists });
      const more = await call('POST', `sys/mounts/${path}/tune`, {
        namespace,
        body: { max_lease_ttl: '1h' },
      });
      expect(more).toMatchObject(refused(`cannot tune parameter max_lease_ttl of ${path}/`));
    }
  });

  it('that is built in cannot be disabled', async () => {
    for (const path of ['sys', 'cubbyhole', 'identity'])
      expect(await call('DELETE', `sys/mounts/${path}`)).toMatchObject(refused(`cannot unmount "${path}/"`));
  });
});
