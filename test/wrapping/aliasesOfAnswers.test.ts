/** A wrapped answer that was given at an alias is a lease like any other there. */

import { beforeEach, describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import { closeMigration, runMigration } from '../support/workflow.ts';
import { refusal } from '../support/world.ts';
import { INVALID, wrapService } from './wrapService.ts';

const s = throughFile(wrapService);

let at: string;
beforeEach(async () => {
  at = s.deps.ids.base62(8);
  for (const name of [`${at}-near`, `${at}-far`]) await s.call('POST', `sys/namespaces/${name}`);
});

async function must(method: string, path: string, body?: object, namespace = '') {
  const answer = await s.call(method, path, { body, namespace });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

/** A mount with a secret, which has left an alias. */
async function leave(mount: string, to: string, namespace = ''): Promise<void> {
  await must('POST', `sys/mounts/${mount}`, { type: 'kv' }, namespace);
  await must('POST', `${mount}/db/pw`, { password: 's3cret' }, namespace);
  const from = namespace ? `${namespace}/${mount}` : mount;
  const id = (await must('POST', 'sys/remount', { from, to, alias_ttl: '1h' })).data.migration_id;
  await runMigration(s.deps, id);
  await closeMigration(s.deps, id);
}

describe('an answer that was wrapped at an alias in the namespace of its mount', () => {
  beforeEach(() => leave(`${at}-kv`, `${at}-new/kv`));

  it.each(['kv', 'new/kv'])('ends with the leases below "%s"', async (path) => {
    const { token } = await s.wrapped('GET', `${at}-kv/db/pw`);
    await must('POST', `sys/leases/revoke-prefix/${at}-${path}/db`);
    expect(refusal(await s.unwrap(token))).toEqual(INVALID);
  });

  it('is listed at the path of the mount, and revoked by the id there', async () => {
    const { token } = await s.wrapped('GET', `${at}-kv/db/pw`);
    const path = `${at}-new/kv/db/pw`;
    const { keys } = (await must('LIST', `sys/leases/lookup/${path}`)).data;
    expect(keys).toHaveLength(1);
    const { data } = await must('POST', 'sys/leases/lookup', { lease_id: `${path}/${keys[0]}` });
    expect(data.id).toBe(`${path}/${keys[0]}`);
    await must('POST', 'sys/leases/revoke', { lease_id: data.id });
    expect(refusal(await s.unwrap(token))).toEqual(INVALID);
  });

  it.each(['kv', 'new/kv'])(
    'has an id without an empty segment, also of the list of the mount, at "%s"',
    async (path) => {
      const wrapped = await s.call('GET', `${at}-${path}`, {
        query: { list: ['true'] },
        headers: { 'x-vault-wrap-ttl': '60' },
      });
      const folder = `${at}-new/kv`;
      const [key] = (await must('LIST', `sys/leases/lookup/${folder}`)).data.keys;
      const { data } = await must('POST', 'sys/leases/lookup', { lease_id: `${folder}/${key}` });
      expect(data.id).toBe(`${folder}/${key}`);
      expect((await s.unwrap(wrapped.body.wrap_info.token)).body.data).toEqual({ keys: ['db/'] });
    },
  );

  it('is a lease however long the path of the mount is', async () => {
    const [long, short] = [`${at}-${'m'.repeat(480)}`, `${at}-short`];
    await leave(short, long);
    const secret = 'ü'.repeat(200);
    await must('POST', `${short}/${secret}`, { a: 1 });
    const [one, other] = [
      await s.wrapped('GET', `${short}/${secret}`),
      await s.wrapped('GET', `${short}/${secret}`),
    ];
    expect((await s.unwrap(one.token)).body.data).toEqual({ a: 1 });
    await must('POST', `sys/leases/revoke-prefix/${long}`);
    expect(refusal(await s.unwrap(other.token))).toEqual(INVALID);
  });
});

describe('an answer that was wrapped at an alias in another namespace', () => {
  let near: { namespace: string };
  beforeEach(async () => {
    near = { namespace: `${at}-near` };
    await leave('kv', `${at}-far/place/kv`, near.namespace);
  });

  it('is listed at the alias, and ends with the leases there', async () => {
    const { token } = await s.wrapped('GET', 'kv/db/pw', near);
    const listed = await s.call('LIST', 'sys/leases/lookup/kv/db/pw', near);
    expect(listed.body.data.keys).toHaveLength(1);
    await s.call('POST', 'sys/leases/revoke-prefix/kv/db', near);
    expect(refusal(await s.unwrap(token, near))).toEqual(INVALID);
  });

  it.each(['GET', 'rewrapped'])('ends with the alias, also %s', async (how) => {
    const first = await s.wrapped('GET', 'kv/db/pw', near);
    const rewrap = () => s.wrapped('POST', 'sys/wrapping/rewrap', { ...near, body: { token: first.token } });
    const { token } = how === 'GET' ? first : await rewrap();
    await must('DELETE', `sys/remount/aliases/${at}-near/kv`);
    expect(refusal(await s.unwrap(token, near))).toEqual(INVALID);
  });

  it('is not given while the namespace of the mount is locked, and is given once later', async () => {
    const { token } = await s.wrapped('GET', 'kv/db/pw', near);
    const { unlock_key } = (await must('POST', `sys/namespaces/api-lock/lock/${at}-far`)).data;
    const locked = {
      status: 503,
      errors: ['the mount of this path is in a namespace that is locked'],
    };
    expect(refusal(await s.call('GET', 'kv/db/pw', near))).toEqual(locked);
    expect(refusal(await s.unwrap(token, near))).toEqual(locked);
    for (const what of ['lookup', 'rewrap'])
      expect(refusal(await s.call('POST', `sys/wrapping/${what}`, { ...near, body: { token } }))).toEqual(
        locked,
      );
    await must('POST', `sys/namespaces/api-lock/unlock/${at}-far`, { unlock_key });
    expect((await s.unwrap(token, near)).body.data).toEqual({ password: 's3cret' });
    expect(refusal(await s.unwrap(token, near))).toEqual(INVALID);
  });
});
