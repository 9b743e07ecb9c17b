/** Who may start a remount in which namespace (contract §1.2, §1.6). */

import { beforeAll, describe, expect, it } from 'vitest';
import { kv1, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { settled, start } from './moving.ts';
import { improved, NOT_AUTHORIZED, noRoute, UUID } from './texts.ts';
import { MOVER, PASSED, tryToStart } from './tryToStart.ts';

const EVERYTHING = policyOf(['*', 'create', 'read', 'update', 'delete', 'list', 'sudo']);

describe('in namespaces, a remount', () => {
  const outer = unique('outer');
  const sibling = unique('sibling');
  const inner = `${outer}/inner`;
  beforeAll(async () => {
    await Promise.all([
      newNamespace(undefined, outer).then(() => newNamespace(outer, 'inner')),
      newNamespace(undefined, sibling),
    ]);
  });

  it.each([
    ['the root namespace', undefined],
    ['a sibling namespace', sibling],
  ])('is refused to a token of another namespace in %s', async (_, namespace) => {
    const token = await tokenWith(EVERYTHING, outer);
    expect(await tryToStart({ token, namespace })).toMatchObject(NOT_AUTHORIZED);
    expect(await tryToStart({ token, namespace: outer })).toMatchObject(PASSED);
  });

  it('is refused in a namespace above that of the token', async () => {
    const token = await tokenWith(EVERYTHING, inner);
    expect(await tryToStart({ token, namespace: outer })).toMatchObject(NOT_AUTHORIZED);
    expect(await tryToStart({ token, namespace: inner })).toMatchObject(PASSED);
  });

  it('is allowed in a child namespace if a policy of the parent names the full path', async () => {
    const named = await tokenWith(policyOf([`${inner}/sys/remount`, 'update', 'sudo']));
    const unnamed = await tokenWith(MOVER);
    expect(await tryToStart({ token: named, namespace: inner })).toMatchObject(PASSED);
    expect(await tryToStart({ token: unnamed, namespace: inner })).toMatchObject(NOT_AUTHORIZED);
  });

  it.each(['', 'nobody'])(
    'with a header that names no namespace is 404, before the token is checked (%#)',
    async (token) => {
      const answer = await tryToStart({ namespace: unique('nope'), token });
      expect(answer).toMatchObject({ status: 404, body: { errors: ['namespace not found'] } });
    },
  );

  it('with a header that names no child of an existing namespace is 404', async () => {
    const answer = await tryToStart({ namespace: `${outer}/nope` });
    expect(answer).toMatchObject({ status: 404, body: { errors: ['namespace not found'] } });
  });

  it('with a path that names no namespace is an ordinary path', async () => {
    const nope = unique('nope');
    const token = await tokenWith(MOVER);
    expect(await tryToStart({ token }, `${nope}/sys/remount`)).toMatchObject(NOT_AUTHORIZED);
    expect(await tryToStart({}, `${nope}/sys/remount`)).toMatchObject(noRoute(`${nope}/sys/remount`));
  });

  it('works with the namespace in the path, and then answers in data only', async () => {
    const kv = await kv1(outer);
    const body = { from: kv, to: unique('moved') };
    const answer = await call('POST', `${outer}/sys/remount`, { body });
    expect(answer.status).toBe(200);
    expect(answer.body.data.migration_id).toMatch(UUID);
    expect(answer.body).not.toHaveProperty('migration_id');
    expect(await settled(answer.body.data.migration_id)).toMatchObject({ status: 'success' });
  });

  it('works with the namespace in the header, and then answers at the top level as well', async () => {
    const kv = await kv1(outer);
    const { status, body } = await start(kv, unique('moved'), { namespace: outer });
    expect(status).toBe(200);
    expect(body.migration_id).toBe(body.data.migration_id);
    expect(await settled(body.migration_id, { namespace: outer })).toMatchObject({ status: 'success' });
  });

  improved('ignores a leading slash before the namespace of a source', async () => {
    const kv = await kv1(inner);
    const { body } = await start(`/${inner}/${kv}`, `/${outer}/${unique('moved')}`);
    const { source_mount, status } = await settled(body.migration_id);
    expect({ source_mount, status }).toEqual({ source_mount: `${inner}/${kv}/`, status: 'success' });
  });

  it('works with the first part of the namespace in the header and the rest in the path', async () => {
    const kv = await kv1(inner);
    const body = { from: kv, to: unique('moved') };
    const answer = await call('PUT', 'inner/sys/remount', { namespace: outer, body });
    expect(answer.status).toBe(200);
    const { source_mount } = await settled(answer.body.data.migration_id, { namespace: inner });
    expect(source_mount).toBe(`${inner}/${kv}/`);
  });

  it('cannot name a mount of a parent namespace', async () => {
    const kv = await kv1();
    const answers = await Promise.all(
      [kv, `../${kv}`, `root/${kv}`].map((from) => start(from, 'x', { namespace: outer })),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(400);
      expect(body.errors[0]).toMatch(/^no matching mount at /);
    }
  });

  it('may name the root namespace as root', async () => {
    expect(await tryToStart({ namespace: 'root' })).toMatchObject(PASSED);
    expect(await tryToStart({ namespace: '/' })).toMatchObject(PASSED);
  });
});
