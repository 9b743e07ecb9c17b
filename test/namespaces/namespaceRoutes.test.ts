import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import { ROOT } from '../../functions/namespaces/namespace.ts';
import { migrationKey, namespaceKey, treeKey } from '../../functions/ports/keys.ts';
import { builtinRoutes } from '../../functions/routes.ts';
import { type Answer, type Caller, caller } from '../support/call.ts';
import { placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

const PATCH = { 'content-type': 'application/merge-patch+json' };

let deps: TestDeps;
let call: Caller;
let name: string;

beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, { builtin: builtinRoutes, engines }, await rootToken(deps));
});
afterAll(() => deps.stop());
beforeEach(() => {
  name = `n${deps.ids.hex(10)}`;
});

async function create(path: string, namespace = '', metadata?: unknown): Promise<Record<string, string>> {
  const body = metadata === undefined ? {} : { custom_metadata: metadata };
  const answer = await call('POST', `sys/namespaces/${path}`, { namespace, body });
  expect(answer.status, answer.text).toBe(200);
  return answer.body.data;
}

function patch(path: string, custom_metadata: unknown): Promise<Answer> {
  return call('PATCH', `sys/namespaces/${path}`, { headers: PATCH, body: { custom_metadata } });
}

async function refusalOf(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await call(method, `sys/namespaces/${path}`, { body, headers: PATCH });
  expect(answer.status, answer.text).toBe(400);
  return answer.body.errors;
}

describe('creating', () => {
  it('answers the namespace, in the usual envelope', async () => {
    const { status, body } = await call('POST', `sys/namespaces/${name}`, {
      body: { custom_metadata: { team: 'a' } },
    });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      id: expect.stringMatching(/^[0-9A-Za-z]{6}$/),
      path: `${name}/`,
      tainted: false,
      locked: false,
      custom_metadata: { team: 'a' },
    });
    expect(body.warnings).toBeNull();
    expect((await call('GET', `sys/namespaces/${name}`)).body.data).toEqual(body.data);
    expect((await call('GET', `sys/namespaces/${name}/`)).body.data).toEqual(body.data);
  });

  it('gives it mounts, a token store and policies of its own', async () => {
    await create(name);
    const namespace = name;
    expect(Object.keys((await call('GET', 'sys/mounts', { namespace })).body.data).sort()).toEqual([
      'cubbyhole/',
      'identity/',
      'sys/',
    ]);
    expect(Object.keys((await call('GET', 'sys/auth', { namespace })).body.data)).toEqual(['token/']);
    expect((await call('LIST', 'sys/policies/acl', { namespace })).body.data.keys).toEqual(['default']);
    const created = await call('POST', 'auth/token/create', { namespace, body: { policies: ['default'] } });
    expect(created.status).toBe(200);
  });

  it('nests by the namespace of the request, however that is named', async () => {
    await create(name);
    const inner = await create('inner', name);
    expect(inner.path).toBe(`${name}/inner/`);
    const { status, body } = await call('POST', `${name}/inner/sys/namespaces/deep`, { body: {} });
    expect([status, body.data.path]).toEqual([200, `${name}/inner/deep/`]);
    expect(await deps.store.get(namespaceKey(body.data.id))).toMatchObject({
      path: `${name}/inner/deep/`,
      parentId: inner.id,
      lineage: ['root', expect.any(String), inner.id, body.data.id],
    });
  });

  it('keeps what is there, and replaces its metadata', async () => {
    const before = await create(name, '', { a: '1', b: '2' });
    await call('POST', 'sys/mounts/kv', { namespace: name, body: { type: 'kv' } });

    expect(await create(name, '', { c: '3' })).toEqual({ ...before, custom_metadata: { c: '3' } });
    expect(await create(name)).toEqual({ ...before, custom_metadata: {} });
    expect((await call('GET', 'sys/mounts/kv', { namespace: name })).status).toBe(200);
  });

  it.each([
    ['a%2Fb', 'namespace name cannot contain /'],
    ['a/b', 'namespace name cannot contain /'],
    ['sys', '"sys/" is a reserved path and cannot be used as a namespace name'],
    ['root', '"root/" is a reserved path and cannot be used as a namespace name'],
    ['audit', '"audit/" is a reserved path and cannot be used as a namespace name'],
    ['auth', '"auth/" is a reserved path and cannot be used as a namespace name'],
    ['cubbyhole', '"cubbyhole/" is a reserved path and cannot be used as a namespace name'],
    ['identity', '"identity/" is a reserved path and cannot be used as a namespace name'],
    ['a%20b', '"a b" contains space characters that cannot be used in a namespace name'],
    ['a*', '"a*" contains wildcard characters that cannot be used in a namespace name: \'*\''],
    ['a+b', '"a+b" contains wildcard characters that cannot be used in a namespace name: \'+\''],
    ['x'.repeat(512), 'the path of a namespace has at most 512 bytes'],
  ])('refuses the name %s', async (typed, text) => {
    expect(await refusalOf('POST', typed, {})).toEqual([text]);
  });

  it('refuses no name at all', async () => {
    expect((await call('POST', 'sys/namespaces/%2F')).body.errors).toEqual([
      "cannot write to a path ending in '/'",
    ]);
    expect(await refusalOf('DELETE', '%2F')).toEqual(['namespace name cannot be empty']);
  });

  it('refuses metadata that is not text', async () => {
    for (const wrong of [{ a: 1 }, { a: true }, { a: null }, { a: {} }]) {
      expect(await refusalOf('POST', name, { custom_metadata: wrong })).toEqual([
        'custom_metadata values must be strings',
      ]);
    }
    expect((await call('GET', `sys/namespaces/${name}`)).status).toBe(404);
  });

  it('refuses metadata of a name that would be lost', async () => {
    const body = '{"custom_metadata":{"__proto__":"x"}}';
    for (const method of ['POST', 'PATCH']) {
      expect(await refusalOf(method, name, body)).toEqual([
        'custom_metadata cannot have the name "__proto__"',
      ]);
    }
  });

  it('refuses metadata that no request should have to read', async () => {
    const metadata = { a: 'x'.repeat(33_000) };
    const set = await call('POST', `sys/namespaces/${name}`, { body: { custom_metadata: metadata } });
    await create(name);
    for (const { status, body } of [set, await patch(name, metadata)]) {
      expect([status, body.errors]).toEqual([413, ['the settings are longer than 32000 bytes']]);
    }
  });

  it('takes and ignores what Vault knows of seals', async () => {
    const body = { seal: 'x', pgp_keys: ['y'], other: 1 };
    const answer = await call('POST', `sys/namespaces/${name}`, { body });
    expect(answer.body.warnings).toEqual(['Endpoint ignored these unrecognized parameters: [other]']);
  });

  it('refuses a name that a mount uses, or begins with', async () => {
    await create(name);
    for (const [mount, child] of [
      ['foo', 'foo'],
      ['bar/baz', 'bar'],
    ]) {
      await call('POST', `sys/mounts/${mount}`, { namespace: name, body: { type: 'kv' } });
      for (let twice = 0; twice < 2; twice++) {
        const { status, body } = await call('POST', `sys/namespaces/${child}`, { namespace: name, body: {} });
        expect(status).toBe(400);
        expect(body.errors).toEqual([`new namespace conflicts with existing mount: ${name}/${mount}/`]);
      }
      expect((await call('GET', `sys/namespaces/${child}`, { namespace: name })).status).toBe(404);
    }
    await create('fo', name);
    await create('food', name);
  });

  it('ends at sixteen levels', async () => {
    let at = ROOT;
    for (let depth = 1; depth < 16; depth++) at = await placeNamespace(deps, at, depth === 1 ? name : 'n');
    await create('last', at.path);
    const { status, body } = await call('POST', `sys/namespaces/one`, {
      namespace: `${at.path}last`,
      body: {},
    });
    expect([status, body.errors]).toEqual([400, ['namespaces nest at most 16 deep']]);
  });

  it('makes one of many requests at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('POST', `sys/namespaces/${name}`, { body: {} })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
  });

  it('lets either a mount or a namespace have the name, never both', async () => {
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all([
        call('POST', `sys/namespaces/${name}${round}`, { body: {} }),
        call('POST', `sys/mounts/${name}${round}/kv`, { body: { type: 'kv' } }),
      ]);
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    }
  });
});

describe('reading and listing', () => {
  it('says nothing of one that is not there', async () => {
    for (const path of [name, 'x'.repeat(1_100), 'a%20b']) {
      expect(await call('GET', `sys/namespaces/${path}`)).toMatchObject({
        status: 404,
        body: { errors: [] },
      });
    }
  });

  it('lists the children, with all that is known of them, and not theirs', async () => {
    await create(name);
    expect(await call('LIST', 'sys/namespaces', { namespace: name })).toMatchObject({
      status: 404,
      body: { errors: [] },
    });
    const one = await create('one', name, { a: 'b' });
    const two = await create('two', name);
    await create('below', `${name}/one`);
    await call('POST', 'sys/mounts/kv/a', { namespace: name, body: { type: 'kv' } });

    const { status, body } = await call('GET', 'sys/namespaces', {
      namespace: name,
      query: { list: ['true'] },
    });

    expect(status).toBe(200);
    expect(body.data.keys.sort()).toEqual(['one/', 'two/']);
    expect(body.data.key_info).toEqual({ 'one/': one, 'two/': two });
    expect((await call('GET', 'sys/namespaces')).status).toBe(405);
  });

  it('scans all that is below, however deep, by its path from there', async () => {
    await create(name);
    expect(await call('SCAN', 'sys/namespaces', { namespace: name })).toMatchObject({
      status: 404,
      body: { errors: [] },
    });
    const one = await create('one', name, { a: 'b' });
    const below = await create('below', `${name}/one`);
    const deep = await create('deep', `${name}/one/below`);
    const two = await create('two', name);

    const { status, body } = await call('SCAN', 'sys/namespaces', { namespace: name });

    expect(status).toBe(200);
    expect(body.data.keys.sort()).toEqual(['one/', 'one/below/', 'one/below/deep/', 'two/']);
    expect(body.data.key_info).toEqual({
      'one/': one,
      'one/below/': below,
      'one/below/deep/': deep,
      'two/': two,
    });
  });
});

describe('patching', () => {
  it('merges, takes away, and clears', async () => {
    await create(name, '', { a: '1', b: '2' });
    expect((await patch(name, { b: null, c: '3' })).body.data.custom_metadata).toEqual({ a: '1', c: '3' });
    expect((await patch(name, {})).body.data.custom_metadata).toEqual({ a: '1', c: '3' });
    const cleared = await patch(name, null);
    expect([cleared.status, cleared.body.data.custom_metadata]).toEqual([200, {}]);
    expect((await call('GET', `sys/namespaces/${name}`)).body.data.custom_metadata).toEqual({});
  });

  it.each([
    [{ a: 1 }, 'float64'],
    [{ a: true }, 'bool'],
    [{ a: ['x'] }, '[]interface {}'],
    [{ a: {} }, 'map[string]interface {}'],
  ])('refuses %j', async (metadata, type) => {
    await create(name);
    expect(await refusalOf('PATCH', name, { custom_metadata: metadata })).toEqual([
      `metadata patch can only have string or null values, got ${type}`,
    ]);
  });

  it('refuses a number that JavaScript cannot hold as what it is', async () => {
    await create(name);
    expect(await refusalOf('PATCH', name, '{"custom_metadata":{"a":12345678901234567890}}')).toEqual([
      'metadata patch can only have string or null values, got float64',
    ]);
  });

  it('refuses without the field, without the namespace, and with another content type', async () => {
    await create(name);
    expect(await refusalOf('PATCH', name, {})).toEqual(['missing required field "custom_metadata"']);
    expect(await refusalOf('PATCH', `${name}x`, { custom_metadata: {} })).toEqual(['namespace not found']);
    expect((await call('PATCH', `sys/namespaces/${name}`, { body: {} })).status).toBe(400);
  });

  it('loses no change of another request', async () => {
    await create(name);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => patch(name, { [`k${i}`]: 'x' })));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const { custom_metadata } = (await call('GET', `sys/namespaces/${name}`)).body.data;
    expect(Object.keys(custom_metadata)).toHaveLength(10);
  });
});

describe('deleting', () => {
  it('marks the namespace, which from then on refuses everything, and has it cleared away', async () => {
    const { id } = await create(name);
    await call('POST', 'sys/mounts/kv', { namespace: name, body: { type: 'kv' } });
    const before = deps.started.length;

    const { status, body } = await call('DELETE', `sys/namespaces/${name}`);

    expect([status, body.data]).toEqual([200, { status: 'in-progress' }]);
    for (const [options, path, shown] of [
      [{ namespace: name }, 'sys/mounts', 'sys/mounts'],
      [{}, `${name}/kv/foo`, 'kv/foo'],
    ] as const) {
      expect(await call('GET', path, options)).toMatchObject({
        status: 404,
        body: {
          errors: [
            `no handler for route "${shown}" on namespace "${name}/". route entry or namespace is tainted.`,
          ],
        },
      });
    }
    const [started] = deps.started.slice(before);
    expect(started?.machine).toBe('teardown');
    expect(await deps.store.get(migrationKey(started?.id as string))).toMatchObject({
      what: 'namespace',
      namespaceId: id,
      namespacePath: `${name}/`,
      parentId: 'root',
      name: `${name}/`,
    });
    expect(await deps.store.get(namespaceKey(id as string))).toMatchObject({ deleting: true });
  });

  it('shows it as tainted, and lets nobody change it or take its name', async () => {
    await create(name);
    await call('DELETE', `sys/namespaces/${name}`);
    const before = deps.started.length;

    expect((await call('GET', `sys/namespaces/${name}`)).body.data.tainted).toBe(true);
    expect((await call('LIST', 'sys/namespaces')).body.data.key_info[`${name}/`].tainted).toBe(true);
    const tainted = ['namespace with that name exists and is currently tainted'];
    expect(await refusalOf('POST', name, {})).toEqual(tainted);
    expect(await refusalOf('PATCH', name, { custom_metadata: {} })).toEqual(tainted);
    const mount = await call('POST', `sys/mounts/${name}`, { body: { type: 'kv' } });
    expect(mount.body.errors).toEqual([`existing mount at ${name}/`]);
    const again = await call('DELETE', `sys/namespaces/${name}`);
    expect([again.status, again.body.data]).toEqual([200, { status: 'in-progress' }]);
    expect(deps.started).toHaveLength(before);
  });

  it('warns where there is nothing to delete', async () => {
    const { status, body } = await call('DELETE', `sys/namespaces/${name}`);
    expect(status).toBe(200);
    expect(body.data).toBeNull();
    expect(body.warnings).toEqual(['requested namespace does not exist']);
  });

  it('refuses while there are child namespaces', async () => {
    await create(name);
    await create('child', name);
    expect(await refusalOf('DELETE', name)).toEqual([
      'unable to delete namespace containing child namespaces',
    ]);
    expect((await call('GET', 'sys/mounts', { namespace: name })).status).toBe(200);
  });

  /** The service with a store that lets something else happen once, right after a look at the tree. */
  async function interrupted(look: 'get' | 'pages', between: () => Promise<unknown>): Promise<Caller> {
    let isFirst = true;
    const interrupt = async (): Promise<void> => {
      if (isFirst) {
        isFirst = false;
        await between();
      }
    };
    const store: TestDeps['store'] = {
      ...deps.store,
      async get(ref) {
        const item = await deps.store.get(ref);
        if (look === 'get' && ref.table === 'mounts') await interrupt();
        return item;
      },
      async *pages(range) {
        yield* deps.store.pages(range);
        if (look === 'pages') await interrupt();
      },
    };
    return caller({ ...deps, store }, { builtin: builtinRoutes, engines }, await rootToken(deps));
  }

  it('refuses for a child that came while it looked for one', async () => {
    await create(name);
    const late = await interrupted('pages', () => create('child', name));
    const { status, body } = await late('DELETE', `sys/namespaces/${name}`);
    expect([status, body.errors]).toEqual([400, ['unable to delete namespace containing child namespaces']]);
  });

  it('keeps out a child whose parent was deleted while it came', async () => {
    const { id } = await create(name);
    const late = await interrupted('get', () => call('DELETE', `sys/namespaces/${name}`));
    const { status, body } = await late('POST', 'sys/namespaces/child', { namespace: name, body: {} });
    expect(status).toBe(404);
    expect(body.errors[0]).toContain('route entry or namespace is tainted.');
    expect(await deps.store.get(treeKey(id as string, 'child/'))).toBeUndefined();
  });
});
