import { describe, expect, it } from 'vitest';
import { migrationKey, namespaceKey, treeKey } from '../../functions/store/keys.ts';
import type { Caller } from '../support/call.ts';
import type { TestDeps } from '../support/testDeps.ts';
import { namespaceService } from './namespaceService.ts';

const s = namespaceService();

describe('deleting', () => {
  it('marks the namespace, which then refuses everything, and starts a teardown', async () => {
    const { id } = await s.create(s.name);
    await s.call('POST', 'sys/mounts/kv', { namespace: s.name, body: { type: 'kv' } });
    const before = s.deps.started.length;

    const { status, body } = await s.call('DELETE', `sys/namespaces/${s.name}`);

    expect([status, body.data]).toEqual([200, { status: 'in-progress' }]);
    for (const [options, path, shown] of [
      [{ namespace: s.name }, 'sys/mounts', 'sys/mounts'],
      [{}, `${s.name}/kv/foo`, 'kv/foo'],
    ] as const) {
      expect(await s.call('GET', path, options)).toMatchObject({
        status: 404,
        body: {
          errors: [
            `no handler for route "${shown}" on namespace "${s.name}/". route entry or namespace is tainted.`,
          ],
        },
      });
    }
    const [started] = s.deps.started.slice(before);
    expect(started?.machine).toBe('teardown');
    expect(await s.deps.store.get(migrationKey(started?.id as string))).toMatchObject({
      what: 'namespace',
      namespaceId: id,
      namespacePath: `${s.name}/`,
      parentId: 'root',
      name: `${s.name}/`,
    });
    expect(await s.deps.store.get(namespaceKey(id as string))).toMatchObject({ deleting: true });
  });

  it('shows it as tainted, and lets nobody change it or take its name', async () => {
    await s.create(s.name);
    await s.call('DELETE', `sys/namespaces/${s.name}`);
    const before = s.deps.started.length;

    expect((await s.call('GET', `sys/namespaces/${s.name}`)).body.data.tainted).toBe(true);
    expect((await s.call('LIST', 'sys/namespaces')).body.data.key_info[`${s.name}/`].tainted).toBe(true);
    const tainted = ['namespace with that name exists and is currently tainted'];
    expect(await s.refusalOf('POST', s.name, {})).toEqual(tainted);
    expect(await s.refusalOf('PATCH', s.name, { custom_metadata: {} })).toEqual(tainted);
    const mount = await s.call('POST', `sys/mounts/${s.name}`, { body: { type: 'kv' } });
    expect(mount.body.errors).toEqual([`existing mount at ${s.name}/`]);
    const again = await s.call('DELETE', `sys/namespaces/${s.name}`);
    expect([again.status, again.body.data]).toEqual([200, { status: 'in-progress' }]);
    expect(s.deps.started).toHaveLength(before);
  });

  it('warns where there is nothing to delete', async () => {
    const { status, body } = await s.call('DELETE', `sys/namespaces/${s.name}`);
    expect(status).toBe(200);
    expect(body.data).toBeNull();
    expect(body.warnings).toEqual(['requested namespace does not exist']);
  });

  it('refuses while there are child namespaces', async () => {
    await s.create(s.name);
    await s.create('child', s.name);
    expect(await s.refusalOf('DELETE', s.name)).toEqual([
      'unable to delete namespace containing child namespaces',
    ]);
    expect((await s.call('GET', 'sys/mounts', { namespace: s.name })).status).toBe(200);
  });

  /** The service with a store that runs something else once, right after a read of the tree. */
  function interrupted(look: 'get' | 'pages', between: () => Promise<unknown>): Caller {
    let isFirst = true;
    const interrupt = async (): Promise<void> => {
      if (isFirst) {
        isFirst = false;
        await between();
      }
    };
    const store: TestDeps['store'] = {
      ...s.deps.store,
      async get(ref) {
        const item = await s.deps.store.get(ref);
        if (look === 'get' && ref.table === 'mounts') await interrupt();
        return item;
      },
      async *pages(range) {
        yield* s.deps.store.pages(range);
        if (look === 'pages') await interrupt();
      },
    };
    return s.callOn({ ...s.deps, store });
  }

  it('refuses when a child was created while it read the children', async () => {
    await s.create(s.name);
    const late = interrupted('pages', () => s.create('child', s.name));
    const { status, body } = await late('DELETE', `sys/namespaces/${s.name}`);
    expect([status, body.errors]).toEqual([400, ['unable to delete namespace containing child namespaces']]);
  });

  it('refuses a child whose parent was deleted meanwhile', async () => {
    const { id } = await s.create(s.name);
    const late = interrupted('get', () => s.call('DELETE', `sys/namespaces/${s.name}`));
    const { status, body } = await late('POST', 'sys/namespaces/child', { namespace: s.name, body: {} });
    expect(status).toBe(404);
    expect(body.errors[0]).toContain('route entry or namespace is tainted.');
    expect(await s.deps.store.get(treeKey(id as string, 'child/'))).toBeUndefined();
  });
});
