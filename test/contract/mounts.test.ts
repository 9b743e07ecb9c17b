/** Secrets engines: enabling, listing, disabling (contract §3). */

import { describe, expect, it } from 'vitest';
import { engine, kv1, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { mountObject, mountPaths } from './snapshots.ts';
import { NOT_AUTHORIZED, noRoute, refused, UUID } from './texts.ts';

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

  it('is new after being disabled: nothing of what it held is there', async () => {
    const path = await kv1();
    await must('POST', `${path}/k`, { body: { a: 1 } });
    const { uuid } = await mountObject(path);
    await must('DELETE', `sys/mounts/${path}`);
    await kv1(undefined, path);
    expect((await mountObject(path)).uuid).not.toBe(uuid);
    expect((await call('GET', `${path}/k`)).status).toBe(404);
  });

  it('is refused where one is, and below one [48]', async () => {
    const taken = await kv1();
    for (const path of [taken, `${taken}/x`])
      expect(await enable(path, { type: 'kv' })).toMatchObject(
        refused(`path is already in use at ${taken}/`),
      );
  });

  it('is refused above another, and may lie beside it [53]', async () => {
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

  it('keeps out of the way of namespaces, and they of it, however often one tries [51] [52]', async () => {
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

  it('needs rights on its own path in the table, and no sudo', async () => {
    const path = unique('kv');
    const token = await tokenWith(policyOf([`sys/mounts/${path}`, 'create', 'update', 'delete']));
    const body = { type: 'kv' };
    expect(await call('POST', `sys/mounts/${path}`, { token, body })).toMatchObject({ status: 204 });
    expect(await call('POST', `sys/mounts/${path}x`, { token, body })).toMatchObject(NOT_AUTHORIZED);
    expect(await call('GET', 'sys/mounts', { token })).toMatchObject(NOT_AUTHORIZED);
    expect(await call('DELETE', `sys/mounts/${path}`, { token })).toMatchObject({ status: 204 });
  });

  it('of one namespace is not in the table of another', async () => {
    const namespace = await newNamespace();
    const path = await engine('ssh', { namespace });
    expect(await mountPaths('mounts', namespace)).toEqual(
      expect.arrayContaining([`${path}/`, 'sys/', 'cubbyhole/', 'identity/']),
    );
    expect(await mountPaths('mounts')).not.toContain(`${path}/`);
  });

  it('that is built in cannot be disabled', async () => {
    for (const path of ['sys', 'cubbyhole', 'identity'])
      expect(await call('DELETE', `sys/mounts/${path}`)).toMatchObject(refused(`cannot unmount "${path}/"`));
  });
});
