/** The refusals of enabling a mount, row by row (contract §3.3). */

import { describe, expect, it } from 'vitest';
import { authMethod, kv1, newNamespace, unique } from './fresh.ts';
import { call } from './http.ts';
import { mountPaths } from './snapshots.ts';
import { refused } from './texts.ts';

type Row = [what: string, body: object, text: string | RegExp];

const BAD_DEFAULT = /^unable to parse default TTL of soon: /;
const BAD_MAX = /^unable to parse max TTL of soon: /;

/** Rows for engines and auth methods alike; a row without a type gets `kv` or `userpass`. */
const COMMON: Row[] = [
  ['no type', { type: '' }, 'backend type must be specified as a string'],
  ['an invalid default TTL', { config: { default_lease_ttl: 'soon' } }, BAD_DEFAULT],
  ['an invalid maximum TTL', { config: { max_lease_ttl: 'soon' } }, BAD_MAX],
  [
    'a default above its maximum',
    { config: { default_lease_ttl: '2h', max_lease_ttl: '3600' } },
    'given default lease TTL greater than given max lease TTL',
  ],
  [
    'a default above the maximum of the system',
    { config: { default_lease_ttl: '769h' } },
    'given default lease TTL greater than system max lease TTL of 2764800',
  ],
  ['an unknown type', { type: 'foo' }, 'plugin not found in the catalog: foo'],
  ['an unknown visibility', { config: { listing_visibility: 'some' } }, 'invalid listing_visibility some'],
  [
    'no type, which comes before the visibility',
    { type: '', config: { listing_visibility: 'some' } },
    'backend type must be specified as a string',
  ],
  [
    'a config of the wrong type, which comes before its TTLs',
    { config: { default_lease_ttl: 'soon', force_no_cache: 'x' } },
    /^unable to convert given (mount|auth) config information$/,
  ],
  [
    'a lockout of users, which can only be tuned',
    { config: { user_lockout_config: { lockout_threshold: '3' } } },
    /^unable to convert given (mount|auth) config information$/,
  ],
  ['a plugin without a name', { type: 'plugin' }, 'plugin_name must be provided for plugin backend'],
];

const SECRETS: Row[] = [
  [
    'an invalid config',
    { config: { default_lease_ttl: [] } },
    'unable to convert given mount config information',
  ],
  ...['system', 'cubbyhole', 'identity', 'token', 'ns_system'].map(
    (type): Row => [`the type ${type}`, { type }, `mount type of "${type}" is not mountable`],
  ),
  [
    'a version for a type without versions',
    { type: 'ssh', options: { version: '2' } },
    'secrets engine "ssh" does not allow setting a version',
  ],
];

const METHODS: Row[] = [
  [
    'an invalid config',
    { config: { default_lease_ttl: [] } },
    'unable to convert given auth config information',
  ],
  ['the type token', { type: 'token' }, 'token credential backend cannot be instantiated'],
  ['an unknown token type', { config: { token_type: 'some' } }, "invalid value for 'token_type'"],
  [
    'an unknown token type, which comes before the visibility',
    { config: { token_type: 'some', listing_visibility: 'some' } },
    "invalid value for 'token_type'",
  ],
  ['a version', { options: { version: '2' } }, 'auth method "userpass" does not allow setting a version'],
];

async function expectRefusal(path: string, body: object, text: string | RegExp): Promise<void> {
  const { status, body: answer } = await call('POST', path, { body });
  expect(status).toBe(400);
  expect(answer.errors).toEqual([typeof text === 'string' ? text : expect.stringMatching(text)]);
}

describe('a secrets engine', () => {
  it.each([...COMMON, ...SECRETS])('is not enabled with %s', async (_, body, text) => {
    const path = unique('refused');
    await expectRefusal(`sys/mounts/${path}`, { type: 'kv', ...body }, text);
    expect(await mountPaths('mounts')).not.toContain(`${path}/`);
  });

  it.each(['sys', 'sys/x', 'auth', 'auth/x', 'audit/x', 'cubbyhole', 'cubbyhole/x', 'identity'])(
    'is not enabled at %s',
    async (path) => {
      expect(await call('POST', `sys/mounts/${path}`, { body: { type: 'kv' } })).toMatchObject(
        refused(`cannot mount "${path}/"`),
      );
    },
  );

  it('is not enabled at the path of a namespace, or inside one', async () => {
    const namespace = await newNamespace();
    await expectRefusal(`sys/mounts/${namespace}/kv`, { type: 'kv' }, `existing mount at ${namespace}/`);
    // The reference names some mount of the namespace here.
    const inside = new RegExp(`^existing mount at ${namespace}/`);
    await expectRefusal(`sys/mounts/${namespace}`, { type: 'kv' }, inside);
  });

  it('is refused for its path before its type', async () => {
    const path = await kv1();
    for (const body of [{ type: 'foo' }, { type: 'kv', options: { version: '3' } }])
      for (const at of [path, `${path}/below`])
        await expectRefusal(`sys/mounts/${at}`, body, `path is already in use at ${path}/`);
    await expectRefusal('sys/auth/token', { type: 'foo' }, 'path is already in use at token/');
  });
});

describe('an auth method', () => {
  it.each([...COMMON, ...METHODS])('is not enabled with %s', async (_, body, text) => {
    const path = unique('refused');
    await expectRefusal(`sys/auth/${path}`, { type: 'userpass', ...body }, text);
    expect(await mountPaths('auth')).not.toContain(`${path}/`);
  });

  it('is not enabled at, above or below another', async () => {
    const name = unique('team');
    await authMethod('userpass', undefined, `${name}/people`);
    for (const path of [`${name}/people`, name, `${name}/people/x`])
      expect(await call('POST', `sys/auth/${path}`, { body: { type: 'userpass' } })).toMatchObject(
        refused(`path is already in use at ${name}/people/`),
      );
    expect(await call('POST', 'sys/auth/token', { body: { type: 'userpass' } })).toMatchObject(
      refused('path is already in use at token/'),
    );
  });
});

describe('the version of a plugin', () => {
  it.each([
    ['kv', 'cannot select non-builtin version of secrets plugin kv'],
    ['generic', 'cannot select non-builtin version of secrets plugin kv'],
    ['cubbyhole', 'cannot select non-builtin version of secrets plugin cubbyhole'],
    ['ssh', 'plugin not found in the catalog: ssh, version=v1.0.0'],
    ['nope', 'plugin not found in the catalog: nope, version=v1.0.0'],
  ])('that is another than the one of %s is refused', async (type, text) => {
    const body = { type, config: { plugin_version: '1.0', listing_visibility: type === 'kv' ? 'some' : '' } };
    await expectRefusal(`sys/mounts/${unique('refused')}`, body, text);
  });

  it('that is none is refused, and tuning refuses an empty one as well', async () => {
    const malformed = (version: string) =>
      `version "${version}" is not a valid semantic version: malformed version: ${version}`;
    const body = { type: 'kv', config: { plugin_version: 'x' } };
    await expectRefusal(`sys/mounts/${unique('refused')}`, body, malformed('x'));
    const path = `sys/mounts/${await kv1()}/tune`;
    await expectRefusal(path, { plugin_version: '' }, malformed(''));
    await expectRefusal(
      path,
      { plugin_version: 'v1' },
      'plugin not found in the catalog: kv, version=v1.0.0',
    );
  });

  it('of an auth method is not looked for before its path', async () => {
    const body = { type: 'userpass', config: { plugin_version: 'v1.0.0' } };
    await expectRefusal('sys/auth/token', body, 'path is already in use at token/');
    const text = 'plugin not found in the catalog: userpass, version=v1.0.0';
    await expectRefusal(`sys/auth/${unique('refused')}`, body, text);
  });
});
