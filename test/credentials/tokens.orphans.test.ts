import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineageBelow } from '../../functions/credentials/lineage.ts';
import { markRevoked } from '../../functions/credentials/revoke.ts';
import { detachToken, revokeOrphan } from '../../functions/credentials/revokeOrphan.ts';
import { type Token, tokenOf } from '../../functions/credentials/token.ts';
import { tokenRoutes } from '../../functions/credentials/tokenRoutes.ts';
import { engines } from '../../functions/engines/catalog.ts';
import { PRESENT, type Store } from '../../functions/ports/store.ts';
import { childrenShard, leaseKey, sha256, tokenKey } from '../../functions/store/keys.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { type Auth, refusal, type World, world } from '../support/world.ts';

let w: World;

beforeAll(async () => {
  w = await world();
  await w.policy('maker', 'path "auth/token/create*" { capabilities = ["update"] }');
  await w.policy('renter', 'path "rent/*" { capabilities = ["update"] }');
  await placeMount(w.deps, 'rent/', { type: 'rented' });
});
afterAll(() => w.stop());

async function works({ client_token: token }: Auth): Promise<boolean> {
  return (await w.call('GET', 'auth/token/lookup-self', { token })).status === 200;
}

async function revoke(path: string, { client_token }: Auth) {
  return w.call('POST', `auth/token/${path}`, { body: { token: client_token } });
}

async function rent({ client_token: token }: Auth) {
  const { body } = await w.call('POST', 'rent/creds/web', { token, body: {} });
  return { id: body.lease_id as string, key: body.data.key as string };
}

async function rentWorks(key: string): Promise<boolean> {
  return (await w.call('GET', `rent/works/${key}`)).body.data.works;
}

async function leaseWorks(id: string): Promise<boolean> {
  return (await w.call('POST', 'sys/leases/lookup', { body: { lease_id: id } })).status === 200;
}

function childOf({ client_token: token }: Auth): Promise<Auth> {
  return w.token({}, { token });
}

async function stored({ client_token }: Auth): Promise<Token | undefined> {
  return tokenOf(await w.deps.store.get(tokenKey(sha256(client_token))));
}

/** Calls during which a token is revoked without its children: just before they check that token again. */
function orphaningMeanwhile(token: Auth, look: number, happens = () => {}): Caller {
  const { store } = w.deps;
  const { pk } = tokenKey(sha256(token.client_token));
  let looks = 0;
  const getMany: Store['getMany'] = async (refs) => {
    if (refs.some((ref) => ref.pk === pk) && looks++ === look) {
      happens();
      expect((await revoke('revoke-orphan', token)).status).toBe(204);
    }
    return store.getMany(refs);
  };
  return caller({ ...w.deps, store: { ...store, getMany } }, { builtin: tokenRoutes, engines }, w.root);
}

/** DynamoDB deletes expired items one by one, perhaps the lease days before the token. */
async function expire({ hash, lease }: Token): Promise<void> {
  const expiresAt = w.deps.clock.now() - 1;
  await w.deps.store.commit([{ update: tokenKey(hash), set: { expiresAt }, if: PRESENT }]);
  if (lease) await w.deps.store.deleteMany([leaseKey(lease.mountUuid, lease.path)]);
}

/** grandparent → parent → child → grandchild */
async function family(): Promise<[Auth, Auth, Auth, Auth]> {
  const grandparent = await w.token({ policies: ['maker', 'renter'] });
  const parent = await childOf(grandparent);
  const child = await childOf(parent);
  return [grandparent, parent, child, await childOf(child)];
}

describe('revoking a token without its children', () => {
  it('revokes the token and its leases, and none of its child tokens', async () => {
    const [grandparent, parent, child, grandchild] = await family();
    const own = await rent(parent);
    const below = [await rent(child), await rent(grandchild)];

    expect((await revoke('revoke-orphan', parent)).status).toBe(204);

    const alive = await Promise.all([grandparent, parent, child, grandchild].map(works));
    expect(alive).toEqual([true, false, true, true]);
    expect(await Promise.all([own, ...below].map(({ key }) => rentWorks(key)))).toEqual([false, true, true]);
    expect(await Promise.all([own, ...below].map(({ id }) => leaseWorks(id)))).toEqual([false, true, true]);
  });

  it('makes its children orphans, which are no longer revoked with a token above', async () => {
    const [grandparent, parent, child, grandchild] = await family();
    await revoke('revoke-orphan', parent);
    expect([(await stored(child))?.orphan, (await stored(grandchild))?.orphan]).toEqual([true, false]);
    await revoke('revoke', grandparent);
    expect(await Promise.all([child, grandchild].map(works))).toEqual([true, true]);
  });

  it('leaves the tree below as it is: the grandchild is still revoked with the child', async () => {
    const [, parent, child, grandchild] = await family();
    const { key } = await rent(grandchild);
    await revoke('revoke-orphan', parent);
    await revoke('revoke', child);
    expect(await Promise.all([child, grandchild].map(works))).toEqual([false, false]);
    expect(await rentWorks(key)).toBe(false);
  });

  it('leaves children that can be renewed', async () => {
    const [, parent, child, grandchild] = await family();
    const { id } = await rent(grandchild);
    await revoke('revoke-orphan', parent);
    for (const token of [child, grandchild])
      expect((await w.call('POST', 'auth/token/renew', { body: { token: token.client_token } })).status).toBe(
        200,
      );
    expect((await w.call('POST', 'sys/leases/renew', { body: { lease_id: id } })).status).toBe(200);
  });

  it('needs sudo, and has its own text for that', async () => {
    await w.policy('orphaner', 'path "auth/token/revoke-orphan" { capabilities = ["update"] }');
    const [weak, victim] = [
      await w.token({ policies: ['orphaner'] }),
      await w.token({ policies: ['default'] }),
    ];
    const answer = await w.call('POST', 'auth/token/revoke-orphan', {
      token: weak.client_token,
      body: { token: victim.client_token },
    });
    expect(refusal(answer)).toEqual({
      status: 400,
      errors: ['root or sudo privileges required to revoke and orphan'],
    });
    expect(await works(victim)).toBe(true);
  });

  it('continues where it was interrupted; no request can use the token meanwhile', async () => {
    const [, parent, child, grandchild] = await family();
    const token = (await stored(parent)) as Token;
    await expect(revokeOrphan(w.deps, token, 0)).rejects.toMatchObject({
      status: 503,
      errors: ['not every child is an orphan yet, repeat the request'],
    });
    expect(await Promise.all([parent, child, grandchild].map(works))).toEqual([false, true, true]);
    // The process died after it rewrote the child: nothing else is done yet.
    await detachToken(w.deps, sha256(child.client_token), token);
    expect(await Promise.all([parent, child, grandchild].map(works))).toEqual([false, true, true]);

    expect((await revoke('revoke-orphan', parent)).status).toBe(204);
    expect(await Promise.all([parent, child, grandchild].map(works))).toEqual([false, true, true]);
    expect(await stored(parent)).toBeUndefined();
  });

  it('and then with its children, revokes those that are not orphans yet', async () => {
    const [, parent, child, grandchild] = await family();
    await expect(revokeOrphan(w.deps, (await stored(parent)) as Token, 0)).rejects.toMatchObject({
      status: 503,
    });
    expect((await revoke('revoke', parent)).status).toBe(204);
    expect(await Promise.all([parent, child, grandchild].map(works))).toEqual([false, false, false]);
  });

  it('keeps every token below when two tokens of one lineage are taken out at once', async () => {
    for (let round = 0; round < 5; round++) {
      const [, parent, child, grandchild] = await family();
      const last = await childOf(grandchild);
      const { key } = await rent(last);
      const answers = await Promise.all([revoke('revoke-orphan', parent), revoke('revoke-orphan', child)]);
      expect(answers.map(({ status }) => status)).toEqual([204, 204]);
      expect(await Promise.all([parent, child, grandchild, last].map(works))).toEqual([
        false,
        false,
        true,
        true,
      ]);
      expect(await rentWorks(key)).toBe(true);
      expect((await stored(last))?.lineage.tokens).toEqual([sha256(grandchild.client_token)]);
    }
  });

  it('refuses no request of a child meanwhile', async () => {
    const [, parent, child] = await family();
    const call = orphaningMeanwhile(parent, 0);
    const answer = await call('GET', 'auth/token/lookup-self', { token: child.client_token });
    expect(answer).toMatchObject({ status: 200, body: { data: { orphan: true } } });
  });

  it('keeps every token below when another token of the lineage is taken out at any moment of it', async () => {
    for (let look = 0, isOver = false; !isOver; look++) {
      const [, parent, child, grandchild] = await family();
      const call = orphaningMeanwhile(parent, look, () => {
        isOver = false;
      });
      isOver = true;
      const { status } = await call('POST', 'auth/token/revoke-orphan', {
        body: { token: child.client_token },
      });
      const alive = await Promise.all([child, grandchild].map(works));
      expect([look, status, ...alive]).toEqual([look, 204, false, true]);
    }
  });

  it.each<[string, (child: Token) => Promise<unknown>]>([
    ['was revoked by a process that died', ({ hash }) => markRevoked(w.deps.store, hash)],
    ['has expired, and whose lease the table has dropped', expire],
  ])('is not blocked by a child that %s', async (_, end) => {
    const [, parent, child, grandchild] = await family();
    const sibling = await childOf(parent);
    await end((await stored(child)) as Token);

    expect((await revoke('revoke-orphan', parent)).status).toBe(204);

    const alive = await Promise.all([parent, child, grandchild, sibling].map(works));
    expect(alive).toEqual([false, false, false, true]);
    expect(await Promise.all([child, grandchild].map(stored))).toEqual([undefined, undefined]);
  });

  it('makes many children orphans, and leaves none of their entries', async () => {
    const parent = await w.token({ policies: ['maker'] });
    const children = await Promise.all(Array.from({ length: 40 }, () => childOf(parent)));
    expect((await revoke('revoke-orphan', parent)).status).toBe(204);
    expect(await Promise.all(children.map(works))).toEqual(children.map(() => true));
    for (let shard = 0; shard < 4; shard++) {
      const pk = childrenShard(sha256(parent.client_token), shard);
      expect(await w.deps.store.query({ table: 'access', pk })).toEqual([]);
    }
  });
});

describe('what remains of a lineage below a token', () => {
  const top = 'p';

  it('has neither the token, nor those above it, nor the mounts that issued them', () => {
    const lineage = { mounts: { login: 3, token: 0, ssh: 1 }, tokens: ['r', 'p', 'c'] };
    const issuers = [
      { mountUuid: 'token', generation: 0 },
      { mountUuid: 'ssh', generation: 1 },
    ];
    expect(lineageBelow(lineage, top, issuers)).toEqual({ mounts: { ssh: 1, token: 0 }, tokens: ['c'] });
  });

  it('is not changed when the token is not in it', () => {
    expect(lineageBelow({ mounts: {}, tokens: ['c'] }, top, [])).toBeUndefined();
  });
});
