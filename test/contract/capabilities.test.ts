/** The capabilities of a token, which clients read before they try a request (contract §10). */

import { beforeAll, describe, expect, it } from 'vitest';
import { must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { type Answer, call } from './http.ts';
import { NOT_AUTHORIZED, refused } from './texts.ts';

const RULES: Parameters<typeof policyOf> = [
  ['secret/a', 'update', 'read', 'create'],
  ['secret/b', 'deny'],
  ['secret/dir', 'list'],
];

interface Asker {
  token: string;
  accessor: string;
}

let asked: Asker;
beforeAll(async () => {
  const token = await tokenWith(policyOf(...RULES));
  asked = { token, accessor: (await must('GET', 'auth/token/lookup-self', { token })).body.data.accessor };
});

/** The three endpoints that answer the same question. */
const WAYS: [name: string, ask: (body: object) => Promise<Answer>][] = [
  ['of the token itself', (body) => call('POST', 'sys/capabilities-self', { token: asked.token, body })],
  ['of a token', (body) => call('POST', 'sys/capabilities', { body: { ...body, token: asked.token } })],
  [
    'of an accessor',
    (body) => call('POST', 'sys/capabilities-accessor', { body: { ...body, accessor: asked.accessor } }),
  ],
];

describe.each(WAYS)('the capabilities %s', (_, ask) => {
  it('are returned for each path, sorted, in data and at the top level', async () => {
    const { status, body } = await ask({ paths: ['secret/a', 'secret/b', 'secret/c'] });
    const expected = {
      'secret/a': ['create', 'read', 'update'],
      'secret/b': ['deny'],
      'secret/c': ['deny'],
    };
    expect({ status, data: body.data }).toEqual({ status: 200, data: expected });
    expect(body).toMatchObject(expected);
  });

  it('of one path are also returned as `capabilities`', async () => {
    for (const one of [{ paths: ['secret/a'] }, { path: 'secret/a' }, { paths: 'secret/a' }]) {
      const { body } = await ask(one);
      expect(body.data).toEqual({
        'secret/a': ['create', 'read', 'update'],
        capabilities: ['create', 'read', 'update'],
      });
      expect(body.capabilities).toEqual(body.data.capabilities);
    }
  });

  it('of a path with a trailing slash are those of the path without it, unless a rule names the slash', async () => {
    expect((await ask({ paths: ['secret/dir/'] })).body.capabilities).toEqual(['list']);
  });

  it('need at least one path', async () => {
    expect(await ask({})).toMatchObject(refused('paths must be supplied'));
  });
});

describe('capabilities', () => {
  it('of the root token are `root`', async () => {
    const { body } = await must('POST', 'sys/capabilities-self', { body: { paths: ['any', 'sys/raw'] } });
    expect(body.data).toEqual({ any: ['root'], 'sys/raw': ['root'] });
  });

  it('are those in the namespace of the request', async () => {
    const namespace = await newNamespace();
    const token = await tokenWith(
      policyOf([`${namespace}/secret/a`, 'read'], [`${namespace}/sys/capabilities-self`, 'update']),
    );
    const body = { paths: ['secret/a'] };
    const inside = await must('POST', 'sys/capabilities-self', { token, namespace, body });
    expect(inside.body.capabilities).toEqual(['read']);
    const outside = await must('POST', 'sys/capabilities-self', { token, body });
    expect(outside.body.capabilities).toEqual(['deny']);
  });

  it('of an unknown token or accessor are refused', async () => {
    const paths = ['secret/a'];
    for (const [path, unknown] of [
      ['sys/capabilities', { token: unique('nobody') }],
      ['sys/capabilities-accessor', { accessor: unique('nobody') }],
    ] as const) {
      const { status, body } = await call('POST', path, { body: { ...unknown, paths } });
      expect(status).toBe(400);
      expect(body.errors[0]).toMatch(/invalid (token|accessor)/);
    }
  });

  it('of itself are open to every token with the default policy, those of other tokens are not', async () => {
    const bare = await tokenWith(policyOf(['elsewhere', 'read']), undefined, { no_default_policy: true });
    const body = { paths: ['a'], token: asked.token, accessor: asked.accessor };
    expect(await call('POST', 'sys/capabilities-self', { token: bare, body })).toMatchObject(NOT_AUTHORIZED);
    const { token } = asked;
    for (const path of ['sys/capabilities', 'sys/capabilities-accessor'])
      expect(await call('POST', path, { token, body })).toMatchObject(NOT_AUTHORIZED);
  });
});
