import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinKey } from '../../functions/store/keys.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

let deps: TestDeps;
let call: Caller;
let team: Namespace;

beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, vaultApi, await rootToken(deps));
  team = await placeNamespace(deps, ROOT, 'team');
});
afterAll(() => deps.stop());

async function tune(path: string, body: object, namespace = ''): Promise<void> {
  const { status, text } = await call('POST', `${path}/tune`, { body, namespace });
  expect([status, text]).toEqual([204, '']);
}

async function read(path: string, namespace = ''): Promise<Record<string, unknown>> {
  return (await call('GET', path, { namespace })).body.data;
}

const LISTS = { audit_non_hmac_request_keys: ['a', 'b'], audit_non_hmac_response_keys: ['c'] };

describe('the lists for audit devices of a built-in mount', () => {
  it.each(['sys', 'cubbyhole', 'identity'])('are tuned and shown: %s', async (name) => {
    await tune(`sys/mounts/${name}`, LISTS);

    expect(await read(`sys/mounts/${name}/tune`)).toMatchObject(LISTS);
    expect(await read(`sys/mounts/${name}`)).toMatchObject({ config: LISTS, options: null });
    expect((await read('sys/mounts'))[`${name}/`]).toMatchObject({ config: LISTS });
    expect((await read('sys/internal/ui/mounts')).secret).toMatchObject({ [`${name}/`]: { config: LISTS } });
    expect(await read(`sys/internal/ui/mounts/${name}/x`)).toMatchObject({ config: LISTS });
  });

  it('can be removed again', async () => {
    await tune('sys/mounts/sys', { audit_non_hmac_request_keys: [] });
    const { config } = (await read('sys/mounts/sys')) as { config: object };
    expect(config).not.toHaveProperty('audit_non_hmac_request_keys');
    expect(config).toMatchObject({ audit_non_hmac_response_keys: ['c'] });
  });

  it('belong to one namespace', async () => {
    await tune('sys/mounts/cubbyhole', { audit_non_hmac_request_keys: ['of the team'] }, 'team');
    expect(await read('sys/mounts/cubbyhole', 'team')).toMatchObject({
      config: { audit_non_hmac_request_keys: ['of the team'] },
    });
    expect(await read('sys/mounts/cubbyhole')).toMatchObject({ config: LISTS });
  });

  it('are all kept when they are tuned concurrently', async () => {
    await Promise.all(
      Object.entries(LISTS).map(([list, keys]) => tune('sys/mounts/identity', { [list]: keys }, 'team')),
    );
    expect(await read('sys/mounts/identity', 'team')).toMatchObject({ config: LISTS });
  });
});

describe('the token method', () => {
  it('is tuned like any other, except for its token type', async () => {
    const settings = { description: 'ours', listing_visibility: 'unauth', options: { note: 'x' } };
    await tune('sys/auth/token', settings, 'team');
    expect(await read('sys/auth/token/tune', 'team')).toMatchObject(settings);
    expect(await read('sys/mounts/auth/token/tune', 'team')).toMatchObject(settings);
    const shown = { type: 'ns_token', description: 'ours', options: { note: 'x' } };
    expect((await read('sys/auth', 'team'))['token/']).toMatchObject(shown);
    const open = await call('GET', 'sys/internal/ui/mounts', { namespace: 'team', token: '' });
    expect(open.body.data.auth['token/']).toEqual(shown);
  });

  it('gives its tokens the tuned lease times', async () => {
    await tune('sys/auth/token', { default_lease_ttl: '1h', max_lease_ttl: '2h' }, 'team');
    const create = async (body: object) =>
      (
        await call('POST', 'auth/token/create', {
          namespace: 'team',
          body: { policies: ['default'], ...body },
        })
      ).body;
    expect((await create({})).auth.lease_duration).toBe(3_600);
    const { auth, warnings } = await create({ ttl: '3h' });
    expect(auth.lease_duration).toBe(7_200);
    expect(warnings).toEqual([expect.stringContaining('TTL value is capped accordingly')]);
    const token = auth.client_token;
    await tune('sys/auth/token', { max_lease_ttl: '90m' }, 'team');
    const renewed = await call('POST', 'auth/token/renew', {
      namespace: 'team',
      body: { token, increment: '3h' },
    });
    expect(renewed.body.auth.lease_duration).toBe(5_400);
    const elsewhere = await call('POST', 'auth/token/create', { body: { policies: ['default'] } });
    expect(elsewhere.body.auth.lease_duration).toBe(2_764_800);
  });

  it('is stored outside the tree, in one partition for the built-in mounts of a namespace', async () => {
    const { table, pk } = builtinKey(team.id, '');
    const stored = (await deps.store.query({ table, pk })).map(({ sk }) => sk);
    expect(stored).toEqual(['auth/token/', 'cubbyhole/', 'identity/']);
  });
});
