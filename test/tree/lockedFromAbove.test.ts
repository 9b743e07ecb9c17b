/** What a namespace above a lock may ask of what is in the locked namespace: its revocation, and nothing else. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Item } from '../../functions/ports/store.ts';
import { leasesOf } from '../../infra/demo/measure/fill.ts';
import { type RemountService, remountService } from '../remount/remountService.ts';
import type { Answer } from '../support/call.ts';
import type { Auth } from '../support/service.ts';
import { readTables } from '../support/tables.ts';

let service: RemountService;
let serial = 0;

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.stop());

async function must(
  method: string,
  path: string,
  body?: object,
  namespace?: string,
): Promise<Answer['body']> {
  const answer = await service.call(method, path, { ...(body && { body }), ...(namespace && { namespace }) });
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

/** A locked namespace, and what it has of each kind. */
interface Locked {
  /** Without a slash. */
  name: string;
  unlock(): Promise<void>;
  token: Auth;
  /** Of a wrapped answer. */
  wrapping: string;
  /** Of a one-time password of its own mount. */
  leaseId: string;
  /** Of one that was issued at an alias outside, which leads into it. */
  leaseThroughAlias: string;
  /** That alias, and one in the locked namespace; and what moved the mount of the latter. */
  aliasOutside: string;
  aliasInside: string;
  migrationId: string;
  /** A migration that could not revoke a lease. */
  irrevocableId: string;
}

async function lockedNamespace(): Promise<Locked> {
  const name = `locked-${++serial}`;
  await must('POST', `sys/namespaces/${name}`);
  await must('POST', 'sys/auth/people', { type: 'userpass' }, name);
  const outside = `outside-${serial}`;
  for (const path of [`${name}/ssh`, `${name}/broken`, outside]) {
    const above = path.startsWith(name) ? name : undefined;
    const mount = above ? path.slice(name.length + 1) : path;
    await must('POST', `sys/mounts/${mount}`, { type: 'ssh' }, above);
    await must('POST', `${path}/roles/web`, { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' });
  }
  const otp = async (path: string) => (await must('POST', `${path}/creds/web`, { ip: '10.1.2.3' })).lease_id;
  await otp(`${name}/broken`);
  const { uuid } = (await must('GET', 'sys/mounts/broken', undefined, name)).data;
  const [lease] = (await leasesOf(service.deps.store, uuid)).flat();
  const { owns: _owns, ...damaged } = lease as Item;
  await service.deps.store.commit([{ put: { table: 'leases', ...(damaged as Item) } }]);
  const irrevocableId = await service.move(`${name}/broken`, `${name}/mended`);
  await must('POST', 'sys/mounts/kv', { type: 'kv' }, name);
  const migrationId = await service.move(`${name}/kv`, `${name}/kv-2`, { alias_ttl: '1h' });
  await service.move(outside, `${name}/entered`, { alias_ttl: '1h' });
  const wrapped = await service.call('POST', 'sys/wrapping/wrap', {
    ...{ namespace: name, body: { a: 1 }, headers: { 'x-vault-wrap-ttl': '1h' } },
  });
  const state = {
    token: await service.token({ ttl: '1h' }, { namespace: name }),
    wrapping: wrapped.body.wrap_info.token,
    leaseId: await otp(`${name}/ssh`),
    leaseThroughAlias: await otp(outside),
  };
  const key = (await must('POST', `sys/namespaces/api-lock/lock/${name}`)).data.unlock_key;
  return {
    ...{ name, ...state, migrationId, irrevocableId, aliasInside: `${name}/kv`, aliasOutside: outside },
    unlock: async () => {
      await must('POST', `sys/namespaces/api-lock/unlock/${name}`, { unlock_key: key });
    },
  };
}

type Asked = (locked: Locked) => [method: string, path: string, body?: object];

const REFUSED: [what: string, asked: Asked][] = [
  ['looking up a token', ({ token }) => ['POST', 'auth/token/lookup', { token: token.client_token }]],
  [
    'looking it up by its accessor',
    ({ token: { accessor } }) => ['POST', 'auth/token/lookup-accessor', { accessor }],
  ],
  ['renewing it', ({ token }) => ['POST', 'auth/token/renew', { token: token.client_token }]],
  [
    'renewing it by its accessor',
    ({ token: { accessor } }) => ['POST', 'auth/token/renew-accessor', { accessor }],
  ],
  ['its capabilities', ({ token }) => ['POST', 'sys/capabilities', { token: token.client_token, path: 'x' }]],
  [
    'the same by its accessor',
    ({ token: { accessor } }) => ['POST', 'sys/capabilities-accessor', { accessor, path: 'x' }],
  ],
  ['looking up a wrapped answer', ({ wrapping: token }) => ['POST', 'sys/wrapping/lookup', { token }]],
  ['unwrapping it', ({ wrapping: token }) => ['POST', 'sys/wrapping/unwrap', { token }]],
  ['wrapping it again', ({ wrapping: token }) => ['POST', 'sys/wrapping/rewrap', { token }]],
  ['looking up a lease', ({ leaseId: lease_id }) => ['POST', 'sys/leases/lookup', { lease_id }]],
  ['renewing it', ({ leaseId: lease_id }) => ['POST', 'sys/leases/renew', { lease_id }]],
  ['renewing it by its path', ({ leaseId }) => ['POST', `sys/leases/renew/${leaseId}`]],
  ['renewing it as of old', ({ leaseId: lease_id }) => ['POST', 'sys/renew', { lease_id }]],
  ['an alias', ({ aliasInside }) => ['GET', `sys/remount/aliases/${aliasInside}`]],
  ['renewing it', ({ aliasInside }) => ['POST', `sys/remount/aliases/${aliasInside}`, { ttl: '5h' }]],
  ['ending it', ({ aliasInside }) => ['DELETE', `sys/remount/aliases/${aliasInside}`]],
  [
    'renewing one that leads into it',
    ({ aliasOutside }) => ['POST', `sys/remount/aliases/${aliasOutside}`, { ttl: '5h' }],
  ],
  ['a secrets engine', ({ name }) => ['GET', `sys/internal/ui/mounts/${name}/ssh`]],
  ['an auth method', ({ name }) => ['GET', `sys/internal/ui/mounts/${name}/auth/people`]],
  [
    'revoking irrevocable leases again',
    ({ irrevocableId: id }) => ['POST', `sys/remount/irrevocable/${id}/retry`, {}],
  ],
  [
    'dropping them',
    ({ irrevocableId: id }) => ['POST', `sys/remount/irrevocable/${id}/retry`, { force: true }],
  ],
  ['verifying a move', ({ migrationId }) => ['GET', `sys/remount/verify/${migrationId}`]],
  ['undoing a move', ({ migrationId }) => ['POST', `sys/remount/undo/${migrationId}`]],
  ['moving a mount', ({ name }) => ['POST', 'sys/remount', { from: `${name}/ssh`, to: `${name}/ssh-2` }]],
  [
    'a rule that covers its mounts',
    ({ name }) => [
      'POST',
      'sys/remount/bulk',
      { rules: [{ from: `${name}/*`, to: `${name}/x/*` }], dry_run: true },
    ],
  ],
];

describe('a locked namespace refuses, asked from above it,', () => {
  let locked: Locked;
  beforeAll(async () => {
    locked = await lockedNamespace();
  });

  it.each(REFUSED)('%s, and nothing changes', async (_, asked) => {
    const before = await readTables(service.deps.client);
    const [method, path, body] = asked(locked);
    const answer = await service.call(method, path, { ...(body && { body }) });
    const text = `API access to this namespace has been locked by an administrator - "${locked.name}/" must be unlocked to gain access.`;
    expect([answer.status, answer.body.errors]).toEqual([503, [text]]);
    expect(await readTables(service.deps.client)).toEqual(before);
  });

  it('as it refuses those of a namespace below it', async () => {
    const name = `outer-${++serial}`;
    await must('POST', `sys/namespaces/${name}`);
    await must('POST', 'sys/namespaces/inner', undefined, name);
    const { accessor } = await service.token({}, { namespace: `${name}/inner` });
    await must('POST', `sys/namespaces/api-lock/lock/${name}`);
    const answer = await service.call('POST', 'auth/token/lookup-accessor', { body: { accessor } });
    const text = expect.stringContaining(`"${name}/" must be unlocked`);
    expect(answer).toMatchObject({ status: 503, body: { errors: [text] } });
  });

  it('a lease that an alias outside has issued, without its path', async () => {
    const { leaseThroughAlias: lease_id } = locked;
    for (const path of ['sys/leases/lookup', 'sys/leases/renew']) {
      const answer = await service.call('POST', path, { body: { lease_id } });
      expect(answer).toMatchObject({
        status: 503,
        body: { errors: ['the mount of this path is in a namespace that is locked'] },
      });
    }
  });

  it('an alias outside that leads into it, but for help, which tells nothing of that', async () => {
    const { aliasOutside } = locked;
    const refused = await service.call('GET', `${aliasOutside}/roles/web`);
    expect(refused.body.errors).toEqual(['the mount of this path is in a namespace that is locked']);
    for (const sender of [{}, { token: '' }]) {
      const answer = await service.call('GET', `${aliasOutside}/verify`, {
        ...sender,
        query: { help: ['1'] },
      });
      expect(answer.status).toBe(200);
    }
  });
});

describe('a listing of several namespaces leaves a locked one out:', () => {
  it('its irrevocable leases', async () => {
    const { unlock } = await lockedNamespace();
    const query = { type: ['irrevocable'], include_child_namespaces: ['true'] };
    const counted = async () =>
      (await service.call('GET', 'sys/leases/count', { query })).body.data.lease_count;
    const before = await counted();
    await unlock();
    expect(await counted()).toBe(before + 1);
  });

  it('the leases that a move could not revoke', async () => {
    const { irrevocableId, unlock } = await lockedNamespace();
    const list = async () => (await must('GET', `sys/remount/irrevocable/${irrevocableId}`)).data;
    expect(await list()).toEqual({ keys: [], key_info: {}, hidden_leases: 1 });
    await unlock();
    expect(await list()).toMatchObject({ keys: [expect.any(String)], hidden_leases: 0 });
  });

  it('its aliases, also in the plan of a move of their mount', async () => {
    const [name, mount] = [`locked-${++serial}`, `from-${serial}`];
    await must('POST', `sys/namespaces/${name}`);
    await must('POST', 'sys/mounts/kv', { type: 'kv' }, name);
    await service.move(`${name}/kv`, mount, { alias_ttl: '1h' });
    const listed = async () => (await must('LIST', 'sys/remount/aliases')).data.keys.includes(`${name}/kv/`);
    const planned = async () =>
      (await must('POST', 'sys/remount/plan', { from: mount, to: `${mount}-2` })).data.aliases[0]
        .source_mount;
    expect([await listed(), await planned()]).toEqual([true, `${name}/kv/`]);
    await must('POST', `sys/namespaces/api-lock/lock/${name}`);
    expect([await listed(), await planned()]).toEqual([false, '']);
  });

  it('its locked users', async () => {
    const { name, unlock } = await lockedNamespace();
    const listed = async () => {
      const { by_namespace } = (await must('GET', 'sys/locked-users')).data;
      return by_namespace.some((one: Record<string, unknown>) => one.namespace_path === `${name}/`);
    };
    expect(await listed()).toBe(false);
    await unlock();
    expect(await listed()).toBe(true);
  });
});

type Revoked = (locked: Locked) => [method: string, path: string, body?: object];

describe('a lock keeps nothing valid: a namespace above it revokes', () => {
  it.each<[string, Revoked]>([
    ['a token', ({ token }) => ['POST', 'auth/token/revoke', { token: token.client_token }]],
    [
      'a token by its accessor',
      ({ token: { accessor } }) => ['POST', 'auth/token/revoke-accessor', { accessor }],
    ],
    [
      'a token without its children',
      ({ token }) => ['POST', 'auth/token/revoke-orphan', { token: token.client_token }],
    ],
  ])('%s', async (_, asked) => {
    const locked = await lockedNamespace();
    await must(...asked(locked));
    await locked.unlock();
    const body = { accessor: locked.token.accessor };
    expect((await service.call('POST', 'auth/token/lookup-accessor', { body })).status).toBe(400);
  });

  it('a token that revokes itself', async () => {
    const { token, unlock } = await lockedNamespace();
    const answer = await service.call('POST', 'auth/token/revoke-self', { token: token.client_token });
    expect(answer.status).toBe(204);
    await unlock();
    const body = { accessor: token.accessor };
    expect((await service.call('POST', 'auth/token/lookup-accessor', { body })).status).toBe(400);
  });

  it.each<[string, Revoked]>([
    ['a lease', ({ leaseId: lease_id }) => ['POST', 'sys/leases/revoke', { lease_id }]],
    ['a lease by its path', ({ leaseId }) => ['POST', `sys/leases/revoke/${leaseId}`]],
    ['a lease as of old', ({ leaseId: lease_id }) => ['POST', 'sys/revoke', { lease_id }]],
  ])('%s', async (_, asked) => {
    const locked = await lockedNamespace();
    const { leaseId: lease_id } = locked;
    await must(...asked(locked));
    await locked.unlock();
    expect((await service.call('POST', 'sys/leases/lookup', { body: { lease_id } })).status).toBe(400);
  });

  it.each<[string, Revoked]>([
    ['by its id', ({ leaseThroughAlias: lease_id }) => ['POST', 'sys/leases/revoke', { lease_id }]],
    ['by the path of the alias', ({ aliasOutside }) => ['POST', `sys/leases/revoke-prefix/${aliasOutside}`]],
  ])('a lease that an alias outside has issued, %s', async (_, asked) => {
    const locked = await lockedNamespace();
    const { leaseThroughAlias: lease_id } = locked;
    await must(...asked(locked));
    await locked.unlock();
    expect((await service.call('POST', 'sys/leases/lookup', { body: { lease_id } })).status).toBe(400);
  });

  it('the alias that leads into it', async () => {
    const { aliasOutside } = await lockedNamespace();
    await must('DELETE', `sys/remount/aliases/${aliasOutside}`);
  });
});
