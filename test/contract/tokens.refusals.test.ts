/** The refusals of requests about tokens, row by row (contract §6). */

import { beforeAll, describe, expect, it } from 'vitest';
import { lookupSelf } from './credentials.ts';
import { must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { type Answer, call } from './http.ts';
import { refused, wrapped } from './texts.ts';

/** A token that may create others, but has no sudo. */
let plain: string;
/** One that has sudo as well, and is no root token. */
let sudo: string;

const MAKER = ['auth/token/create', 'create', 'update'] as const;

beforeAll(async () => {
  plain = await tokenWith(policyOf([...MAKER], ['auth/token/revoke-orphan', 'update']));
  sudo = await tokenWith(policyOf([...MAKER, 'sudo']));
});

function create(body: object, token?: string): Promise<Answer> {
  return call('POST', 'auth/token/create', { body, ...(token ? { token } : {}) });
}

async function made(body: object, namespace?: string): Promise<{ client_token: string; accessor: string }> {
  return (await must('POST', 'auth/token/create', { body, namespace })).body.auth;
}

describe('a token is not created', () => {
  it.each<[fields: object, text: string]>([
    [{ policies: ['other'] }, 'child policies must be subset of parent'],
    [{ policies: ['root'] }, 'child policies must be subset of parent'],
    [{ no_parent: true }, 'root or sudo privileges required to create orphan token'],
    [{ id: 'a-chosen-id' }, 'root or sudo privileges required to specify token id'],
    [{ type: 'other' }, "invalid 'token_type' value"],
    [{ num_uses: -1 }, 'number of uses cannot be negative'],
  ])('by a token without sudo with %j', async (fields, text) => {
    expect(await create(fields, plain)).toMatchObject(refused(text));
  });

  it('as a root token, except by a root token', async () => {
    expect(await create({ policies: ['root'] }, sudo)).toMatchObject(
      refused('root tokens may not be created without parent token being root'),
    );
  });

  it.each<[kind: object, text: string]>([
    [{ num_uses: 5 }, 'restricted use token cannot generate child tokens'],
    [{ type: 'batch' }, 'batch tokens cannot create more tokens'],
  ])('by a token that was itself created with %j', async (kind, text) => {
    const token = await tokenWith(policyOf([...MAKER]), undefined, kind);
    expect(await create({}, token)).toMatchObject(refused(text));
  });

  it('with an id that has a dot in it', async () => {
    expect(await create({ id: 'chosen.with-a-dot', policies: ['default'] })).toMatchObject(
      refused("custom token ID cannot have a '.' in the value"),
    );
  });

  it('twice with the same id', async () => {
    const id = unique('chosen');
    await made({ id, policies: ['default'] });
    expect((await lookupSelf(id)).body.data.id).toBe(id);
    expect(await create({ id, policies: ['default'] })).toMatchObject(
      refused('cannot create a token with a duplicate ID'),
    );
  });

  it('in a child namespace without sudo there, nor as a root token of that namespace', async () => {
    const namespace = await newNamespace();
    const token = await tokenWith(policyOf([`${namespace}/auth/token/create`, 'update']));
    const body = { policies: ['default'] };
    expect(await call('POST', 'auth/token/create', { token, namespace, body })).toMatchObject(
      refused('root or sudo privileges required to directly generate a token in a child namespace'),
    );
    const root = { namespace, body: { policies: ['root'] } };
    expect(await call('POST', 'auth/token/create', root)).toMatchObject(
      refused('root tokens may not be created from a parent namespace'),
    );
  });
});

describe('a request that names a token', () => {
  it.each<[path: string, body: object, status: number, text: string]>([
    ['lookup', { token: 's.unknown' }, 403, 'bad token'],
    ['lookup', { token: 1 }, 403, 'invalid token'],
    ['renew', { token: null }, 403, 'invalid token'],
    ['revoke', { token: [] }, 403, 'invalid token'],
    ['revoke-orphan', { token: {} }, 403, 'invalid token'],
    ['lookup-accessor', {}, 400, wrapped('missing accessor')],
    ['lookup-accessor', { accessor: 'unknown' }, 400, wrapped('invalid accessor')],
    ['renew', {}, 400, 'missing token ID'],
    ['renew', { token: 's.unknown' }, 400, 'token not found'],
    ['renew-accessor', {}, 400, wrapped('missing accessor')],
    ['renew-accessor', { accessor: 'unknown' }, 400, wrapped('invalid accessor')],
    ['revoke', {}, 400, 'missing token ID'],
    ['revoke-accessor', {}, 400, wrapped('missing accessor')],
    ['revoke-orphan', {}, 400, 'missing token ID'],
    ['revoke-orphan', { token: 's.unknown' }, 400, 'token to revoke not found'],
  ])('to %s with %j is refused', async (path, body, status, text) => {
    const answer = await call('POST', `auth/token/${path}`, { body });
    expect(answer).toMatchObject({ status, body: { errors: [text] } });
  });

  it('to revoke an unknown accessor gets a warning', async () => {
    const { status, body } = await call('POST', 'auth/token/revoke-accessor', { body: { accessor: 'x' } });
    expect([status, body.warnings]).toEqual([200, ['No token found with this accessor']]);
  });

  it('of type batch cannot renew or revoke it', async () => {
    const { client_token: token } = await made({ type: 'batch', policies: ['default'] });
    for (const [path, text] of [
      ['renew', 'batch tokens cannot be renewed'],
      ['revoke', 'batch tokens cannot be revoked'],
    ])
      expect(await call('POST', `auth/token/${path}`, { body: { token } })).toMatchObject(
        refused(text as string),
      );
  });

  it('cannot renew it if it has no lease or is not renewable', async () => {
    const { client_token: root } = await made({});
    const { client_token: fixed } = await made({ policies: ['default'], renewable: false });
    for (const token of [root, fixed])
      expect(await call('POST', 'auth/token/renew', { body: { token } })).toMatchObject(
        refused('lease is not renewable'),
      );
  });

  it('cannot revoke it without its children, unless it has sudo', async () => {
    const { client_token: token } = await made({ policies: ['default'] });
    expect(await call('POST', 'auth/token/revoke-orphan', { token: plain, body: { token } })).toMatchObject(
      refused('root or sudo privileges required to revoke and orphan'),
    );
    expect((await lookupSelf(token)).status).toBe(200);
  });
});
