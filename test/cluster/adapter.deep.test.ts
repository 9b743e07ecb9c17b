/** Every method of the adapter on a real server, in every level of namespaces, with names that need care. */

import { beforeAll, describe, expect, it } from 'vitest';
import type { Cluster, ClusterPath, ClusterPolicy, MountEntry } from '../../functions/ports/cluster.ts';
import { throughFile } from '../support/throughFile.ts';
import { connect, enableLogin } from './support/adapter.ts';
import { enableUserpass, issueTokens } from './support/authMethods.ts';
import { enableDatabase, issueLeases } from './support/database.ts';
import { startInMemory } from './support/openbao.ts';
import { startPostgres } from './support/postgres.ts';
import { until } from './support/until.ts';

const LEVELS = ['', 'team-a/', 'team-a/sub/'];
/** A mount whose path has all that may go wrong in a URL. */
const ODD = '50% a+b/ü&?#/';
const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');

const server = throughFile(startInMemory);
const postgres = throughFile(startPostgres);
let cluster: Cluster;

beforeAll(async () => {
  const { must } = server.root;
  await must('POST', 'sys/namespaces/team-a', { custom_metadata: { owner: 'ö' } });
  await must('POST', 'sys/namespaces/sub', {}, 'team-a');
  for (const namespace of LEVELS) {
    await must(
      'POST',
      `sys/mounts/${encoded(ODD.slice(0, -1))}`,
      { type: 'kv', description: namespace },
      namespace,
    );
    await must('POST', `sys/auth/${encoded(ODD.slice(0, -1))}`, { type: 'userpass' }, namespace);
    await must('PUT', `sys/policies/acl/${encoded('50% a+b')}`, { policy: `# ${namespace}` }, namespace);
  }
  cluster = connect(server);
});

async function collect<T>(list: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of list) all.push(one);
  return all;
}

async function moved(id: string): Promise<string> {
  return until('the move ends', async () => {
    const status = await cluster.status(id, '');
    return status === 'in-progress' ? undefined : status;
  });
}

const about = { migrationId: 'm-1', requestedBy: 'accessor' };
const at = (namespace: string, path: string): ClusterPath => ({ namespace, path });

describe('the server', () => {
  it('tells its product, version and state', async () => {
    expect(await cluster.server()).toEqual({
      product: 'OpenBao',
      version: '2.7.2',
      clusterId: expect.stringMatching(/^[\da-f-]{36}$/),
      isInitialized: true,
      isSealed: false,
      isPerformanceSecondary: false,
    });
  });

  it('without high availability is its only node, known by the address that it gives itself', async () => {
    expect(await cluster.nodes()).toEqual([{ address: server.root.address, isActive: true }]);
  });
});

describe.each(LEVELS)('in the namespace "%s"', (namespace) => {
  it('the mounts are those of both tables, with all that the cluster tells of them', async () => {
    const mounts = await cluster.mounts(namespace);
    const { body: secrets } = await server.root.must('GET', 'sys/mounts', undefined, namespace);
    const { body: auth } = await server.root.must('GET', 'sys/auth', undefined, namespace);
    const expected = [...Object.keys(secrets.data), ...Object.keys(auth.data).map((path) => `auth/${path}`)];
    expect([...mounts.keys()].toSorted()).toEqual(expected.toSorted());
    expect(mounts.get(ODD)).toEqual(secrets.data[ODD]);
    expect(mounts.get(ODD)).toMatchObject({ type: 'kv', description: namespace, local: false });
    expect(mounts.get(`auth/${ODD}`)).toEqual(auth.data[ODD]);
  });

  it('the text of a policy is written, and all else of it stays', async () => {
    const name = '50% a+b';
    const path = `sys/policies/acl/${encoded('kept')}`;
    const before = {
      policy: '# one',
      cas_required: true,
      cas: -1,
      ttl: '2h',
      allow_slashes_in_identity_templates: true,
    };
    await server.root.must('PUT', path, before, namespace);
    const read = async () => {
      const {
        policy,
        version,
        modified: _,
        ...rest
      } = (await server.root.must('GET', path, undefined, namespace)).body.data;
      return { policy, version, rest };
    };
    const { rest } = await read();
    const first = (await cluster.policy(namespace, 'kept')) as ClusterPolicy;
    expect(first).toMatchObject({ text: '# one', version: 1 });
    expect(await cluster.writePolicy(namespace, 'kept', '# two', first)).toEqual({ done: true });
    expect(await read()).toEqual({ policy: '# two', version: 2, rest });
    expect(rest).toMatchObject({ cas_required: true, allow_slashes_in_identity_templates: true });
    expect(rest.expiration).toBeDefined();

    expect(await cluster.writePolicy(namespace, 'kept', '# three', first)).toEqual({
      done: false,
      why: 'check-and-set parameter 1 did not match the current version 2',
    });
    const second = (await cluster.policy(namespace, 'kept')) as ClusterPolicy;
    const refused = await cluster.writePolicy(
      namespace,
      'kept',
      'path "x" { capabilities = ["fly"] }',
      second,
    );
    expect(refused).toMatchObject({ done: false, why: expect.stringContaining('failed to parse policy') });
    expect((await read()).policy).toBe('# two');
    await server.root.must('DELETE', path, undefined, namespace);
    expect((await cluster.policy(namespace, name))?.text).toBe(`# ${namespace}`);
  });

  it('the policies are listed and read', async () => {
    expect(await cluster.policyNames(namespace)).toEqual(expect.arrayContaining(['50% a+b', 'default']));
    expect((await cluster.policy(namespace, '50% a+b'))?.text).toBe(`# ${namespace}`);
    expect(await cluster.policy(namespace, 'none')).toBeUndefined();
  });

  it('a mount is routed exactly where it is, and not tainted', async () => {
    for (const path of [ODD, `auth/${ODD}`]) {
      expect(await cluster.isRouted(at(namespace, path))).toBe(true);
      expect(await cluster.isTainted(at(namespace, path))).toBe(false);
    }
    for (const path of [`${ODD}below/`, '50% a+b/', 'none/', 'auth/none/'])
      expect([path, await cluster.isRouted(at(namespace, path))]).toEqual([path, false]);
    expect(await cluster.isTainted(at(namespace, 'none/'))).toBe(false);
  });

  it('tokens are leases of their method, and are revoked by their ids', async () => {
    const users = `auth/${encoded(ODD)}users/alice`;
    await server.root.must('POST', users, { password: 'correct horse' }, namespace);
    const login = `auth/${encoded(ODD)}login/alice`;
    const tokens: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { body } = await server.root.must('POST', login, { password: 'correct horse' }, namespace);
      tokens.push(body.auth.client_token);
    }
    const ids = await collect(cluster.leases(at(namespace, `auth/${ODD}`)));
    expect(ids).toHaveLength(3);
    for (const id of ids) expect(id).toMatch(/^auth\/50% a\+b\/ü&\?#\/login\/alice\/h/);
    expect(await cluster.revoke(namespace, ids[0] as string, false)).toEqual({ done: true });
    expect(await cluster.revoke(namespace, ids[1] as string, true)).toEqual({ done: true });
    expect(await collect(cluster.leases(at(namespace, `auth/${ODD}`)))).toEqual([ids[2]]);
    const found = await Promise.all(tokens.map((token) => cluster.lookup(token)));
    expect(found.filter((token) => token)).toHaveLength(1);
    // Again: what is gone counts as revoked.
    expect(await cluster.revoke(namespace, ids[0] as string, false)).toEqual({ done: true });
    expect(await cluster.revoke(namespace, ids[1] as string, true)).toEqual({ done: true });
  });

  it.each(['1', '2'])('the keys of kv version %s are listed', async (version) => {
    const path = `keys-${version}/`;
    await server.root.must(
      'POST',
      `sys/mounts/keys-${version}`,
      { type: 'kv', options: { version } },
      namespace,
    );
    const mount = at(namespace, path);
    const entry = async () => (await cluster.mounts(namespace)).get(path) as MountEntry;
    expect(await cluster.keys(mount, await entry())).toEqual([]);
    const keys = ['50% a+b', 'a/b/c', 'a/b/ü', 'a', 'z'];
    for (const key of keys)
      await server.root.must(
        'POST',
        `${path}${version === '2' ? 'data/' : ''}${encoded(key)}`,
        version === '2' ? { data: { k: 'v' } } : { k: 'v' },
        namespace,
      );
    expect(await cluster.keys(mount, await entry())).toEqual(keys.toSorted());
  });

  it('a plugin is reloaded, and one that is not there is not', async () => {
    expect(await cluster.reload(at(namespace, ODD))).toEqual({ done: true });
    expect(await cluster.reload(at(namespace, `auth/${ODD}`))).toEqual({ done: true });
    const { why } = (await cluster.reload(at(namespace, 'none/'))) as { why: string };
    expect(why).toBe('cannot fetch mount entry on "none/"');
  });

  it('a mount is moved', async () => {
    await server.root.must('POST', 'sys/mounts/to-move', { type: 'kv' }, namespace);
    const answer = await cluster.remount(at(namespace, 'to-move/'), at(namespace, `50% +moved/`), about);
    const { id } = answer as { id: string };
    expect(await moved(id)).toBe('success');
    expect(await cluster.isRouted(at(namespace, 'to-move/'))).toBe(false);
    expect(await cluster.isRouted(at(namespace, '50% +moved/'))).toBe(true);
  });

  it('a token has its namespace, policies and ends', async () => {
    const create = async (body: object) =>
      (await server.root.must('POST', 'auth/token/create', body, namespace)).body.auth;
    const service = await create({ policies: ['50% a+b'], ttl: '1h', num_uses: 1, display_name: 'me' });
    const found = await cluster.lookup(service.client_token);
    expect(found).toEqual({
      accessor: service.accessor,
      displayName: 'token-me',
      namespace,
      policies: { [namespace]: ['50% a+b', 'default'] },
      type: 'service',
      boundCidrs: [],
      expiresAt: expect.any(Number),
      entityId: '',
    });
    expect(Math.abs((found?.expiresAt ?? 0) - Date.now() - 3_600_000)).toBeLessThan(10_000);
    // No use is spent.
    expect(await cluster.lookup(service.client_token)).toEqual(found);
    expect(await cluster.capabilities(service.client_token, at(namespace, 'sys/remount'))).toEqual(['deny']);
    const self = await server.root
      .as(service.client_token)
      .request('GET', 'auth/token/lookup-self', undefined, namespace);
    expect(self.status).toBe(200);
    expect(await cluster.lookup(service.client_token)).toBeUndefined();

    const batch = await create({ type: 'batch', policies: ['50% a+b'], ttl: '1h', no_default_policy: true });
    expect(await cluster.lookup(batch.client_token)).toMatchObject({
      type: 'batch',
      accessor: '',
      namespace,
    });
  });

  it('the capabilities of a token are those of its policies', async () => {
    const policy =
      'path "sys/remount" { capabilities = ["update", "sudo"] }\npath "sub/sys/remount" { capabilities = ["read"] }';
    await server.root.must('PUT', 'sys/policies/acl/mover', { policy }, namespace);
    const { body } = await server.root.must('POST', 'auth/token/create', { policies: ['mover'] }, namespace);
    const token = body.auth.client_token;
    expect(await cluster.capabilities(token, at(namespace, 'sys/remount'))).toEqual(['sudo', 'update']);
    expect(await cluster.capabilities(token, at(`${namespace}sub/`, 'sys/remount'))).toEqual(['read']);
    expect(await cluster.capabilities(server.rootToken, at(namespace, 'sys/remount'))).toEqual(['root']);
    await server.root.must('POST', 'auth/token/revoke', { token }, namespace);
    expect(await cluster.capabilities(token, at(namespace, 'sys/remount'))).toEqual(['deny']);
  });
});

describe('namespaces', () => {
  it('are listed level by level', async () => {
    const { body } = await server.root.must('GET', 'sys/namespaces/team-a');
    expect(await cluster.namespaces('')).toEqual([
      { id: body.data.id, uuid: body.data.uuid, name: 'team-a/', metadata: { owner: 'ö' }, isLocked: false },
    ]);
    expect((await cluster.namespaces('team-a/')).map(({ name }) => name)).toEqual(['sub/']);
    expect(await cluster.namespaces('team-a/sub/')).toEqual([]);
  });

  it('that do not exist have nothing in them', async () => {
    expect(await cluster.namespaces('none/')).toEqual([]);
    expect(await cluster.mounts('none/')).toEqual(new Map());
    expect(await cluster.policyNames('none/')).toEqual([]);
    expect(await collect(cluster.leases(at('none/', 'kv/')))).toEqual([]);
  });

  it('that are locked say so', async () => {
    await server.root.must('POST', 'sys/namespaces/locked');
    await server.root.must('POST', 'sys/namespaces/api-lock/lock/locked');
    const locked = (await cluster.namespaces('')).find(({ name }) => name === 'locked/');
    expect(locked?.isLocked).toBe(true);
    await expect(cluster.mounts('locked/')).rejects.toThrow(
      /status 503, API access to this namespace has been locked/,
    );
  });
});

describe('tokens', () => {
  it('that were never issued, or are revoked, are none', async () => {
    for (const token of ['', 'x', 's.none', 'b.none', 'hvb.none', 's.none.abcde', 'ü'])
      expect(await cluster.lookup(token)).toBeUndefined();
  });

  it('have the policies of their identity', async () => {
    const { must } = server.root;
    const { body: entity } = await must('POST', 'identity/entity', { policies: ['of-entity'] });
    const { body: auth } = await must('GET', 'sys/auth');
    const alias = { name: 'bob', canonical_id: entity.data.id, mount_accessor: auth.data[ODD].accessor };
    await must('POST', 'identity/entity-alias', alias);
    const group = { name: 'g', policies: ['of-group'], member_entity_ids: [entity.data.id] };
    await must('POST', 'identity/group', group);
    const password = 'correct horse';
    await must('POST', `auth/${encoded(ODD)}users/bob`, { password, token_policies: ['own'] });
    const login = await must('POST', `auth/${encoded(ODD)}login/bob`, { password });
    const found = await cluster.lookup(login.body.auth.client_token);
    expect(found).toMatchObject({ entityId: entity.data.id, displayName: expect.stringMatching(/bob$/) });
    expect(found?.policies['']?.toSorted()).toEqual(['default', 'of-entity', 'of-group', 'own']);
  });

  it('have the addresses that they are bound to', async () => {
    await server.root.must('POST', 'auth/token/roles/bound', {
      token_bound_cidrs: ['10.0.0.0/8', '127.0.0.1'],
    });
    const { body } = await server.root.must('POST', 'auth/token/create/bound', { policies: ['default'] });
    const found = await cluster.lookup(body.auth.client_token);
    expect(found?.boundCidrs).toEqual(['10.0.0.0/8', '127.0.0.1']);
  });

  it('of a method are children, orphans and batch tokens: only stored ones are leases of the method', async () => {
    await enableUserpass(server.root, 'people');
    await issueTokens(server.root, 'people');
    expect(await collect(cluster.leases(at('', 'auth/people/')))).toHaveLength(1);
  });

  it('of the service is told', async () => {
    expect(await cluster.self()).toMatchObject({
      namespace: '',
      policies: { '': ['root'] },
      type: 'service',
    });
    expect((await cluster.self()).expiresAt).toBeUndefined();
  });
});

describe('leases of a database', () => {
  it.each(['', 'team-a/sub/'])('are listed and revoked in the namespace "%s"', async (namespace) => {
    await enableDatabase(server.root, 'db', postgres, { namespace });
    const issued = await issueLeases(server.root, 'db', 'good', 5, namespace);
    const listed = await collect(cluster.leases(at(namespace, 'db/')));
    expect(listed.toSorted()).toEqual(issued.toSorted());
    for (const id of listed) expect(await cluster.revoke(namespace, id, false)).toEqual({ done: true });
    expect(await collect(cluster.leases(at(namespace, 'db/')))).toEqual([]);
  });

  it('that cannot be revoked are told with the words of the engine, and go by force', async () => {
    await enableDatabase(server.root, 'bad', postgres);
    const [id] = (await issueLeases(server.root, 'bad', 'failing', 1)) as [string];
    expect(await cluster.revoke('', id, false)).toEqual({
      done: false,
      why: expect.stringMatching(/^failed to revoke entry: .*division by zero/),
    });
    expect(await collect(cluster.leases(at('', 'bad/')))).toEqual([id]);
    expect(await cluster.revoke('', id, true)).toEqual({ done: true });
    expect(await collect(cluster.leases(at('', 'bad/')))).toEqual([]);
  });

  it('that cannot be revoked let a move fail, and taint the mount', async () => {
    await enableDatabase(server.root, 'stuck', postgres);
    const [lease] = (await issueLeases(server.root, 'stuck', 'failing', 1)) as [string];
    const { id } = (await cluster.remount(at('', 'stuck/'), at('', 'free/'), about)) as { id: string };
    expect(await moved(id)).toBe('failure');
    expect(await cluster.isTainted(at('', 'stuck/'))).toBe(true);
    expect(await cluster.isRouted(at('', 'stuck/'))).toBe(true);
    expect(await cluster.isTainted(at('', 'free/'))).toBe(false);
    await cluster.revoke('', lease, true);
    const again = (await cluster.remount(at('', 'stuck/'), at('', 'free/'), about)) as { id: string };
    expect(await moved(again.id)).toBe('success');
    expect(await cluster.isTainted(at('', 'free/'))).toBe(false);
  });
});

describe('a move', () => {
  it('goes across namespaces', async () => {
    await server.root.must('POST', 'sys/mounts/far', { type: 'kv' }, 'team-a');
    const { id } = (await cluster.remount(at('team-a/', 'far/'), at('', 'near/'), about)) as { id: string };
    expect(await moved(id)).toBe('success');
    expect(await cluster.isRouted(at('', 'near/'))).toBe(true);
  });

  it('is posted in the namespace that has both, where a name after "sys" is not in the way', async () => {
    await server.root.must('POST', 'sys/namespaces/tail', {}, 'team-a/sub');
    for (const namespace of ['', 'team-a/sub'])
      await server.root.must('POST', 'sys/mounts/low', { type: 'kv' }, namespace);
    const target = at('team-a/sub/tail/', 'low/');

    expect(await cluster.remount(at('', 'low/'), target, about)).toEqual({
      why: 'path already in use at "team-a/sub/"',
    });
    const { id } = (await cluster.remount(at('team-a/sub/', 'low/'), target, about)) as { id: string };
    expect(await moved(id)).toBe('success');
  });

  it('that the cluster refuses says why', async () => {
    expect(await cluster.remount(at('', 'none/'), at('', 'x/'), about)).toEqual({
      why: 'no matching mount at "none/"',
    });
  });

  it('that nobody knows has no status', async () => {
    expect(await cluster.status('none', '')).toBe('unknown');
  });
});

describe('a service in a namespace of its own', () => {
  it('sees everything from there, and what is outside with a slash', async () => {
    const credentials = await enableLogin(server.root, 'team-a', ['root-like']);
    const policy = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }';
    await server.root.must('PUT', 'sys/policies/acl/root-like', { policy }, 'team-a');
    const inside = connect(server, { namespace: 'team-a/', credentials });
    expect((await inside.namespaces('')).map(({ name }) => name)).toEqual(['sub/']);
    expect((await inside.mounts('sub/')).get(ODD)?.description).toBe('team-a/sub/');
    expect(await inside.isRouted(at('sub/', ODD))).toBe(true);
    expect(await inside.isTainted(at('sub/', ODD))).toBe(false);
    expect(await inside.self()).toMatchObject({ namespace: '', type: 'batch' });
    expect(await inside.nodes()).toEqual([{ address: server.root.address, isActive: true }]);
    const { body } = await server.root.must('POST', 'auth/token/create', {}, 'team-a/sub');
    expect(await inside.lookup(body.auth.client_token)).toMatchObject({ namespace: 'sub/' });
    expect(await inside.capabilities(body.auth.client_token, at('sub/', 'auth/token/lookup-self'))).toEqual([
      'read',
    ]);
    expect(await inside.lookup(server.rootToken)).toMatchObject({
      namespace: '/',
      policies: { '/': ['root'] },
    });
    await server.root.must('POST', 'sys/mounts/inner', { type: 'kv' }, 'team-a');
    const { id } = (await inside.remount(at('', 'inner/'), at('sub/', 'inner/'), about)) as { id: string };
    expect(
      await until('it is moved', async () =>
        (await inside.status(id, '')) === 'success' ? true : undefined,
      ),
    ).toBe(true);
  });
});

describe('a login', () => {
  it('is made again when the cluster refuses its token', async () => {
    const credentials = await enableLogin(server.root, '', ['self'], 'service');
    const policy = 'path "auth/token/lookup-self" { capabilities = ["read"] }';
    await server.root.must('PUT', 'sys/policies/acl/self', { policy });
    let ahead = 0;
    const clock = { now: () => Date.now() + ahead, sleep: async () => {} };
    const own = connect(server, { credentials, clock });
    const { accessor } = await own.self();
    await server.root.must('POST', 'auth/token/revoke-accessor', { accessor });
    ahead = 10_000;
    expect((await own.self()).accessor).not.toBe(accessor);
  });

  it('with a wrong secret id is refused', async () => {
    const { roleId, mount } = await enableLogin(server.root, '', ['default']);
    const credentials = { roleId, mount, secretId: async () => 'wrong' };
    await expect(connect(server, { credentials }).self()).rejects.toThrow(
      'the cluster refuses the login of the service (POST auth/approle/login: invalid role or secret ID)',
    );
  });
});
