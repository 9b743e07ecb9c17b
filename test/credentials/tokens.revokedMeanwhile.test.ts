import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issueToken } from '../../functions/credentials/issueToken.ts';
import { revokeToken } from '../../functions/credentials/revoke.ts';
import { tokenRoutes } from '../../functions/credentials/tokenRoutes.ts';
import { cubbyholeRoutes } from '../../functions/cubbyhole/cubbyholeRoutes.ts';
import type { Store } from '../../functions/ports/store.ts';
import { cubbyholePartition, sha256, tokenKey } from '../../functions/store/keys.ts';
import { tokenIssuer } from '../../functions/tree/builtin.ts';
import { changeTree } from '../../functions/tree/changeTree.ts';
import { disableMount } from '../../functions/tree/disableMount.ts';
import { raiseGeneration } from '../../functions/tree/generation.ts';
import { type Mount, mountItem } from '../../functions/tree/mount.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { caller } from '../support/call.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { placeMount } from '../support/place.ts';
import { rented } from '../support/rented.ts';
import { type World, world } from '../support/world.ts';

let service: World;
let name: string;

beforeAll(async () => {
  service = await world();
});
afterAll(() => service.stop());
beforeEach(() => {
  name = service.deps.ids.base62(8);
});

/** A store on which something happens right before the commit that puts an item into a table. */
function beforePut(store: Store, table: string, act: () => Promise<unknown>): Store {
  return meanwhile(store, act, (writes) =>
    writes.some((write) => 'put' in write && write.put.table === table),
  );
}

async function stored(prefix: string): Promise<number> {
  const shards = Array.from({ length: 16 }, (_, i) => `${prefix}#${i}`);
  const found = await Promise.all(shards.map((pk) => service.deps.store.query({ table: 'leases', pk })));
  return found.flat().length;
}

describe('a token that is revoked while it creates', () => {
  it('a child leaves no child behind', async () => {
    const { client_token: parent } = await service.token({ ttl: '1h' });
    const store = beforePut(service.deps.store, 'leases', () =>
      revokeToken(service.deps, { hash: sha256(parent) }),
    );
    const call = caller({ ...service.deps, store }, { builtin: tokenRoutes, engines: {} }, parent);
    const before = await stored(tokenIssuer(ROOT).mountUuid);

    const answer = await call('POST', 'auth/token/create', { body: { ttl: '1h' } });

    expect(answer.status).toBe(403);
    // The lease of the parent is deleted, and no other lease exists.
    expect(await stored(tokenIssuer(ROOT).mountUuid)).toBe(before - 1);
  });

  it('a lease leaves neither lease nor credential behind', async () => {
    const mount = await placeMount(service.deps, `${name}/`, { type: 'rented' });
    await service.policy(name, `path "${name}/*" { capabilities = ["update"] }`);
    const { client_token: holder } = await service.token({ ttl: '1h', policies: [name] });
    const store = beforePut(service.deps.store, 'leases', () =>
      revokeToken(service.deps, { hash: sha256(holder) }),
    );
    const call = caller({ ...service.deps, store }, { builtin: [], engines: { rented } }, holder);

    const answer = await call('POST', `${name}/creds/web`);

    expect(answer.status).toBe(403);
    expect(await stored(mount.uuid)).toBe(0);
    expect(await service.deps.store.query({ table: 'storage', pk: mount.uuid })).toEqual([]);
  });
});

describe('a token whose parent is revoked while it stores', () => {
  it('leaves nothing behind, although the revocation found no mark of stored items', async () => {
    const { client_token: parent } = await service.token({ ttl: '1h' });
    const { client_token: token, accessor } = await service.token({ ttl: '1h' }, { token: parent });
    const { store } = service.deps;
    const [found, stored] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const deleteMany: Store['deleteMany'] = async (refs) => {
      if (refs.length === 0) return;
      found.resolve();
      await stored.promise;
      await store.deleteMany(refs);
    };
    let revocation = Promise.resolve();
    const revoking = beforePut(store, 'storage', () => {
      revocation = revokeToken({ store: { ...store, deleteMany } }, { hash: sha256(parent) });
      return found.promise;
    });
    const call = caller(
      { ...service.deps, store: revoking },
      { builtin: cubbyholeRoutes, engines: {} },
      token,
    );

    const answer = await call('POST', 'cubbyhole/mine', { body: { a: 1 } });
    stored.resolve();
    await revocation;

    expect(await store.query({ table: 'storage', pk: cubbyholePartition(accessor) })).toEqual([]);
    expect(answer.status).toBe(403);
  });
});

describe('a token whose auth method is moved while it creates', () => {
  it('a child leaves no child behind', async () => {
    const issuer = { mountUuid: service.deps.ids.uuid(), generation: 0 };
    const order = { namespace: ROOT, issuer, path: 'auth/x/login', leasePath: 'login', displayName: 'x' };
    const before = await stored(tokenIssuer(ROOT).mountUuid);
    const { secret } = await issueToken(service.deps, { ...order, policies: ['root'], ttl: 60, maxTtl: 60 });
    const store = beforePut(service.deps.store, 'leases', () =>
      service.deps.store.commit([raiseGeneration(issuer.mountUuid, 1)]),
    );
    const call = caller({ ...service.deps, store }, { builtin: tokenRoutes, engines: {} }, secret);

    const answer = await call('POST', 'auth/token/create', { body: { policies: ['default'], ttl: '1m' } });

    expect(answer.status).toBe(403);
    expect(await stored(tokenIssuer(ROOT).mountUuid)).toBe(before);
  });
});

describe('a mount that is moved while it issues a lease', () => {
  it('refuses no request: the request is retried, and nothing of the first attempt remains', async () => {
    const mount = await placeMount(service.deps, `${name}/`, { type: 'rented' });
    const moved: Mount = { ...mount, path: `${name}-new/`, generation: 1, issued: false, version: 3 };
    const meanwhile = async () => {
      const places = [
        { namespaceId: 'root', path: mount.path, before: { kind: 'mount', uuid: mount.uuid } },
        { namespaceId: 'root', path: moved.path, after: mountItem(moved) },
        {
          namespaceId: 'root',
          path: mount.path,
          after: mountItem({ ...mount, uuid: 'another', version: 1 }),
        },
      ];
      await changeTree(service.deps.store, places.slice(0, 2), [raiseGeneration(mount.uuid, 1)]);
      await changeTree(service.deps.store, places.slice(2));
    };
    const store = beforePut(service.deps.store, 'leases', meanwhile);
    const call = caller({ ...service.deps, store }, { builtin: [], engines: { rented } }, service.root);

    const answer = await call('POST', `${name}/creds/web`);

    // The mount that has the path by now answers.
    expect(answer.status).toBe(200);
    expect(await stored(mount.uuid)).toBe(0);
    expect(await stored('another')).toBe(1);
  });

  it('never answers 403 to a valid token', async () => {
    const mount = await placeMount(service.deps, `${name}/`, { type: 'rented' });
    const store = beforePut(service.deps.store, 'leases', () =>
      disableMount(service.deps, { ...mount, version: 2 }),
    );
    const call = caller({ ...service.deps, store }, { builtin: [], engines: { rented } }, service.root);
    expect((await call('POST', `${name}/creds/web`)).status).toBe(404);
  });
});

describe('an id that is chosen again', () => {
  it('does not make the children of the first token with it valid again', async () => {
    const id = `chosen-${name}`;
    const root = { policies: ['root'], ttl: '60s', id };
    const { client_token: parent } = await service.token(root);
    const { client_token: child } = await service.token(
      { ttl: '300h', policies: ['default'] },
      { token: parent },
    );
    expect((await service.call('GET', 'auth/token/lookup-self', { token: child })).status).toBe(200);
    service.deps.clock.pass(61_000);
    expect((await service.call('GET', 'auth/token/lookup-self', { token: child })).status).toBe(403);
    // The items that DynamoDB deletes a day later.
    await service.deps.store.deleteMany([tokenKey(sha256(parent))]);

    await service.token(root);

    expect((await service.call('GET', 'auth/token/lookup-self', { token: child })).status).toBe(403);
  });
});
