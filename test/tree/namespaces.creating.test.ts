import { describe, expect, it } from 'vitest';
import { namespaceKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeNamespace } from '../support/place.ts';
import { namespaceService } from './namespaceService.ts';

const s = namespaceService();

describe('creating', () => {
  it('answers the namespace, in the usual envelope', async () => {
    const { status, body } = await s.call('POST', `sys/namespaces/${s.name}`, {
      body: { custom_metadata: { team: 'a' } },
    });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      id: expect.stringMatching(/^[0-9A-Za-z]{6}$/),
      path: `${s.name}/`,
      tainted: false,
      locked: false,
      custom_metadata: { team: 'a' },
    });
    expect(body.warnings).toBeNull();
    expect((await s.call('GET', `sys/namespaces/${s.name}`)).body.data).toEqual(body.data);
    expect((await s.call('GET', `sys/namespaces/${s.name}/`)).body.data).toEqual(body.data);
  });

  it('gives it mounts, a token store and policies of its own', async () => {
    await s.create(s.name);
    const namespace = s.name;
    expect(Object.keys((await s.call('GET', 'sys/mounts', { namespace })).body.data).sort()).toEqual([
      'cubbyhole/',
      'identity/',
      'sys/',
    ]);
    expect(Object.keys((await s.call('GET', 'sys/auth', { namespace })).body.data)).toEqual(['token/']);
    expect((await s.call('LIST', 'sys/policies/acl', { namespace })).body.data.keys).toEqual(['default']);
    const created = await s.call('POST', 'auth/token/create', { namespace, body: { policies: ['default'] } });
    expect(created.status).toBe(200);
  });

  it('creates a child of the namespace of the request, whether a header or the path names it', async () => {
    await s.create(s.name);
    const inner = await s.create('inner', s.name);
    expect(inner.path).toBe(`${s.name}/inner/`);
    const { status, body } = await s.call('POST', `${s.name}/inner/sys/namespaces/deep`, { body: {} });
    expect([status, body.data.path]).toEqual([200, `${s.name}/inner/deep/`]);
    expect(await s.deps.store.get(namespaceKey(body.data.id))).toMatchObject({
      path: `${s.name}/inner/deep/`,
      lineage: ['root', expect.any(String), inner.id, body.data.id],
    });
  });

  it('keeps an existing namespace, and replaces its metadata', async () => {
    const before = await s.create(s.name, '', { a: '1', b: '2' });
    await s.call('POST', 'sys/mounts/kv', { namespace: s.name, body: { type: 'kv' } });

    expect(await s.create(s.name, '', { c: '3' })).toEqual({ ...before, custom_metadata: { c: '3' } });
    expect(await s.create(s.name)).toEqual({ ...before, custom_metadata: {} });
    expect((await s.call('GET', 'sys/mounts/kv', { namespace: s.name })).status).toBe(200);
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
    expect(await s.refusalOf('POST', typed, {})).toEqual([text]);
  });

  it('refuses an empty name', async () => {
    expect((await s.call('POST', 'sys/namespaces/%2F')).body.errors).toEqual([
      "cannot write to a path ending in '/'",
    ]);
    expect(await s.refusalOf('DELETE', '%2F')).toEqual(['namespace name cannot be empty']);
  });

  it('refuses metadata that is not text', async () => {
    for (const wrong of [{ a: 1 }, { a: true }, { a: null }, { a: {} }]) {
      expect(await s.refusalOf('POST', s.name, { custom_metadata: wrong })).toEqual([
        'custom_metadata values must be strings',
      ]);
    }
    expect((await s.call('GET', `sys/namespaces/${s.name}`)).status).toBe(404);
  });

  it('refuses metadata with a name that cannot be stored', async () => {
    const body = '{"custom_metadata":{"__proto__":"x"}}';
    for (const method of ['POST', 'PATCH']) {
      expect(await s.refusalOf(method, s.name, body)).toEqual([
        'custom_metadata cannot have the name "__proto__"',
      ]);
    }
  });

  it('refuses metadata over the limit of an entry', async () => {
    const metadata = { a: 'x'.repeat(33_000) };
    const set = await s.call('POST', `sys/namespaces/${s.name}`, { body: { custom_metadata: metadata } });
    await s.create(s.name);
    for (const { status, body } of [set, await s.patch(s.name, metadata)]) {
      expect([status, body.errors]).toEqual([413, ['the settings are longer than 32000 bytes']]);
    }
  });

  it('accepts and ignores the seal fields of Vault', async () => {
    const body = { seal: 'x', pgp_keys: ['y'], other: 1 };
    const answer = await s.call('POST', `sys/namespaces/${s.name}`, { body });
    expect(answer.body.warnings).toEqual(['Endpoint ignored these unrecognized parameters: [other]']);
  });

  it('refuses a name that a mount uses, or begins with', async () => {
    await s.create(s.name);
    for (const [mount, child] of [
      ['foo', 'foo'],
      ['bar/baz', 'bar'],
    ]) {
      await s.call('POST', `sys/mounts/${mount}`, { namespace: s.name, body: { type: 'kv' } });
      for (let twice = 0; twice < 2; twice++) {
        const { status, body } = await s.call('POST', `sys/namespaces/${child}`, {
          namespace: s.name,
          body: {},
        });
        expect(status).toBe(400);
        expect(body.errors).toEqual([`new namespace conflicts with existing mount: ${s.name}/${mount}/`]);
      }
      expect((await s.call('GET', `sys/namespaces/${child}`, { namespace: s.name })).status).toBe(404);
    }
    await s.create('fo', s.name);
    await s.create('food', s.name);
  });

  it('nests at most sixteen levels', async () => {
    let at = ROOT;
    for (let depth = 1; depth < 16; depth++)
      at = await placeNamespace(s.deps, at, depth === 1 ? s.name : 'n');
    await s.create('last', at.path);
    const { status, body } = await s.call('POST', `sys/namespaces/one`, {
      namespace: `${at.path}last`,
      body: {},
    });
    expect([status, body.errors]).toEqual([400, ['namespaces nest at most 16 deep']]);
  });

  it('creates one namespace for many concurrent requests', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => s.call('POST', `sys/namespaces/${s.name}`, { body: {} })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
  });

  it('gives the name to either a mount or a namespace, never to both', async () => {
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all([
        s.call('POST', `sys/namespaces/${s.name}${round}`, { body: {} }),
        s.call('POST', `sys/mounts/${s.name}${round}/kv`, { body: { type: 'kv' } }),
      ]);
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    }
  });
});
