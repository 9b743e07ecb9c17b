/** Locking the API of a namespace, and unlocking it (contract §2.3, §4). */

import { beforeEach, describe, expect, it } from 'vitest';
import { lookupSelf } from './credentials.ts';
import { kv1, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { type Answer, call } from './http.ts';
import { NOT_FOUND, refused } from './texts.ts';

const LOCK = 'sys/namespaces/api-lock/lock';
const UNLOCK = 'sys/namespaces/api-lock/unlock';

let outer: string;
let inner: string;

beforeEach(async () => {
  outer = await newNamespace();
  inner = await newNamespace(outer);
});

async function lock(name = outer): Promise<string> {
  const { body } = await must('POST', `${LOCK}/${name}`);
  return body.data.unlock_key;
}

function unlock(body: object, name = outer, token?: string): Promise<Answer> {
  return call('POST', `${UNLOCK}/${name}`, { body, ...(token ? { token } : {}) });
}

function locked(name = outer): object {
  const text = 'API access to this namespace has been locked by an administrator';
  return { status: 503, body: { errors: [`${text} - "${name}/" must be unlocked to gain access.`] } };
}

describe('a locked namespace', () => {
  it('serves no request, there or below, until it is unlocked', async () => {
    const kv = await kv1(outer);
    await must('POST', `${kv}/k`, { namespace: outer, body: { a: 1 } });
    const token = await tokenWith(policyOf([`${kv}/*`, 'read']), outer);
    const key = await lock();
    expect(key).toMatch(/^[0-9A-Za-z]{24}$/);

    for (const namespace of [outer, inner])
      expect(await call('GET', 'sys/mounts', { namespace })).toMatchObject(locked());
    expect(await call('GET', `${outer}/${kv}/k`)).toMatchObject(locked());
    expect(await call('GET', `${kv}/k`, { namespace: outer, token })).toMatchObject(locked());
    expect(await call('POST', `${kv}/k/`, { namespace: outer, token: '' })).toMatchObject(locked());
    expect(await lookupSelf(token, outer)).toMatchObject(locked());

    expect(await unlock({ unlock_key: key })).toMatchObject({ status: 204, text: '' });
    const { body } = await must('GET', `${kv}/k`, { namespace: outer, token });
    expect(body.data).toEqual({ a: 1 });
    expect(await call('GET', 'sys/namespaces?list=true', { namespace: inner })).toMatchObject(NOT_FOUND);
  });

  it('is shown as locked in its parent', async () => {
    const shown = async () => (await must('GET', `sys/namespaces/${outer}`)).body.data.locked;
    expect(await shown()).toBe(false);
    const key = await lock();
    expect(await shown()).toBe(true);
    expect((await must('GET', 'sys/namespaces?list=true')).body.data.key_info[`${outer}/`].locked).toBe(true);
    await unlock({ unlock_key: key });
    expect(await shown()).toBe(false);
  });

  it('can be locked and unlocked from inside as well', async () => {
    const { body } = await must('POST', LOCK, { namespace: inner });
    const sent = { namespace: inner, body: { unlock_key: body.data.unlock_key } };
    expect(await call('GET', 'sys/mounts', { namespace: inner })).toMatchObject(locked(inner));
    expect(await call('GET', 'sys/mounts', { namespace: outer })).toMatchObject({ status: 200 });
    expect((await call('POST', UNLOCK, sent)).status).toBe(204);
    expect(await call('GET', 'sys/mounts', { namespace: inner })).toMatchObject({ status: 200 });
  });

  it('is unlocked only with its key, or with sudo', async () => {
    const key = await lock();
    expect(await unlock({ unlock_key: 'wrong' })).toMatchObject(refused('incorrect unlock key'));
    const token = await tokenWith(policyOf([`${UNLOCK}/*`, 'update']));
    const answer = await unlock({}, outer, token);
    expect(answer.body.errors[0]).toContain('provided empty key');
    const { status, body } = await unlock({});
    expect([status, body.warnings]).toEqual([200, ['Namespace unlocked using sudo capabilities']]);
    expect(await unlock({ unlock_key: key })).toMatchObject(refused(`namespace "${outer}/" is not locked`));
  });

  it('keeps its own lock while a namespace above it is locked and unlocked', async () => {
    const key = await lock(inner);
    const above = await lock();
    expect(await call('GET', 'sys/mounts', { namespace: inner })).toMatchObject(locked());
    expect(await unlock({ unlock_key: key }, inner)).toMatchObject(
      refused(`cannot unlock "${inner}/" with namespace "${outer}/" being locked`),
    );
    await unlock({ unlock_key: above });
    expect(await call('GET', 'sys/mounts', { namespace: inner })).toMatchObject(locked(inner));
    expect((await unlock({ unlock_key: key }, inner)).status).toBe(204);
  });

  it('cannot be locked twice, nor can its children be locked', async () => {
    await lock();
    expect(await call('POST', `${LOCK}/${outer}`)).toMatchObject(
      refused(`cannot lock namespace "${outer}/": is already locked`),
    );
    expect(await call('POST', `${LOCK}/${inner}`)).toMatchObject(
      refused(`cannot lock namespace "${inner}/": ancestor namespace "${outer}/" is already locked`),
    );
    await unlock({});
  });

  it('is never the root namespace, nor one that does not exist', async () => {
    for (const base of [LOCK, UNLOCK]) {
      expect(await call('POST', base)).toMatchObject(refused('root namespace cannot be locked/unlocked'));
      for (const name of [unique('nope'), `${outer}/${unique('nope')}`])
        expect(await call('POST', `${base}/${name}`)).toMatchObject(
          refused('requested namespace does not exist'),
        );
    }
  });
});
