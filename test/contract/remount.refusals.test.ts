/** The refusals of a remount: the rows of contract §1.1 in their order. A refusal changes nothing. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authMethod, kv1, newNamespace } from './fresh.ts';
import { call, rawCall } from './http.ts';
import { start } from './moving.ts';
import {
  AUTH,
  FREE,
  IMPROVED_ROWS,
  KV,
  NESTED,
  NESTED_AUTH,
  NS,
  OTHER,
  OTHER_AUTH,
  ROWS,
  TAG,
} from './refusals.ts';
import { improved, refused } from './texts.ts';

beforeAll(async () => {
  await Promise.all([
    kv1(undefined, KV),
    kv1(undefined, OTHER),
    kv1(undefined, NESTED),
    newNamespace(undefined, NS).then(() => kv1(NS, 'kv')),
    authMethod('userpass', undefined, AUTH),
    authMethod('userpass', undefined, OTHER_AUTH),
    authMethod('userpass', undefined, NESTED_AUTH),
  ]);
});

/** The mounts of these tests, as the mount tables show them. */
async function ownMounts(): Promise<object> {
  const tables = await Promise.all([
    call('GET', 'sys/mounts'),
    call('GET', 'sys/auth'),
    call('GET', 'sys/mounts', { namespace: NS }),
  ]);
  const [mounts, auths, inside] = tables.map(({ body }) => Object.entries(body.data));
  const own = [...(mounts ?? []), ...(auths ?? [])].filter(([path]) => path.includes(TAG));
  return Object.fromEntries([...own, ...(inside ?? [])]);
}

describe('a remount is refused for', () => {
  let before: object;
  beforeAll(async () => {
    before = await ownMounts();
  });
  afterAll(async () => {
    expect(Object.keys(before)).toHaveLength(10);
    expect(await ownMounts()).toEqual(before);
  });

  it.each(ROWS)('%s', async (_, from, to, text) => {
    expect(await start(from, to)).toMatchObject(refused(text));
  });

  for (const [name, from, to, text] of IMPROVED_ROWS) {
    improved(name, async () => {
      expect(await start(from, to)).toMatchObject(refused(text));
    });
  }

  improved('a target that is a namespace and slashes', async () => {
    expect(await start(KV, `${NS}//`)).toMatchObject(
      refused("invalid destination mount: path '/' does not match cleaned path ''"),
    );
  });

  improved('a target above its namespace', async () => {
    const { status, body } = await start(KV, '../x');
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      expect.stringMatching(/^invalid destination mount: path '\.\.\/x\/' does not/),
    ]);
  });

  it('a target above the namespace of the request, which the error shows from the root', async () => {
    expect(await start('kv', '../x', { namespace: NS })).toMatchObject(
      refused(`invalid destination mount: path '${NS}/../x/' does not match cleaned path 'x/'`),
    );
  });

  it('a target that is a namespace, which the error names [50]', async () => {
    const { status, body } = await start(KV, NS);
    expect(status).toBe(400);
    expect(body.errors).toEqual([expect.stringMatching(`^path already in use at "${NS}/.*"$`)]);
  });

  it('a target that is the whole auth table, and the error names one of its methods', async () => {
    const { status, body } = await start(`auth/${AUTH}`, 'auth');
    expect(status).toBe(400);
    expect(body.errors).toEqual([expect.stringMatching(/^path already in use at "auth\/.+\/"$/)]);
  });

  it('a source of the parent namespace, requested in a child namespace', async () => {
    const answer = await call('POST', 'sys/remount', { namespace: NS, body: { from: KV, to: 'x' } });
    expect(answer).toMatchObject(refused(`no matching mount at "${KV}/"`));
  });

  it('a conflict in the namespace of the header, and the error has the full path', async () => {
    const answer = await call('POST', 'sys/remount', { namespace: NS, body: { from: 'kv', to: 'kv/x' } });
    expect(answer).toMatchObject(refused(`path already in use at "${NS}/kv/"`));
  });

  it('a URL that ends in a slash, with or without a token', async () => {
    const body = { from: KV, to: FREE };
    const answers = [
      await call('POST', 'sys/remount/', { body }),
      await call('PUT', 'sys/remount/', { body }),
      await call('POST', 'sys/remount/', { body, token: '' }),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject(refused("cannot write to a path ending in '/'"));
  });

  it.each([
    ['GET', 405, 'operation'],
    ['DELETE', 405, 'operation'],
    ['LIST', 404, 'path'],
  ])('the verb %s, which the endpoint does not have', async (method, status, what) => {
    const answer = await rawCall(method, '/v1/sys/remount');
    expect(answer).toMatchObject({
      status,
      body: { errors: [`1 error occurred:\n\t* unsupported ${what}\n\n`] },
    });
  });
});
