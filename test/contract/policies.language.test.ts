/** The policy language: what each construct allows, tested with requests (contract §5.2, §5.3). */

import { beforeAll, describe, expect, it } from 'vitest';
import { kv1, kv2, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { NOT_AUTHORIZED, refused } from './texts.ts';

const MERGE = { 'Content-Type': 'application/merge-patch+json' };

/** The capabilities that a policy gives on each path, as its token reads them. */
async function capabilities(policy: string, paths: string[]): Promise<Record<string, string[]>> {
  const token = await tokenWith(policy);
  const { data } = (await must('POST', 'sys/capabilities-self', { token, body: { paths } })).body;
  return Object.fromEntries(paths.map((path) => [path, data[path]]));
}

/** A policy with a different capability for each path, which shows which rule applied. */
function marked(...paths: string[]): string {
  return policyOf(...paths.map((path, i): [string, string] => [path, MARKS[i] as string]));
}

const MARKS = ['read', 'list', 'update', 'delete'];

describe('a rule of a policy', () => {
  it('has the capabilities that it names, sorted by name', async () => {
    const all = ['create', 'delete', 'list', 'patch', 'read', 'scan', 'sudo', 'update'];
    expect(await capabilities(policyOf(['a', ...[...all].reverse()]), ['a'])).toEqual({ a: all });
    expect(await capabilities(policyOf(['a', 'read', 'deny']), ['a'])).toEqual({ a: ['deny'] });
  });

  it.each([
    ['read', ['list', 'read']],
    ['write', ['create', 'delete', 'list', 'read', 'update']],
    ['sudo', ['create', 'delete', 'list', 'read', 'sudo', 'update']],
    ['deny', ['deny']],
  ])('may have the old shorthand %s', async (shorthand, given) => {
    expect(await capabilities(`path "a" { policy = "${shorthand}" }`, ['a'])).toEqual({ a: given });
  });

  it('may be written as JSON, as HCL with comments, and with a leading slash', async () => {
    const json = JSON.stringify({ path: { 'a/*': { capabilities: ['read'] } } });
    expect(await capabilities(json, ['a/b'])).toEqual({ 'a/b': ['read'] });
    const hcl =
      '# one\n// two\n/* three\nfour */ name = "x"\npath "/a/*" { capabilities = ["read",] comment = "five" }';
    expect(await capabilities(hcl, ['a/b', '/a/b'])).toEqual({ 'a/b': ['read'], '/a/b': ['read'] });
  });

  it.each<[pattern: string, matched: string[], others: string[]]>([
    ['secret/a', ['secret/a', 'secret/a/'], ['secret', 'secret/ab', 'secret/a/b']],
    ['secret/*', ['secret/', 'secret/a', 'secret/a/b'], ['secret', 'secrets/a']],
    ['secret/a*', ['secret/a', 'secret/ab/c'], ['secret/', 'secret/b']],
    ['secret/a*b', ['secret/a*b'], ['secret/axb', 'secret/ab']],
    ['secret/+', ['secret/a', 'secret/'], ['secret', 'secret/a/b']],
    ['secret/+/b', ['secret/a/b', 'secret//b'], ['secret/a', 'secret/a/b/c']],
    ['+/a', ['x/a'], ['a', 'x/y/a']],
    ['a/+/b*', ['a/x/b', 'a/x/bc/d'], ['a/x/c', 'a/b']],
    ['secret/a+', ['secret/a+'], ['secret/ab', 'secret/a']],
  ])('for %s matches the right paths', async (pattern, matched, others) => {
    const found = await capabilities(policyOf([pattern, 'read']), [...matched, ...others]);
    for (const path of matched) expect([path, found[path]]).toEqual([path, ['read']]);
    for (const path of others) expect([path, found[path]]).toEqual([path, ['deny']]);
  });

  it.each<[why: string, winner: string, loser: string, path: string]>([
    ['an exact rule', 'a/b', 'a/*', 'a/b'],
    ['a longer prefix', 'a/b*', 'a/*', 'a/bc'],
    ['one with a later first wildcard', 'a/b/+', 'a/+/c', 'a/b/c'],
    ['a prefix with a later first wildcard', 'a/b/*', 'a/+/c', 'a/b/c'],
    ['one without a trailing star', 'a/+/c', 'a/+/*', 'a/b/c'],
    ['one with fewer wildcards', 'a/+/c/d', 'a/+/+/d', 'a/b/c/d'],
    ['the longer of two', 'a/+/bc*', 'a/+/b*', 'a/x/bcd'],
  ])('is ignored if there is %s, which decides alone', async (_, winner, loser, path) => {
    expect(await capabilities(marked(winner, loser), [path])).toEqual({ [path]: ['read'] });
    expect(await capabilities(marked(loser, winner), [path])).toEqual({ [path]: ['list'] });
    expect(await capabilities(policyOf([winner, 'deny'], [loser, 'read']), [path])).toEqual({
      [path]: ['deny'],
    });
  });

  it('is combined with other rules for the same path, unless one denies', async () => {
    const twice = policyOf(['a/*', 'read'], ['a/*', 'list']);
    expect(await capabilities(twice, ['a/b'])).toEqual({ 'a/b': ['list', 'read'] });
    expect(await capabilities(`${twice}\n${policyOf(['a/*', 'deny'])}`, ['a/b'])).toEqual({
      'a/b': ['deny'],
    });
    const policies = [unique('policy'), unique('policy')];
    for (const [i, policy] of [twice, policyOf(['a/*', 'deny'])].entries())
      await must('PUT', `sys/policies/acl/${policies[i]}`, { body: { policy } });
    const token = (await must('POST', 'auth/token/create', { body: { policies } })).body.auth.client_token;
    const { body } = await must('POST', 'sys/capabilities-self', { token, body: { paths: ['a/b'] } });
    expect(body.data['a/b']).toEqual(['deny']);
  });

  it('with an identity template is ignored for a token without an identity', async () => {
    const policy = policyOf(['a/{{identity.entity.id}}/*', 'read'], ['b', 'read']);
    expect(await capabilities(policy, ['a/x/y', 'a/{{identity.entity.id}}/y', 'b'])).toMatchObject({
      'a/x/y': ['deny'],
      b: ['read'],
    });
  });

  it('that has expired is ignored', async () => {
    const rule = (path: string, end: string) =>
      `path "${path}" { capabilities = ["read"] expiration = "${end}" }`;
    const policy = `${rule('old', '2001-01-01T00:00:00Z')}\n${rule('new', '2101-01-01T00:00:00Z')}`;
    expect(await capabilities(policy, ['old', 'new'])).toEqual({ old: ['deny'], new: ['read'] });
  });

  it('of a namespace cannot name a path above it or beside it', async () => {
    const [outer, beside] = [await newNamespace(), await newNamespace()];
    const kv = await kv1(beside);
    const rules = [`../${beside}/${kv}/k`, `/${beside}/${kv}/k`, `${beside}/${kv}/k`, '*'];
    const token = await tokenWith(policyOf(...rules.map((path): [string, string] => [path, 'read'])), outer);
    expect(await call('GET', `${kv}/k`, { token, namespace: beside })).toMatchObject(NOT_AUTHORIZED);
  });
});

describe('a rule allows', () => {
  let kv: string;
  beforeAll(async () => {
    kv = await kv2();
    await must('POST', `${kv}/data/dir/a`, { body: { data: { x: 1 } } });
  });

  it.each<[capability: string, method: string, path: string, body?: object]>([
    ['read', 'GET', 'data/dir/a'],
    ['list', 'GET', 'metadata/dir?list=true'],
    ['scan', 'GET', 'metadata/dir?scan=true'],
    ['update', 'POST', 'data/dir/a', { data: { x: 2 } }],
    ['create', 'POST', 'data/dir/new', { data: { x: 2 } }],
    ['patch', 'PATCH', 'data/dir/a', { data: { y: 3 } }],
    ['delete', 'DELETE', 'data/dir/b'],
  ])('with %s, and with no other capability: %s', async (capability, method, path, body) => {
    const others = ['read', 'list', 'scan', 'update', 'create', 'patch', 'delete'];
    const sent = { ...(body && { body }), ...(method === 'PATCH' && { headers: MERGE }) };
    const without = others.filter((other) => other !== capability);
    const weak = await tokenWith(policyOf([`${kv}/*`, ...without]));
    expect(await call(method, `${kv}/${path}`, { ...sent, token: weak })).toMatchObject(NOT_AUTHORIZED);
    const strong = await tokenWith(policyOf([`${kv}/*`, capability]));
    expect((await call(method, `${kv}/${path}`, { ...sent, token: strong })).status).toBeLessThan(300);
  });

  it('a list by its path with or without a trailing slash', async () => {
    const list = async (...rules: Parameters<typeof policyOf>) => {
      const token = await tokenWith(policyOf(...rules));
      return (await call('GET', `${kv}/metadata/dir?list=true`, { token })).status;
    };
    expect(await list([`${kv}/metadata/dir/`, 'list'])).toBe(200);
    expect(await list([`${kv}/metadata/dir`, 'list'])).toBe(200);
    expect(await list([`${kv}/metadata/dir/`, 'deny'], [`${kv}/metadata/dir`, 'list'])).toBe(403);
    expect(await list([`${kv}/metadata/di`, 'list'])).toBe(403);
  });

  it('no more entries of a list than its pagination_limit', async () => {
    for (const name of ['p', 'q', 'r']) await must('POST', `${kv}/data/many/${name}`, { body: { data: {} } });
    const rule = (more: string) => `path "${kv}/metadata/*" { capabilities = ["list"] ${more} }`;
    const token = await tokenWith(rule('pagination_limit = 2'));
    const keys = async (query: string) =>
      (await call('GET', `${kv}/metadata/many?list=true${query}`, { token })).body.data?.keys;
    expect(await keys('')).toEqual(['p', 'q']);
    expect(await keys('&limit=max&after=q')).toEqual(['r']);
    expect(await keys('&limit=1')).toEqual(['p']);
    expect(await keys('&limit=3')).toBeUndefined();
    const strict = await tokenWith(rule('pagination_limit = 2 required_parameters = ["limit"]'));
    expect(await call('GET', `${kv}/metadata/many?list=true`, { token: strict })).toMatchObject(
      NOT_AUTHORIZED,
    );
  });
});

describe('the parameters of a rule', () => {
  it.each<[rule: string, good: object[], bad: object[]]>([
    ['allowed_parameters = { "a" = [] }', [{ a: 1 }, { A: 'x' }], [{ b: 1 }, { a: 1, b: 1 }]],
    ['allowed_parameters = { "a" = ["x*", "y"] }', [{ a: 'xyz' }, { a: 'y' }], [{ a: 'z' }, { a: 1 }]],
    ['allowed_parameters = { "a" = ["x"], "*" = [] }', [{ a: 'x', b: 1 }], [{ a: 'y' }]],
    ['denied_parameters = { "a" = [] }', [{ b: 1 }], [{ a: 1 }, { A: 1, b: 1 }]],
    ['denied_parameters = { "a" = ["bad*"] }', [{ a: 'good' }], [{ a: 'bad one' }]],
    ['denied_parameters = { "*" = [] }', [], [{ a: 1 }]],
    ['required_parameters = ["a"]', [{ a: 1, b: 2 }], [{ b: 2 }]],
    [
      'denied_parameters = { "a" = ["x"] } allowed_parameters = { "a" = [] }',
      [{ a: 'y' }],
      [{ a: 'x' }, { b: 1 }],
    ],
  ])('%s', async (rule, good, bad) => {
    const kv = await kv1();
    const token = await tokenWith(`path "${kv}/*" { capabilities = ["create", "update"] ${rule} }`);
    for (const body of good)
      expect((await call('POST', `${kv}/k`, { token, body })).status, JSON.stringify(body)).toBe(204);
    for (const body of bad)
      expect(await call('POST', `${kv}/k`, { token, body }), JSON.stringify(body)).toMatchObject(
        NOT_AUTHORIZED,
      );
  });
});

describe('an invalid policy', () => {
  it.each<[text: string, problem: string]>([
    ['path "a" { capabilities = ["foo"] }', 'path "a": invalid capability "foo"'],
    ['path "a+*" { capabilities = ["read"] }', `path "a+*": invalid use of wildcards ('+*' is forbidden)`],
    ['path "a" { capabilities = ["read"] }\nx = 1', 'invalid key "x" on line 2'],
  ])('is refused: %s', async (policy, problem) => {
    for (const path of ['sys/policies/acl', 'sys/policy']) {
      const name = unique('policy');
      const { status, body } = await call('PUT', `${path}/${name}`, { body: { policy } });
      expect(status).toBe(400);
      expect(body.errors[0]).toMatch(/^failed to parse policy: /);
      expect(body.errors[0]).toContain(problem);
    }
  });

  it('is refused when it is missing', async () => {
    for (const body of [{}, { policy: '' }])
      expect(await call('POST', `sys/policies/acl/${unique('policy')}`, { body })).toMatchObject(
        refused("'policy' parameter not supplied or empty"),
      );
  });
});
