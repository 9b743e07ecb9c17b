import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { placeNamespace } from '../support/place.ts';
import { type Auth, refusal, type World, world, wrapper } from '../support/world.ts';

let w: World;
let outer: Namespace;
let inner: Namespace;
/** For each namespace, by its path, one token that may do everything with tokens. */
let of: Record<'' | 'outer' | 'outer/inner' | 'other', Auth>;

beforeAll(async () => {
  w = await world();
  outer = await placeNamespace(w.deps, ROOT, 'outer');
  inner = await placeNamespace(w.deps, outer, 'inner');
  const other = await placeNamespace(w.deps, ROOT, 'other');
  const all = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }';
  for (const namespace of [ROOT, outer, inner, other]) await w.policy('tokens', all, namespace);
  const make = (namespace: string) => w.token({ policies: ['tokens'] }, { namespace });
  of = {
    '': await make(''),
    outer: await make('outer'),
    'outer/inner': await make('outer/inner'),
    other: await make('other'),
  };
});
afterAll(() => w.stop());

const PATHS = ['', 'outer', 'outer/inner', 'other'] as const;

function post(path: string, body: Record<string, unknown>, asker: (typeof PATHS)[number], namespace = '') {
  return w.call('POST', `auth/token/${path}`, { body, token: of[asker].client_token, namespace });
}

describe('a token of a namespace', () => {
  it.each(PATHS)('of %j can look itself up in every namespace', async (own) => {
    for (const namespace of PATHS) {
      const asked = { token: of[own].client_token, namespace };
      const { status, body } = await w.call('GET', 'auth/token/lookup-self', asked);
      expect([namespace, status, body.data?.id]).toEqual([namespace, 200, of[own].client_token]);
      const found = await w.call('POST', 'auth/token/lookup', asked);
      expect(found.body.data.id).toBe(of[own].client_token);
      expect((await w.call('POST', 'auth/token/renew-self', asked)).status).toBe(200);
    }
  });

  it('is subject to the policies of its namespace in requests about itself', async () => {
    const auth = await w.token({ policies: ['default'] });
    const asked = { token: auth.client_token, namespace: 'outer/inner' };
    expect((await w.call('GET', 'auth/token/lookup-self', asked)).status).toBe(200);
    expect((await w.call('POST', 'auth/token/revoke-self', asked)).status).toBe(204);
    expect((await w.call('GET', 'auth/token/lookup-self', asked)).status).toBe(403);
  });

  it.each([
    ['', '', true],
    ['', 'outer', true],
    ['', 'outer/inner', true],
    ['outer', 'outer', true],
    ['outer', 'outer/inner', true],
    ['outer', '', false],
    ['outer', 'other', false],
    ['outer/inner', 'outer', false],
    ['other', 'outer/inner', false],
  ] as const)('asked for from %j, one of %j is found: %j', async (asker, owner, isFound) => {
    const { client_token, accessor } = of[owner];
    const results = await Promise.all([
      post('lookup', { token: client_token }, asker, asker),
      post('renew', { token: client_token }, asker, asker),
      post('lookup-accessor', { accessor }, asker, asker),
      post('renew-accessor', { accessor }, asker, asker),
    ]);
    const [lookup, renew, byAccessor, renewByAccessor] = results.map(refusal);
    if (isFound) expect(results.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    else {
      expect(lookup).toEqual({ status: 403, errors: ['bad token'] });
      expect(renew).toEqual({ status: 400, errors: ['token not found'] });
      expect(byAccessor).toEqual({ status: 400, errors: [wrapper('invalid accessor')] });
      expect(renewByAccessor).toEqual({ status: 400, errors: [wrapper('invalid accessor')] });
    }
  });

  it('is revoked from namespaces above, and not from below or beside', async () => {
    const victims = await Promise.all(
      [1, 2, 3].map(() => w.token({ policies: ['tokens'] }, { namespace: 'outer' })),
    );
    const [byToken, byAccessor, orphaned] = victims as [Auth, Auth, Auth];
    const works = async ({ client_token: token }: Auth) =>
      (await w.call('GET', 'auth/token/lookup-self', { token })).status === 200;
    for (const asker of ['outer/inner', 'other'] as const) {
      expect((await post('revoke', { token: byToken.client_token }, asker, asker)).status).toBe(204);
      const answer = await post('revoke-accessor', { accessor: byAccessor.accessor }, asker, asker);
      expect(answer.body.warnings).toEqual(['No token found with this accessor']);
      const orphan = await post('revoke-orphan', { token: orphaned.client_token }, asker, asker);
      expect(refusal(orphan).errors).toEqual(['token to revoke not found']);
    }
    expect(await Promise.all(victims.map(works))).toEqual([true, true, true]);
    await post('revoke', { token: byToken.client_token }, '');
    await post('revoke-accessor', { accessor: byAccessor.accessor }, '');
    await post('revoke-orphan', { token: orphaned.client_token }, '');
    expect(await Promise.all(victims.map(works))).toEqual([false, false, false]);
  });

  it('named from above, is subject to the policies of its namespace', async () => {
    await w.policy('top', 'path "auth/token/lookup" { capabilities = ["update"] }');
    await w.policy('deep', 'path "outer/auth/token/lookup" { capabilities = ["update"] }');
    const [top, deep] = [await w.token({ policies: ['top'] }), await w.token({ policies: ['deep'] })];
    const body = { token: of.outer.client_token };
    expect((await w.call('POST', 'auth/token/lookup', { body, token: top.client_token })).status).toBe(403);
    expect((await w.call('POST', 'auth/token/lookup', { body, token: deep.client_token })).status).toBe(200);
  });

  it('is not valid above or beside its namespace', async () => {
    for (const namespace of ['', 'other']) {
      const answer = await w.call('LIST', 'auth/token/accessors', {
        token: of.outer.client_token,
        namespace,
      });
      expect(refusal(answer)).toEqual({ status: 403, errors: [wrapper('permission denied')] });
    }
  });

  it('with sudo may create tokens of the namespaces below', async () => {
    const made = await post('create', { policies: ['x'] }, 'outer', 'outer/inner');
    expect(made.body.auth.client_token.endsWith(`.${inner.id}`)).toBe(true);
    expect((await post('create', {}, 'outer/inner', 'outer')).status).toBe(403);
  });
});

describe('listing accessors', () => {
  it('shows those of the namespace of the request only', async () => {
    const list = async (namespace: string) =>
      (await w.call('LIST', 'auth/token/accessors', { namespace })).body.data.keys as string[];
    const [ofOuter, ofInner] = [await list('outer'), await list('outer/inner')];
    expect(ofOuter).toContain(of.outer.accessor);
    expect(ofOuter.every((accessor) => accessor.endsWith(`.${outer.id}`))).toBe(true);
    expect(ofInner.every((accessor) => accessor.endsWith(`.${inner.id}`))).toBe(true);
  });
});
