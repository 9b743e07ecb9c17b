import { describe, expect, it } from 'vitest';
import type { TestDeps } from '../support/testDeps.ts';
import { mountService } from './mountService.ts';

const s = mountService();

describe('enabling', () => {
  it.each([
    ['no type', {}, 'backend type must be specified as a string'],
    ['an empty type', { type: '' }, 'backend type must be specified as a string'],
    [
      'a config that is none',
      { type: 'kv', config: { default_lease_ttl: true } },
      'unable to convert given mount config information',
    ],
    [
      'a switch that is none',
      { type: 'kv', config: { force_no_cache: 'yes' } },
      'unable to convert given mount config information',
    ],
    [
      'a default TTL that is none',
      { type: 'kv', config: { default_lease_ttl: 'x' } },
      'unable to parse default TTL of x: time: invalid duration "x"',
    ],
    [
      'a maximum TTL that is none',
      { type: 'kv', config: { max_lease_ttl: '1q' } },
      'unable to parse max TTL of 1q: time: unknown unit "q" in duration "1q"',
    ],
    [
      'a default above the maximum',
      { type: 'kv', config: { default_lease_ttl: '2h', max_lease_ttl: '1h' } },
      'given default lease TTL greater than given max lease TTL',
    ],
    [
      'a default above the maximum of the system',
      { type: 'kv', config: { default_lease_ttl: '800h' } },
      'given default lease TTL greater than system max lease TTL of 2764800',
    ],
    ['an unknown type', { type: 'foo' }, 'plugin not found in the catalog: foo'],
    [
      'a type that is a property of objects',
      { type: 'toString' },
      'plugin not found in the catalog: toString',
    ],
    ['an auth method as a secrets engine', { type: 'approle' }, 'plugin not found in the catalog: approle'],
    ['the system', { type: 'system' }, 'mount type of "system" is not mountable'],
    ['a cubbyhole', { type: 'cubbyhole' }, 'mount type of "cubbyhole" is not mountable'],
    ['an identity store', { type: 'ns_identity' }, 'mount type of "ns_identity" is not mountable'],
    ['a token store', { type: 'token' }, 'mount type of "token" is not mountable'],
    [
      'a version of an engine that has none',
      { type: 'ssh', options: { version: '2' } },
      'secrets engine "ssh" does not allow setting a version',
    ],
    [
      'a version that kv does not have',
      { type: 'kv', options: { version: '3' } },
      'invalid version provided: 3',
    ],
    [
      'an unknown visibility',
      { type: 'kv', config: { listing_visibility: 'some' } },
      'invalid listing_visibility some',
    ],
    ['a plugin without a name', { type: 'plugin' }, 'plugin_name must be provided for plugin backend'],
    [
      'another version of the plugin',
      { type: 'kv', plugin_version: 'v1.0.0' },
      'cannot select non-builtin version of secrets plugin kv',
    ],
  ])('refuses %s', async (_what, body, text) => {
    expect(await s.refusalOf('POST', `sys/mounts/${s.name}`, body)).toEqual([text]);
    expect((await s.call('GET', 'sys/mounts')).body.data).not.toHaveProperty(`${s.name}/`);
  });

  it.each([
    [
      'a config that is none',
      { config: { max_lease_ttl: {} } },
      'unable to convert given auth config information',
    ],
    ['an unknown token type', { config: { token_type: 'x' } }, "invalid value for 'token_type'"],
    ['no type', { type: '' }, 'backend type must be specified as a string'],
    ['the token store', { type: 'token' }, 'token credential backend cannot be instantiated'],
    ['a secrets engine', { type: 'kv' }, 'plugin not found in the catalog: kv'],
    ['a version', { options: { version: '2' } }, 'auth method "userpass" does not allow setting a version'],
    [
      'another version of the plugin',
      { config: { plugin_version: 'v1.0.0' } },
      'plugin not found in the catalog: userpass, version=v1.0.0',
    ],
  ])('refuses for an auth method %s', async (_what, body, text) => {
    expect(await s.refusalOf('POST', `sys/auth/${s.name}`, { type: 'userpass', ...body })).toEqual([text]);
  });

  it('refuses settings over the limit of an entry', async () => {
    const body = { type: 'kv', description: 'x'.repeat(33_000) };
    const enabled = await s.call('POST', `sys/mounts/${s.name}`, { body });
    await s.enable(`sys/mounts/${s.name}`);
    const tuned = await s.call('POST', `sys/mounts/${s.name}/tune`, { body });
    for (const { status, body } of [enabled, tuned]) {
      expect([status, body.errors]).toEqual([413, ['the settings are longer than 32000 bytes']]);
    }
  });

  it('accepts the other names of kv, and a plugin by its name', async () => {
    await s.enable(`sys/mounts/${s.name}/1`, { type: 'kv-v1' });
    await s.enable(`sys/mounts/${s.name}/2`, { type: 'kv-v2', options: { leased: 'no' } });
    await s.enable(`sys/mounts/${s.name}/3`, { type: 'generic' });
    await s.enable(`sys/mounts/${s.name}/4`, { type: 'plugin', plugin_name: 'ssh' });
    const { data } = (await s.call('GET', 'sys/mounts')).body;
    expect(data[`${s.name}/1/`]).toMatchObject({ type: 'kv', options: { version: '1' } });
    expect(data[`${s.name}/2/`]).toMatchObject({ type: 'kv', options: { version: '2', leased: 'no' } });
    expect(data[`${s.name}/3/`]).toMatchObject({ type: 'generic', options: {} });
    expect(data[`${s.name}/4/`]).toMatchObject({ type: 'ssh', options: {} });
  });

  it('names the field that has a wrong type', async () => {
    expect(await s.refusalOf('POST', `sys/mounts/${s.name}`, { type: 'kv', options: 'x' })).toEqual([
      expect.stringContaining('Field validation failed: error converting input for field "options"'),
    ]);
  });

  it('succeeds when the first answer of the store is lost', async () => {
    const { store } = s.deps;
    let isLost = false;
    const losing: TestDeps = {
      ...s.deps,
      store: {
        ...store,
        async commit(writes) {
          await store.commit(writes);
          if (isLost) return;
          isLost = true;
          // As the SDK after a lost answer: it retries the write, whose condition its own first try has made fail.
          await store.commit(writes);
        },
      },
    };
    const { status } = await s.callOn(losing)('POST', `sys/mounts/${s.name}`, {
      body: { type: 'kv' },
    });
    expect(isLost).toBe(true);
    expect(status).toBe(204);
  });
});
