import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256, tokenKey } from '../../functions/store/keys.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken, tokenWith } from '../support/tokens.ts';

let deps: TestDeps;
let call: Caller;
let name: string;
let child: Namespace;

beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, vaultApi, await rootToken(deps));
  child = await placeNamespace(deps, ROOT, 'child');
});
afterAll(() => deps.stop());
beforeEach(() => {
  name = `m${deps.ids.hex(10)}`;
});

describe('health', () => {
  it('needs no token, has no envelope, and shows what monitors read', async () => {
    for (const method of ['GET', 'HEAD']) {
      const { status, body } = await call(method, 'sys/health', { token: '' });
      expect(status).toBe(200);
      expect(body).toEqual({
        initialized: true,
        sealed: false,
        standby: false,
        performance_standby: false,
        replication_performance_mode: 'disabled',
        replication_dr_mode: 'disabled',
        server_time_utc: expect.any(Number),
        version: '1.17.0',
        cluster_name: 'remount',
        cluster_id: '',
      });
    }
  });

  it('has the status of the request', async () => {
    const asked = async (query: Record<string, string[]>) =>
      (await call('GET', 'sys/health', { token: '', query })).status;
    expect(await asked({ activecode: ['299'] })).toBe(299);
    expect(await asked({ standbyok: ['true'], standbycode: ['473'], sealedcode: ['200'] })).toBe(200);
    expect(await asked({ activecode: ['x'] })).toBe(400);
    expect(await asked({ uninitcode: ['99999'] })).toBe(400);
  });

  it('is answered while the store is down', async () => {
    const down = new Proxy(deps.store, {
      get: () => () => {
        throw new Error('the store is down');
      },
    });
    const alone = caller({ ...deps, store: down }, vaultApi);
    for (const path of ['sys/health', 'sys/seal-status', 'sys/leader', 'sys/init']) {
      expect((await alone('GET', path)).status, path).toBe(200);
    }
  });

  it('is in the root namespace only, as init is', async () => {
    for (const path of ['sys/health', 'sys/init']) {
      for (const namespace of [child.path, 'root']) {
        const byHeader = await call('GET', path, { namespace });
        expect([byHeader.status, byHeader.body.errors]).toEqual([
          400,
          ['operation unavailable in namespaces'],
        ]);
      }
      const byPath = await call('GET', `${child.path}${path}`);
      expect([byPath.status, byPath.body.errors]).toEqual([
        400,
        ['operation only available in root namespace'],
      ]);
    }
  });
});

describe('seal, leader and init', () => {
  it('need no token and have no envelope', async () => {
    expect((await call('GET', 'sys/seal-status', { token: '' })).body).toMatchObject({
      type: 'shamir',
      initialized: true,
      sealed: false,
      t: 1,
      n: 1,
      progress: 0,
      nonce: '',
      version: '1.17.0',
      build_date: '',
      migration: false,
      cluster_name: expect.any(String),
      cluster_id: '',
      recovery_seal: false,
      storage_type: 'dynamodb',
    });
    expect((await call('GET', 'sys/leader', { token: '' })).body).toEqual({
      ha_enabled: false,
      is_self: false,
      leader_address: '',
      leader_cluster_address: '',
      performance_standby: false,
    });
    expect((await call('GET', 'sys/init', { token: '' })).body).toEqual({ initialized: true });
    expect((await call('GET', 'sys/seal-status', { namespace: child.path })).status).toBe(200);
  });
});

describe('the mounts of internal/ui', () => {
  it('are, without a token, those listed for everybody, with few of their facts', async () => {
    const config = { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false, listingVisibility: 'unauth' };
    await placeMount(deps, `${name}/`, { config, description: 'open' });
    await placeMount(deps, `auth/${name}/`, { config, description: 'door' });
    await placeMount(deps, `${name}-hidden/`);

    const { status, body } = await call('GET', 'sys/internal/ui/mounts', { token: '' });

    expect(status).toBe(200);
    expect(body.data).toEqual({
      secret: { [`${name}/`]: { type: 'kv', description: 'open', options: {} } },
      auth: { [`${name}/`]: { type: 'userpass', description: 'door', options: {} } },
    });
  });

  it('are, with a token, those it can reach, with all their facts', async () => {
    await placeMount(deps, `${name}a/`);
    await placeMount(deps, `${name}b/`);
    await placeMount(deps, `auth/${name}/`);
    const token = await tokenWith(deps, `path "${name}a/data/x" { capabilities = ["read"] }`);

    const { data } = (await call('GET', 'sys/internal/ui/mounts', { token })).body;

    expect(data.secret[`${name}a/`]).toMatchObject({
      accessor: expect.any(String),
      config: expect.anything(),
    });
    expect(data.secret).not.toHaveProperty(`${name}b/`);
    expect(data.auth).not.toHaveProperty(`${name}/`);
    const all = (await call('GET', 'sys/internal/ui/mounts')).body.data;
    expect(all.secret).toHaveProperty('sys/');
    expect(all.auth).toHaveProperty('token/');
    expect(all.auth).toHaveProperty(`${name}/`);
  });

  it('refuse an invalid token', async () => {
    for (const path of ['sys/internal/ui/mounts', `sys/internal/ui/mounts/${name}`]) {
      expect(await call('GET', path, { token: 's.nothing' })).toMatchObject({
        status: 403,
        body: { errors: ['permission denied'] },
      });
    }
  });

  it('do not count a use of a token with limited uses', async () => {
    await placeMount(deps, `${name}/`);
    const policy = `path "${name}/*" { capabilities = ["read"] }`;
    const token = await tokenWith(deps, policy, ROOT, { numUses: 1, usesLeft: 1 });
    expect((await call('GET', `sys/internal/ui/mounts/${name}/x`, { token })).status).toBe(200);
    expect(await deps.store.get(tokenKey(sha256(token)))).toMatchObject({ usesLeft: 1 });
  });
});

describe('one mount of internal/ui', () => {
  it('is the mount of the path', async () => {
    await placeMount(deps, `${name}/deep/`, { options: { version: '2' } });
    const token = await tokenWith(deps, `path "${name}/deep/*" { capabilities = ["read"] }`);
    for (const path of [`${name}/deep`, `${name}/deep/`, `${name}/deep/some/secret`]) {
      const { status, body } = await call('GET', `sys/internal/ui/mounts/${path}`, { token });
      expect(status, path).toBe(200);
      expect(body.data).toMatchObject({ path: `${name}/deep/`, type: 'kv', options: { version: '2' } });
      expect(body.data).toHaveProperty('uuid');
    }
  });

  it('shows the path of an auth method without auth/, and built-in mounts', async () => {
    await placeMount(deps, `auth/${name}/`);
    const { body } = await call('GET', `sys/internal/ui/mounts/auth/${name}/login`);
    expect(body.data).toMatchObject({ path: `${name}/`, type: 'userpass' });
    expect((await call('GET', 'sys/internal/ui/mounts/cubbyhole/x')).body.data).toMatchObject({
      path: 'cubbyhole/',
      type: 'cubbyhole',
    });
  });

  it('may be in a namespace below, whose path is then shown', async () => {
    await placeMount(deps, 'kv/', { namespaceId: child.id });
    await placeMount(deps, 'auth/up/', { namespaceId: child.id });
    const shown = async (path: string, options = {}) =>
      (await call('GET', `sys/internal/ui/mounts/${path}`, options)).body.data.path;
    expect(await shown('child/kv/foo')).toBe('child/kv/');
    expect(await shown('child/auth/up/login')).toBe('child/auth/up/');
    expect(await shown('kv/foo', { namespace: child.path })).toBe('kv/');
  });

  it('is refused in the same way when it does not exist and when the token may not see it', async () => {
    await placeMount(deps, `${name}/`);
    const token = await tokenWith(deps, `path "${name}/*" { capabilities = ["deny"] }`);
    for (const path of [`${name}/foo`, `${name}-none/foo`]) {
      expect(await call('GET', `sys/internal/ui/mounts/${path}`, { token })).toMatchObject({
        status: 403,
        body: {
          errors: [
            `preflight capability check returned 403, please ensure client's policies grant access to path "${path}/"`,
          ],
        },
      });
    }
  });

  it('needs a token', async () => {
    await placeMount(deps, `${name}/`);
    expect(await call('GET', `sys/internal/ui/mounts/${name}/foo`, { token: '' })).toMatchObject({
      status: 403,
      body: { errors: ['permission denied'] },
    });
  });

  it('is refused to tokens of other namespaces', async () => {
    const token = await tokenWith(deps, 'path "*" { capabilities = ["read"] }', child);
    expect((await call('GET', `sys/internal/ui/mounts/${name}`, { token })).status).toBe(403);
  });
});

describe('the resultant ACL', () => {
  it('shows exact rules and prefixes, with the paths of the namespace', async () => {
    const policy = `
      path "a/b" { capabilities = ["update", "read"] min_wrapping_ttl = "1m" }
      path "a/*" { capabilities = ["deny"] }
      path "a/+/c" { capabilities = ["read"] }
      path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }`;
    const token = await tokenWith(deps, policy, child);
    const { body } = await call('GET', 'sys/internal/ui/resultant-acl', { token, namespace: child.path });
    expect(body.data).toEqual({
      root: false,
      exact_paths: {
        'child/a/b': { capabilities: ['read', 'update'], min_wrapping_ttl: 60 },
        'child/sys/internal/ui/resultant-acl': { capabilities: ['read'] },
      },
      glob_paths: { 'child/a/': { capabilities: ['deny'] } },
    });
  });

  it('is only root for a root token', async () => {
    expect((await call('GET', 'sys/internal/ui/resultant-acl')).body.data).toEqual({ root: true });
  });
});
