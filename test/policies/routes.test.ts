import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../functions/policies/builtinPolicies.ts';
import type { Store } from '../../functions/ports/store.ts';
import { policyKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

const TEXT = 'path "secret/*" { capabilities = ["read"] }';

let deps: TestDeps;
let call: Caller;
let root: string;
let name: string;

beforeAll(async () => {
  deps = await testDeps();
  root = await rootToken(deps);
  call = caller(deps, vaultApi, root);
});
afterAll(() => deps.stop());
beforeEach(() => {
  name = `p${deps.ids.hex(10)}`;
});

async function write(path: string, body: Record<string, unknown>): Promise<void> {
  const { status, text } = await call('PUT', path, { body });
  expect([status, text]).toEqual([204, '']);
}

async function read(policy: string): Promise<Record<string, unknown>> {
  const { status, body } = await call('GET', `sys/policies/acl/${policy}`);
  expect(status).toBe(200);
  return body.data;
}

async function refusalOf(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await call(method, path, { body });
  expect(answer.status, answer.text).toBe(400);
  return answer.body.errors;
}

describe('a policy', () => {
  it('is read as it was written', async () => {
    await write(`sys/policies/acl/${name}`, { policy: TEXT });
    expect(await read(name)).toEqual({
      name,
      policy: TEXT,
      version: 1,
      cas_required: false,
      allow_wildcards_in_identity_templates: false,
      allow_slashes_in_identity_templates: false,
      modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    await write(`sys/policies/acl/${name}`, { policy: `${TEXT} # more` });
    expect(await read(name)).toMatchObject({ policy: `${TEXT} # more`, version: 2 });
  });

  it('is read at its old path, too, as rules and at the top level', async () => {
    await write(`sys/policy/${name}`, { policy: TEXT });
    const { body } = await call('GET', `sys/policy/${name}`);
    expect(body.data).toMatchObject({ name, rules: TEXT, version: 1 });
    expect(body.data).not.toHaveProperty('policy');
    expect(body.rules).toBe(TEXT);
    expect((await read(name)).policy).toBe(TEXT);
  });

  it('may be sent as `rules` at the old path, with a warning', async () => {
    const { status, body } = await call('POST', `sys/policy/${name}`, { body: { rules: TEXT } });
    expect(status).toBe(200);
    expect(body.warnings).toEqual(["'rules' is deprecated, please use 'policy' instead"]);
    expect((await read(name)).policy).toBe(TEXT);
    expect(await refusalOf('POST', `sys/policies/acl/${name}`, { rules: TEXT })).toEqual([
      "'policy' parameter not supplied or empty",
    ]);
  });

  it('may be sent in base64', async () => {
    await write(`sys/policies/acl/${name}`, { policy: Buffer.from(TEXT).toString('base64') });
    expect((await read(name)).policy).toBe(TEXT);
  });

  it('gets a name in lower case', async () => {
    const upper = name.toUpperCase();
    expect((await call('POST', `sys/policies/acl/${upper}`, { body: { policy: TEXT } })).status).toBe(204);
    expect((await read(upper)).name).toBe(name);
    expect((await call('DELETE', `sys/policies/acl/${upper}`)).status).toBe(204);
    expect((await call('GET', `sys/policies/acl/${name}`)).status).toBe(404);
  });

  it('may have slashes and spaces in its name', async () => {
    await write(`sys/policies/acl/${name}/team%20a`, { policy: TEXT });
    expect((await read(`${name}/team%20a`)).name).toBe(`${name}/team a`);
  });

  it('belongs to its namespace', async () => {
    const child = await placeNamespace(deps, ROOT, name);
    await call('POST', `sys/policies/acl/${name}`, { body: { policy: TEXT }, namespace: child.path });
    expect((await call('GET', `sys/policies/acl/${name}`)).status).toBe(404);
    expect((await call('GET', `sys/policies/acl/${name}`, { namespace: child.path })).status).toBe(200);
  });

  it('applies from the moment it is written', async () => {
    await write(`sys/policies/acl/${name}`, { policy: 'path "sys/mounts" { capabilities = ["deny"] }' });
    const created = await call('POST', 'auth/token/create', { body: { policies: [name], ttl: '1h' } });
    const token = created.body.auth.client_token;
    expect((await call('GET', 'sys/mounts', { token })).status).toBe(403);
    await write(`sys/policies/acl/${name}`, { policy: 'path "sys/mounts" { capabilities = ["read"] }' });
    expect((await call('GET', 'sys/mounts', { token })).status).toBe(200);
    await call('DELETE', `sys/policies/acl/${name}`);
    expect((await call('GET', 'sys/mounts', { token })).status).toBe(403);
  });
});

describe('a refusal', () => {
  it.each([
    ['nothing', {}, "'policy' parameter not supplied or empty"],
    ['an empty text', { policy: '' }, "'policy' parameter not supplied or empty"],
    [
      'an unknown capability',
      { policy: 'path "a" { capabilities = ["foo"] }' },
      'failed to parse policy: path "a": invalid capability "foo"',
    ],
    [
      'a wildcard that is none',
      { policy: 'path "a+*" { capabilities = ["read"] }' },
      'failed to parse policy: path "a+*": invalid use of wildcards (\'+*\' is forbidden)',
    ],
    ['an unknown key', { policy: '\nx = 1' }, 'failed to parse policy: invalid key "x" on line 2'],
    [
      'two ends',
      { policy: TEXT, ttl: '1h', expiration: '2030-01-01T00:00:00Z' },
      "cannot supply both 'expiration' and 'ttl' for policies",
    ],
    [
      'an end in the past',
      { policy: TEXT, expiration: '2001-01-01T00:00:00Z' },
      'refusing to update policy as expiration time has already elapsed',
    ],
  ])('answers %s', async (_what, body, text) => {
    expect(await refusalOf('POST', `sys/policies/acl/${name}`, body)).toEqual([text]);
    expect(await refusalOf('POST', `sys/policy/${name}`, body)).toEqual([text]);
    expect((await call('GET', `sys/policies/acl/${name}`)).status).toBe(404);
  });

  it('answers a name of spaces only as none', async () => {
    for (const method of ['POST', 'GET', 'DELETE'])
      expect((await call(method, 'sys/policies/acl/%20', { body: { policy: TEXT } })).status).toBe(405);
  });

  it('answers an expiration that is no time', async () => {
    expect(await refusalOf('POST', `sys/policies/acl/${name}`, { policy: TEXT, expiration: 'soon' })).toEqual(
      [expect.stringMatching(/^Field validation failed: error converting input for field "expiration"/)],
    );
  });

  it('protects the policies that cannot be changed', async () => {
    for (const fixed of ['root', 'ROOT', 'response-wrapping']) {
      const quoted = `"${fixed.toLowerCase()}"`;
      expect(await refusalOf('POST', `sys/policies/acl/${fixed}`, { policy: TEXT })).toEqual([
        `cannot update ${quoted} policy`,
      ]);
      expect(await refusalOf('DELETE', `sys/policy/${fixed}`)).toEqual([`cannot delete ${quoted} policy`]);
    }
    expect(await refusalOf('DELETE', 'sys/policies/acl/default')).toEqual(['cannot delete default policy']);
  });

  it('answers a text or name over its limit', async () => {
    const long = `# ${'x'.repeat(100_000)}`;
    expect(await call('POST', `sys/policies/acl/${name}`, { body: { policy: long } })).toMatchObject({
      status: 413,
      body: { errors: ['a policy has at most 100000 bytes'] },
    });
    const longName = 'n'.repeat(513);
    expect(await refusalOf('POST', `sys/policies/acl/${longName}`, { policy: TEXT })).toEqual([
      'the name of a policy has at most 512 bytes',
    ]);
    expect((await call('GET', `sys/policies/acl/${longName}`)).status).toBe(404);
    expect((await call('DELETE', `sys/policies/acl/${longName}`)).status).toBe(204);
  });

  it('answers 404 for a policy of another namespace, or none', async () => {
    for (const path of [`sys/policies/acl/${name}`, `sys/policy/${name}`]) {
      expect(await call('GET', path)).toMatchObject({ status: 404, body: { errors: [] } });
      expect((await call('DELETE', path)).status).toBe(204);
    }
  });
});

describe('the built-in policies', () => {
  it('are default, which may be replaced, and root, which has no text', async () => {
    const { path } = await placeNamespace(deps, ROOT, name);
    const get = async (policy: string) =>
      (await call('GET', `sys/policies/acl/${policy}`, { namespace: path })).body.data;
    expect(await get('default')).toMatchObject({ policy: DEFAULT_POLICY, version: 1 });
    expect(await get('root')).toMatchObject({ name: 'root', policy: '' });
    await call('PUT', 'sys/policies/acl/default', { namespace: path, body: { policy: TEXT } });
    expect(await get('default')).toMatchObject({ policy: TEXT, version: 2 });
  });
});

describe('a listing', () => {
  it('is sorted, names with a slash after the others, with root at the end in the root namespace', async () => {
    await write(`sys/policies/acl/${name}`, { policy: TEXT });
    await write('sys/policies/acl/a-first', { policy: TEXT });
    const { status, body } = await call('LIST', 'sys/policies/acl');
    expect(status).toBe(200);
    const { keys } = body.data;
    expect(keys.at(-1)).toBe('root');
    const sorted: string[] = keys.slice(0, -1).sort();
    const hasSlash = (policy: string) => policy.includes('/');
    expect(keys.slice(0, -1)).toEqual([
      ...sorted.filter((policy) => !hasSlash(policy)),
      ...sorted.filter(hasSlash),
    ]);
    expect(keys).toEqual(expect.arrayContaining(['a-first', 'default', name]));
    expect((await call('GET', 'sys/policies/acl')).status).toBe(405);

    const { path } = await placeNamespace(deps, ROOT, name);
    expect((await call('LIST', 'sys/policies/acl', { namespace: path })).body.data.keys).toEqual(['default']);
  });

  it('has two names and both verbs at the old path', async () => {
    const listed = (await call('LIST', 'sys/policy')).body;
    expect(listed.data.policies).toEqual(listed.data.keys);
    expect(listed.policies).toEqual(listed.data.keys);
    expect((await call('GET', 'sys/policy')).body.data).toEqual(listed.data);
  });
});

describe('an expiration', () => {
  it('removes the policy and its rights', async () => {
    await write(`sys/policies/acl/${name}`, {
      policy: 'path "sys/mounts" { capabilities = ["read"] }',
      ttl: '10m',
    });
    const created = await call('POST', 'auth/token/create', { body: { policies: [name], ttl: '1h' } });
    const token = created.body.auth.client_token;
    expect(await read(name)).toHaveProperty('expiration');
    expect((await call('GET', 'sys/mounts', { token })).status).toBe(200);

    deps.clock.pass(11 * 60_000);

    expect((await call('GET', 'sys/mounts', { token })).status).toBe(403);
    expect((await call('GET', `sys/policies/acl/${name}`)).status).toBe(404);
    expect((await call('LIST', 'sys/policies/acl')).body.data.keys).not.toContain(name);
    await write(`sys/policies/acl/${name}`, { policy: TEXT });
    expect(await read(name)).not.toHaveProperty('expiration');
  });
});

describe('check-and-set', () => {
  const path = () => `sys/policies/acl/${name}`;

  it('writes only if the version matches', async () => {
    await write(path(), { policy: TEXT, cas: -1 });
    expect(await refusalOf('POST', path(), { policy: TEXT, cas: -1 })).toEqual([
      'check-and-set parameter set to -1 on existing entry',
    ]);
    expect(await refusalOf('POST', path(), { policy: TEXT, cas: 2 })).toEqual([
      'check-and-set parameter 2 did not match the current version 1',
    ]);
    await write(path(), { policy: TEXT, cas: 1 });
    expect(await read(name)).toMatchObject({ version: 2 });
  });

  it('may be required', async () => {
    const missing = ['check-and-set parameter required for this call'];
    expect(await refusalOf('POST', path(), { policy: TEXT, cas_required: true })).toEqual(missing);
    await write(path(), { policy: TEXT, cas_required: true, cas: 0 });
    expect(await refusalOf('POST', path(), { policy: TEXT })).toEqual(missing);
    expect(await read(name)).toMatchObject({ version: 1, cas_required: true });
  });

  it('lets one of many writers win', async () => {
    await write(path(), { policy: TEXT });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        call('POST', path(), { body: { policy: `${TEXT} # ${i}`, cas: 1 } }),
      ),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(await read(name)).toMatchObject({ version: 2 });
  });

  it('counts a write that was retried after a lost answer once', async () => {
    await write(path(), { policy: TEXT });
    const sentTwice: Store['commit'] = async (writes) => {
      await deps.store.commit(writes);
      await deps.store.commit(writes);
    };
    const losing = { ...deps, store: { ...deps.store, commit: sentTwice } };
    const losingCall = caller(losing, vaultApi, root);

    const { status } = await losingCall('POST', path(), { body: { policy: `${TEXT} # more`, cas: 1 } });

    expect([status, (await read(name)).version]).toEqual([204, 2]);
  });

  it('counts every write of clients that do not use it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => call('POST', path(), { body: { policy: TEXT } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(204));
    expect(await deps.store.get(policyKey('root', name))).toMatchObject({ version: 8 });
  });
});
