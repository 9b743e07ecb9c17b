/** Users that are locked after bad passwords, listed and unlocked (contract §8.3). */

import { beforeAll, describe, expect, it } from 'vitest';
import { lockOut, loggedIn, login, unlock, userpassMethod } from './credentials.ts';
import { must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { accessorOf } from './snapshots.ts';
import { NOT_AUTHENTICATED, NOT_AUTHORIZED } from './texts.ts';

async function locked(namespace?: string, accessor?: string) {
  const query = accessor === undefined ? '' : `?mount_accessor=${accessor}`;
  return (await must('GET', `sys/locked-users${query}`, { namespace })).body.data;
}

let namespace: string;
let below: string;
let idOf: Record<string, string>;

beforeAll(async () => {
  namespace = await newNamespace();
  below = await newNamespace(namespace);
  const name = below.slice(namespace.length + 1);
  idOf = {
    [namespace]: (await must('GET', `sys/namespaces/${namespace}`)).body.data.id,
    [below]: (await must('GET', `sys/namespaces/${name}`, { namespace })).body.data.id,
  };
});

/** How the list shows a namespace. */
function place(path: string, mounts: [accessor: string, names: string[]][]) {
  return {
    namespace_id: idOf[path],
    namespace_path: `${path}/`,
    counts: mounts.flatMap(([, names]) => names).length,
    mount_accessors: mounts.map(([mount_accessor, names]) => ({
      mount_accessor,
      counts: names.length,
      alias_identifiers: names,
    })),
  };
}

describe('locked users', () => {
  it('are listed by namespace and mount, those below included, until they are unlocked', async () => {
    expect(await locked(below)).toEqual({ by_namespace: [place(below, [])], total: 0 });
    const [upper, lower] = [await userpassMethod(namespace), await userpassMethod(below)];
    const [above, deep] = [await accessorOf(upper, namespace), await accessorOf(lower, below)];
    await lockOut(lower, below);
    expect(await locked(namespace)).toEqual({
      by_namespace: [place(below, [[deep, ['bob']]]), place(namespace, [])],
      total: 1,
    });
    await lockOut(upper, namespace);
    const both = await locked(namespace);
    expect(both.total).toBe(2);
    expect(both.by_namespace).toEqual(
      expect.arrayContaining([place(below, [[deep, ['bob']]]), place(namespace, [[above, ['bob']]])]),
    );

    expect(await unlock(above, 'bob', { namespace })).toMatchObject({ status: 204, text: '' });
    expect((await login(upper, namespace)).status).toBe(200);
    expect(await login(lower, below)).toMatchObject(NOT_AUTHENTICATED);
    expect(await unlock(deep, 'bob', { namespace: below })).toMatchObject({ status: 204 });
    expect(await locked(namespace)).toMatchObject({ total: 0 });
  });

  it('are listed of one mount of the namespace', async () => {
    const auth = await userpassMethod(below);
    const accessor = await accessorOf(auth, below);
    await lockOut(auth, below);
    const one = place(below, [[accessor, ['bob']]]);
    expect(await locked(below, accessor)).toEqual({ by_namespace: [one], total: 1 });
    const none = (path: string, mount_accessor: string) => ({
      by_namespace: [
        {
          ...place(path, []),
          mount_accessors: [{ mount_accessor, counts: 0, alias_identifiers: null }],
        },
      ],
      total: 0,
    });
    expect(await locked(namespace, accessor)).toEqual(none(namespace, accessor));
    expect(await locked(below, 'nope')).toEqual(none(below, 'nope'));
  });

  it('start from zero when they are unlocked, also before they are locked', async () => {
    const auth = await userpassMethod();
    const accessor = await accessorOf(auth);
    const fail = async (times: number) => {
      for (let i = 0; i < times; i++)
        await call('POST', `${auth}/login/bob`, { token: '', body: { password: 'wrong' } });
    };
    await fail(3);
    await unlock(accessor, 'bob');
    await fail(4);
    await loggedIn(auth);
    await lockOut(auth);
    await unlock(accessor, 'bob');
    await fail(4);
    await loggedIn(auth);
  });

  it('are not unlocked from another namespace, nor by what names no mount or user', async () => {
    const auth = await userpassMethod(below);
    const accessor = await accessorOf(auth, below);
    await lockOut(auth, below);
    for (const answer of [
      await unlock(accessor, 'bob', { namespace }),
      await unlock('nope', 'bob', { namespace: below }),
      await unlock(accessor, 'ann', { namespace: below }),
      await unlock(accessor, 'bob/x', { namespace: below }),
    ])
      expect(answer).toMatchObject({ status: 204, text: '' });
    expect(await login(auth, below)).toMatchObject(NOT_AUTHENTICATED);
  });

  it('need no sudo, and a policy for each of the two', async () => {
    const auth = await userpassMethod();
    const accessor = await accessorOf(auth);
    const reader = await tokenWith(policyOf(['sys/locked-users', 'read']));
    expect((await call('GET', 'sys/locked-users', { token: reader })).status).toBe(200);
    expect(await unlock(accessor, 'bob', { token: reader })).toMatchObject(NOT_AUTHORIZED);
    const unlocker = await tokenWith(policyOf([`sys/locked-users/${accessor}/unlock/*`, 'update']));
    expect((await unlock(accessor, 'bob', { token: unlocker })).status).toBe(204);
    expect(await call('GET', 'sys/locked-users', { token: unlocker })).toMatchObject(NOT_AUTHORIZED);
  });

  it.each([
    ['LIST', 'sys/locked-users', 404],
    ['POST', 'sys/locked-users', 405],
    ['GET', 'sys/locked-users/a', 404],
    ['POST', 'sys/locked-users/a/unlock', 404],
    ['GET', 'sys/locked-users/a/unlock/bob', 405],
    ['DELETE', 'sys/locked-users/a/unlock/bob', 405],
  ])('%s of %s is refused', async (method, path, status) => {
    expect((await call(method, path)).status).toBe(status);
  });

  it('are told of a field that is unknown', async () => {
    const field = unique('field');
    const { warnings } = (await must('GET', `sys/locked-users?${field}=1`)).body;
    expect(warnings).toEqual([`Endpoint ignored these unrecognized parameters: [${field}]`]);
  });
});
