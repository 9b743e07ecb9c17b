import { describe, expect, it } from 'vitest';
import { migrationKey, namespaceKey, treeKey } from '../../functions/store/keys.ts';
import type { Caller } from '../support/call.ts';
import type { TestDeps } from '../support/testDeps.ts';
import { namespaceService } from './namespaceService.ts';

const s = namespaceService();

describe('deleting', () => {
  it('takes the namespace out of the tree at once, and starts a teardown', async () => {
    const { id } = await s.create(s.name);
    await s.call('POST', 'sys/mounts/kv', { namespace: s.name, body: { type: 'kv' } });
    const before = s.deps.started.length;

    const { status, body } = await s.call('DELETE', `sys/namespaces/${s.name}`);

    expect([status, body.data]).toEqual([200, { status: 'in-progress' }]);
    for (const [options, path, error] of [
      [{ namespace: s.name }, 'sys/mounts', 'namespace not found'],
      [{}, `${s.name}/kv/foo`, `no handler for route "${s.name}/kv/foo". route entry not found.`],
    ] as const) {
      expect(await s.call('GET', path, options)).toMatchObject({ status: 404, body: { errors: [error] } });
    }
    const [started] = s.deps.started.slice(before);
    expect(started?.machine).toBe('teardown');
    expect(await s.deps.store.get(migrationKey(started?.id as string))).toMatchObject({
      what: 'namespace',
      namespaceId: id,
    });
    expect(await s.deps.store.get(namespaceKey(id as string))).toBeUndefined();
  });

  it('shows nothing of it any more, and leaves its name free', async () => {
    const { id } = await s.create(s.name);
    await s.call('POST', 'sys/mounts/kv', { namespace: s.name, body: { type: 'kv' } });
    const made = await s.call('POST', 'auth/token/create', { namespace: s.name, body: {} });
    const token = made.body.auth.client_token;
    await s.call('DELETE', `sys/namespaces/${s.name}`);
    const before = s.deps.started.length;

    const path = `sys/namespaces/${s.name}`;
    expect(await s.call('GET', path)).toMatchObject({ status: 404, body: { errors: [] } });
    expect((await s.call('LIST', 'sys/namespaces')).body.data?.keys ?? []).not.toContain(`${s.name}/`);
    expect(await s.refusalOf('PATCH', s.name, { custom_metadata: {} })).toEqual(['namespace not found']);
    expect((await s.call('DELETE', path)).body.warnings).toEqual(['requested namespace does not exist']);
    expect(s.deps.started).toHaveLength(before);
    const { id: newId } = await s.create(s.name);
    expect(newId).not.toBe(id);
    expect((await s.call('GET', 'kv/foo', { namespace: s.name })).status).toBe(404);
    for (const namespace of [s.name, '']) {
      expect((await s.call('GET', 'auth/token/lookup-self', { namespace, token })).status).toBe(403);
    }
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
    expect(body.errors).toEqual(['namespace not found']);
    expect(await s.deps.store.get(treeKey(id as string, 'child/'))).toBeUndefined();
  });
});
