import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockNamespace } from '../../functions/tree/lockNamespace.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { tokenWith } from '../support/tokens.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;
let ns: Namespace;
let name: string;

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.deps.stop());
beforeEach(async () => {
  name = service.deps.ids.hex(8);
  ns = await placeNamespace(service.deps, ROOT, `${name}ns`);
  await placeMount(service.deps, `${name}/`);
});

async function verify(id: string, more: object = {}) {
  return service.call('GET', `sys/remount/verify/${id}`, more);
}

async function verified(id: string) {
  const { status, body } = await verify(id);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.data;
}

describe('the verification of a move', () => {
  it('finds the mount at its target, nothing at its source, and the rules that still name the source', async () => {
    const policy = `path "${name}/*" { capabilities = ["read"] }`;
    await service.call('POST', `sys/policies/acl/${name}`, { body: { policy } });
    const id = await service.move(name, `${ns.path}kv`);

    expect(await verified(id)).toEqual({
      migration_id: id,
      source_mount: `${name}/`,
      target_mount: `${ns.path}kv/`,
      target: { reachable: true, problem: null },
      source: { free: true, mount: null, accessor: null, moved_by: null },
      policies: [
        {
          namespace: '',
          policy: name,
          path: `${name}/*`,
          capabilities: ['read'],
          replacement: { namespace: '', path: `${ns.path}kv/*` },
        },
      ],
      hidden_policy_rules: {},
    });
    await service.call('DELETE', `sys/policies/acl/${name}`);
    expect((await verified(id)).policies).toEqual([]);
  });

  it('tells rules only by their number to a token that may not read the policy', async () => {
    const policy = `path "${name}/*" { capabilities = ["read"] }`;
    await service.call('POST', `sys/policies/acl/${name}`, { body: { policy } });
    const id = await service.move(name, `${name}-new`);
    const token = await tokenWith(service.deps, 'path "sys/remount/verify/*" { capabilities = ["read"] }');

    const { body } = await verify(id, { token });

    expect(body.data).toMatchObject({ policies: [], hidden_policy_rules: { '': 1 } });
  });

  it('says what is at the source, and which move has put it there', async () => {
    const id = await service.move(name, `${name}-new`);
    await placeMount(service.deps, `${name}-other/`);
    const other = await service.move(`${name}-other`, name);

    expect((await verified(id)).source).toEqual({
      free: false,
      mount: `${name}/`,
      accessor: expect.any(String),
      moved_by: other,
    });
  });

  it('says why requests to the target do not reach the mount', async () => {
    const id = await service.move(name, `${ns.path}kv`);
    const problem = async () => (await verified(id)).target;
    await lockNamespace(service.deps, ns, '');
    expect(await problem()).toEqual({ reachable: false, problem: `the namespace "${ns.path}" is locked` });

    const second = `${name}-second`;
    await placeMount(service.deps, `${second}/`);
    const moved = await service.move(second, `${second}-new`);
    await service.call('DELETE', `sys/mounts/${second}-new`);
    expect((await verified(moved)).target).toEqual({ reachable: false, problem: 'there is no mount' });

    await service.call('POST', `sys/mounts/${second}-new`, { body: { type: 'kv' } });
    expect((await verified(moved)).target.problem).toBe('there is another mount');
  });

  it('is refused for a move that has not succeeded, or that reaches outside the namespace', async () => {
    const accepted = await service.accept(name, `${name}-new`);
    expect(await verify(accepted)).toMatchObject({ status: 409 });
    await placeMount(service.deps, `${name}-out/`);
    const out = await service.move(`${name}-out`, `${ns.path}in`);
    expect(await verify(out, { namespace: ns.path })).toMatchObject({ status: 400 });
    expect(await verify('nonsense')).toMatchObject({ status: 404 });
  });
});
