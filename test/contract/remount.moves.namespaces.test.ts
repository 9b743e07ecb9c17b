/** Moves within and between namespaces, of engines and of auth methods (contract §1.2). */

import { beforeAll, describe, expect, it } from 'vitest';
import { lockOut, loggedIn, login, lookupSelf, unlock, userpassMethod } from './credentials.ts';
import { kv1, must, newNamespace, unique } from './fresh.ts';
import { call, type Sent } from './http.ts';
import { move, moveOf, settled, start } from './moving.ts';
import { accessorOf, mountObject, mountPaths } from './snapshots.ts';
import { improved, NOT_AUTHENTICATED, noRoute, refused } from './texts.ts';

/** Namespaces are relative to the one of this file, which is `''`; undefined is the root namespace. */
interface Way {
  name: string;
  from: string | undefined;
  to: string | undefined;
  /** The namespace of the request, and how it is sent. */
  asked: string | undefined;
  by?: 'header' | 'path';
}

const WAYS: Way[] = [
  { name: 'within the root namespace', from: undefined, to: undefined, asked: undefined },
  { name: 'within a namespace, by header', from: 'a', to: 'a', asked: 'a' },
  { name: 'within a namespace, by path', from: 'a', to: 'a', asked: 'a', by: 'path' },
  { name: 'within a namespace, from the root', from: 'a', to: 'a', asked: undefined },
  { name: 'from the root to a namespace', from: undefined, to: 'a', asked: undefined },
  { name: 'from a namespace to the root', from: 'a', to: undefined, asked: undefined },
  { name: 'between two namespaces, from above [31]', from: 'a', to: 'b', asked: '' },
  { name: 'between two namespaces, from above by path', from: 'a', to: 'b', asked: '', by: 'path' },
  { name: 'between two namespaces, from the root', from: 'a', to: 'b', asked: undefined },
  { name: 'from the root two levels down', from: undefined, to: 'a/deep', asked: undefined },
  { name: 'from two levels down to the root', from: 'a/deep', to: undefined, asked: undefined },
  { name: 'from a namespace into its child, by header', from: 'a', to: 'a/deep', asked: 'a' },
  { name: 'from a child to its parent, by path', from: 'a/deep', to: 'a', asked: 'a', by: 'path' },
  { name: 'from two levels down to another branch', from: 'a/deep', to: 'b', asked: '' },
];

const TOP = unique('top');
beforeAll(async () => {
  await newNamespace(undefined, TOP);
  await Promise.all([newNamespace(TOP, 'a').then((a) => newNamespace(a, 'deep')), newNamespace(TOP, 'b')]);
});

/** The absolute path of a namespace. */
function absolute(namespace: string | undefined): string | undefined {
  if (namespace === undefined) return undefined;
  return namespace === '' ? TOP : `${TOP}/${namespace}`;
}

/** A mount as the request names it, relative to the namespace of the request. */
function relative(namespace: string | undefined, path: string, asked: string | undefined): string {
  const full = [absolute(namespace), path].filter(Boolean).join('/');
  const prefix = absolute(asked);
  return prefix === undefined ? full : full.slice(prefix.length + 1);
}

/** Moves a mount in one of the ways, waits for the end and checks it. */
async function go({ from, to, asked, by = 'header' }: Way, source: string, target: string): Promise<void> {
  const namespace = absolute(asked);
  const body = moveOf(relative(from, source, asked), relative(to, target, asked));
  const answer =
    by === 'path'
      ? await call('POST', `${namespace}/sys/remount`, { body })
      : await call('POST', 'sys/remount', { namespace, body });
  expect(answer).toMatchObject({ status: 200, body: { data: { migration_id: expect.any(String) } } });
  const info = await settled(answer.body.data.migration_id, { namespace });
  const full = (at: string | undefined, path: string) => [absolute(at), path].filter(Boolean).join('/');
  expect(info).toMatchObject({
    source_mount: `${full(from, source)}/`,
    target_mount: `${full(to, target)}/`,
    status: 'success',
  });
}

function at(namespace: string | undefined): Sent & { namespace: string | undefined } {
  return { namespace: absolute(namespace) };
}

describe.concurrent('a secrets engine moves', () => {
  it.each(WAYS.map((way) => [way.name, way] as const))('%s', async (_, way) => {
    const source = await kv1(absolute(way.from));
    const target = `${unique('moved')}/x`;
    await must('POST', `${source}/k`, { ...at(way.from), body: { a: 1 } });
    const before = await mountObject(source, absolute(way.from));

    await go(way, source, target);

    expect(await mountObject(target, absolute(way.to))).toEqual(before);
    expect((await must('GET', `${target}/k`, at(way.to))).body.data).toEqual({ a: 1 });
    expect(await call('GET', `${source}/k`, at(way.from))).toMatchObject(noRoute(`${source}/k`));
    expect(await mountPaths('mounts', absolute(way.from))).not.toContain(`${source}/`);
    expect(await mountPaths('mounts', absolute(way.to))).toContain(`${target}/`);
  });
});

describe.concurrent('an auth method moves', () => {
  it.each(WAYS.map((way) => [way.name, way] as const))('%s [40]', async (_, way) => {
    const source = await userpassMethod(absolute(way.from));
    const token = await loggedIn(source, absolute(way.from));
    const target = `auth/${unique('moved')}`;
    const before = await mountObject(source, absolute(way.from));

    await go(way, source, target);

    expect(await mountObject(target, absolute(way.to))).toEqual(before);
    expect(await lookupSelf(token, absolute(way.from))).toMatchObject(NOT_AUTHENTICATED);
    expect(await lookupSelf(token, absolute(way.to))).toMatchObject(NOT_AUTHENTICATED);
    const renewed = await loggedIn(target, absolute(way.to));
    expect(await lookupSelf(renewed, absolute(way.to))).toMatchObject({ status: 200 });
    await must('POST', `${target}/users/bob`, { ...at(way.to), body: { token_ttl: '7m' } });
    const renewal = await must('POST', 'auth/token/renew-self', { ...at(way.to), token: renewed });
    expect(renewal.body.auth.lease_duration).toBe(420);
    const old = await call('POST', `${source}/login/bob`, { ...at(way.from), body: {} });
    expect(old).toMatchObject(noRoute(`${source}/login/bob`));
  });
});

describe('between namespaces', () => {
  it('a namespace and a mount in it may have the same name [49]', async () => {
    const team = await newNamespace(TOP, unique('team'));
    const name = team.slice(TOP.length + 1);
    const kv = await kv1(team);
    await move(kv, name, { namespace: team });
    expect(await mountPaths('mounts', team)).toContain(`${name}/`);
  });

  it('a target that is the path of a child namespace is refused [50]', async () => {
    const kv = await kv1(TOP);
    const { status, body } = await start(kv, 'a', { namespace: TOP });
    expect(status).toBe(400);
    expect(body.errors).toEqual([expect.stringMatching(`^path already in use at "${TOP}/a/`)]);
  });

  it('a target that begins with no namespace is a nested path in the current one', async () => {
    const kv = await kv1(TOP);
    const nope = unique('nope');
    await move(kv, `${nope}/kv`, { namespace: TOP });
    expect(await mountPaths('mounts', TOP)).toContain(`${nope}/kv/`);
  });

  it('an auth method cannot be named with auth before the namespace', async () => {
    const auth = await userpassMethod(absolute('a'));
    const answer = await start(`auth/${TOP}/a/${auth.slice('auth/'.length)}`, 'auth/x');
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [expect.stringMatching(/^no matching mount at /)] },
    });
  });

  it('a child namespace cannot move its mount into its parent or sibling', async () => {
    const kv = await kv1(absolute('a'));
    const toSibling = await start(kv, `../b/${kv}`, at('a'));
    expect(toSibling.status).toBe(400);
    await move(kv, `${TOP}/b`, at('a'));
    expect(await mountPaths('mounts', absolute('a'))).toContain(`${TOP}/b/`);
    expect(await mountPaths('mounts', absolute('b'))).not.toContain(`${kv}/`);
  });

  // The reference goes on listing the user where the method was.
  improved('users stay locked, and are listed and unlocked where their method is', async () => {
    const source = await userpassMethod(absolute('a'));
    const target = `auth/${unique('moved')}`;
    const accessor = await accessorOf(source, absolute('a'));
    const locked = async (namespace: string) => {
      const answer = await must('GET', `sys/locked-users?mount_accessor=${accessor}`, at(namespace));
      return answer.body.data.total;
    };
    await lockOut(source, absolute('a'));
    await move(`a/${source}`, `b/${target}`, { namespace: TOP });

    expect(await login(target, absolute('b'))).toMatchObject(NOT_AUTHENTICATED);
    expect([await locked('a'), await locked('b')]).toEqual([0, 1]);
    await unlock(accessor, 'bob', at('a'));
    expect(await login(target, absolute('b'))).toMatchObject(NOT_AUTHENTICATED);
    await unlock(accessor, 'bob', at('b'));
    expect((await login(target, absolute('b'))).status).toBe(200);
    expect(await locked('b')).toBe(0);
  });

  improved('a deleted namespace is no source and no target', async () => {
    const leaving = await newNamespace(TOP, unique('leaving'));
    const kv = await kv1(leaving);
    const name = leaving.slice(TOP.length + 1);
    await must('DELETE', `sys/namespaces/${name}`, { namespace: TOP });
    const answer = await start(`${name}/${kv}`, unique('rescued'), { namespace: TOP });
    expect(answer).toMatchObject(refused(`no matching mount at "${name}/${kv}/"`));
  });

  it('an old token does not work from a parent namespace either', async () => {
    const source = await userpassMethod(absolute('a'));
    const token = await loggedIn(source, absolute('a'));
    await move(`a/${source}`, `b/auth/${unique('moved')}`, { namespace: TOP });
    const answer = await call('POST', 'auth/token/lookup', { body: { token } });
    expect(answer).toMatchObject({ status: 403, body: { errors: [expect.stringContaining('bad token')] } });
  });
});
