import { beforeAll, describe, expect, it } from 'vitest';
import { cubbyholePartition } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { everythingStored } from '../engines/engineService.ts';
import { placeNamespace } from '../support/place.ts';
import { throughFile } from '../support/throughFile.ts';
import { type Auth, refusal } from '../support/world.ts';
import { DENIED, INVALID, wrapService } from './wrapService.ts';

const s = throughFile(wrapService);

describe('a wrapping token', () => {
  it('expires', async () => {
    const { token } = await s.wrapped('GET', 'kv/app', {}, '10');
    s.deps.clock.pass(10_000);

    expect(refusal(await s.unwrap(token))).toEqual(INVALID);
    expect(refusal(await s.unwrapNamed(token))).toEqual(INVALID);
    expect(refusal(await s.call('POST', 'sys/wrapping/lookup', { body: { token } }))).toEqual(INVALID);
  });

  it('stays valid when the token of the request is revoked', async () => {
    await s.policy('reader', 'path "kv/*" { capabilities = ["read"] }');
    const reader = await s.token({ policies: ['reader'] });
    const { token } = await s.wrapped('GET', 'kv/app', { token: reader.client_token });
    await s.call('POST', 'auth/token/revoke', { body: { token: reader.client_token } });

    expect((await s.unwrap(token)).body.data).toEqual({ password: 's3cret' });
  });

  it('can be revoked by its accessor, which removes the wrapped answer', async () => {
    const { token, accessor } = await s.wrapped('GET', 'kv/app');
    const range = { table: 'storage', pk: cubbyholePartition(accessor) } as const;
    expect(await s.deps.store.query(range)).toHaveLength(1);

    await s.call('POST', 'auth/token/revoke-accessor', { body: { accessor } });

    expect(refusal(await s.unwrap(token))).toEqual(INVALID);
    expect(await s.deps.store.query(range)).toEqual([]);
  });

  it('leaves nothing stored after its use', async () => {
    const { token, accessor } = await s.wrapped('GET', 'kv/app');
    await s.unwrap(token);

    const left = (await everythingStored(s.deps)).filter((item) => JSON.stringify(item).includes(accessor));
    expect(left).toEqual([]);
    const partition = { table: 'storage', pk: cubbyholePartition(accessor) } as const;
    expect(await s.deps.store.query(partition)).toEqual([]);
  });

  it('is shown with its facts in lookups and lists of tokens', async () => {
    const { accessor } = await s.wrapped('GET', 'kv/app');
    const { data } = (await s.call('POST', 'auth/token/lookup-accessor', { body: { accessor } })).body;
    expect(data).toMatchObject({
      path: 'kv/app',
      display_name: 'token',
      policies: ['response-wrapping'],
      num_uses: 1,
      orphan: true,
      renewable: false,
      explicit_max_ttl: 60,
    });
    const accessors = (await s.call('LIST', 'auth/token/accessors')).body.data.keys;
    expect(accessors).toContain(accessor);
  });

  it('allows nothing else, and is used up by the attempt', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    expect(refusal(await s.call('GET', 'kv/app', { token }))).toEqual(DENIED);
    expect(refusal(await s.unwrap(token))).toEqual(INVALID);
  });

  it('has a built-in policy that is not listed', async () => {
    const { data } = (await s.call('GET', 'sys/policies/acl/response-wrapping')).body;
    expect(data.policy).toContain('sys/wrapping/unwrap');
    expect((await s.call('LIST', 'sys/policies/acl')).body.data.keys).not.toContain('response-wrapping');
  });
});

describe('namespaces', () => {
  let child: string;
  let other: string;
  beforeAll(async () => {
    [child, other] = [s.deps.ids.base62(6), s.deps.ids.base62(6)];
    for (const name of [child, other]) await placeNamespace(s.deps, ROOT, name);
    const all = 'path "*" { capabilities = ["create", "read", "update", "sudo"] }';
    for (const name of [child, other]) {
      await s.call('POST', 'sys/policies/acl/all', { namespace: name, body: { policy: all } });
    }
  });
  const wrapIn = (namespace: string) => s.wrapped('POST', 'sys/wrapping/wrap', { namespace, body: { v: 1 } });
  const tokenOf = async (namespace: string): Promise<Auth> =>
    (await s.call('POST', 'auth/token/create', { namespace, body: { policies: ['all'] } })).body.auth;

  it('give their wrapping tokens a suffix, by which any namespace unwraps them', async () => {
    for (const namespace of ['', child, other]) {
      const { token } = await wrapIn(child);
      expect(token).toMatch(/\.[0-9A-Za-z]{6}$/);
      expect((await s.unwrap(token, { namespace })).body.data).toEqual({ v: 1 });
    }
  });

  it('let a token of a parent namespace unwrap, but no token of a sibling or child', async () => {
    const inChild = await wrapIn(child);
    const inRoot = await s.wrapped('POST', 'sys/wrapping/wrap', { body: { v: 1 } });
    const { client_token } = await tokenOf(other);
    for (const { token } of [inChild, inRoot]) {
      const asked = { token: client_token, namespace: other };
      expect(refusal(await s.unwrapNamed(token, asked))).toEqual(INVALID);
      const lookup = await s.call('POST', 'sys/wrapping/lookup', { ...asked, body: { token } });
      expect(refusal(lookup)).toEqual(INVALID);
    }
    expect((await s.unwrapNamed(inChild.token)).body.data).toEqual({ v: 1 });
  });
});
