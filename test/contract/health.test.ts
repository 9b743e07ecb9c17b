/** What clients can read of the system, most of it without a token (contract §10). */

import { describe, expect, it } from 'vitest';
import { userpassMethod } from './credentials.ts';
import { engine, kv2, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call, rawCall } from './http.ts';
import { mountObject } from './snapshots.ts';
import { NOT_AUTHENTICATED, refused } from './texts.ts';

describe('without a token', () => {
  it('the health is returned without an envelope', async () => {
    const { status, body } = await call('GET', 'sys/health', { token: '' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      initialized: true,
      sealed: false,
      standby: false,
      version: expect.any(String),
      server_time_utc: expect.any(Number),
    });
    expect(body).toMatchObject({
      replication_performance_mode: 'disabled',
      replication_dr_mode: 'disabled',
      cluster_name: expect.any(String),
      cluster_id: expect.any(String),
    });
    expect(body).not.toHaveProperty('data');
    expect(Math.abs(body.server_time_utc - Date.now() / 1_000)).toBeLessThan(60);
  });

  it('the health of an active server may have another status code', async () => {
    for (const method of ['GET', 'HEAD'])
      expect((await call(method, 'sys/health?activecode=299', { token: '' })).status).toBe(299);
  });

  it('the health ignores the status codes for other states', async () => {
    const others = 'standbyok=true&standbycode=418&sealedcode=418&uninitcode=418';
    expect((await call('GET', `sys/health?${others}`, { token: '' })).status).toBe(200);
    expect((await rawCall('HEAD', '/v1/sys/health', { token: '' })).status).toBe(200);
  });

  it('the seal status and the initialization are returned without an envelope', async () => {
    expect((await call('GET', 'sys/seal-status', { token: '' })).body).toMatchObject({
      initialized: true,
      sealed: false,
      type: expect.any(String),
      t: expect.any(Number),
      n: expect.any(Number),
      progress: 0,
      nonce: '',
      version: expect.any(String),
      migration: false,
      cluster_name: expect.any(String),
      cluster_id: expect.any(String),
      recovery_seal: expect.any(Boolean),
      storage_type: expect.any(String),
    });
    expect((await call('GET', 'sys/init', { token: '' })).body).toEqual({ initialized: true });
    expect((await call('GET', 'sys/leader', { token: '' })).body).toHaveProperty('ha_enabled');
    for (const path of ['sys/seal-status', 'sys/leader'])
      expect((await call('GET', path, { token: '', namespace: unique('none') })).status).toBe(200);
  });

  it('the health and the initialization are not available in a namespace', async () => {
    const namespace = await newNamespace();
    for (const path of ['sys/health', 'sys/init'])
      expect(await call('GET', path, { token: '', namespace })).toMatchObject(
        refused('operation unavailable in namespaces'),
      );
    for (const path of ['sys/health', 'sys/init'])
      expect(await call('GET', `${namespace}/${path}`, { token: '' })).toMatchObject(
        refused('operation only available in root namespace'),
      );
  });

  it('the mounts that are visible to everybody are listed, with few fields', async () => {
    const [shown, hidden] = [await userpassMethod(), await userpassMethod()];
    const kv = await engine('kv', { description: 'for all', config: { listing_visibility: 'unauth' } });
    await must('POST', `sys/${shown}/tune`, { body: { listing_visibility: 'unauth' } });
    const { status, body } = await call('GET', 'sys/internal/ui/mounts', { token: '' });
    expect(status).toBe(200);
    expect(body.data.secret[`${kv}/`]).toEqual({ type: 'kv', description: 'for all', options: {} });
    const names = Object.keys(body.data.auth);
    expect(names).toContain(`${shown.slice('auth/'.length)}/`);
    expect(names).not.toContain(`${hidden.slice('auth/'.length)}/`);
    expect(Object.keys(body.data.auth[`${shown.slice('auth/'.length)}/`]).sort()).toEqual([
      'description',
      'options',
      'type',
    ]);
  });
});

describe('before a client works with a mount', () => {
  it('it reads which mount has a path, if it may use that mount', async () => {
    const kv = await kv2();
    const rules = policyOf([`${kv}/data/a`, 'read'], [`${kv}/data/b`, 'deny']);
    const token = await tokenWith(rules, undefined, { no_default_policy: true });
    const path = `sys/internal/ui/mounts/${kv}/a`;
    const { body } = await must('GET', path, { token });
    expect(body.data).toMatchObject({ path: `${kv}/`, type: 'kv', options: { version: '2' } });
    const stranger = await tokenWith(policyOf(['elsewhere/*', 'read'], [`${kv}/*`, 'deny']));
    const refusal = `preflight capability check returned 403, please ensure client's policies grant access to path "${kv}/a/"`;
    expect(await call('GET', path, { token: stranger })).toMatchObject({
      status: 403,
      body: { errors: [refusal] },
    });
    expect(await call('GET', path, { token: '' })).toMatchObject(NOT_AUTHENTICATED);
  });

  it('it reads a mount of a child namespace by its relative path', async () => {
    const namespace = await newNamespace();
    const kv = await kv2(namespace);
    const { body } = await must('GET', `sys/internal/ui/mounts/${namespace}/${kv}/a`);
    expect(body.data.path).toBe(`${namespace}/${kv}/`);
  });

  it('it cannot tell a mount that does not exist from one that it may not use', async () => {
    const nope = unique('nope');
    const refusal = `preflight capability check returned 403, please ensure client's policies grant access to path "${nope}/"`;
    expect(await call('GET', `sys/internal/ui/mounts/${nope}`)).toMatchObject({
      status: 403,
      body: { errors: [refusal] },
    });
  });

  it('it reads which mounts it may use', async () => {
    const [kv, other] = await Promise.all([kv2(), kv2()]);
    const token = await tokenWith(policyOf([`${kv}/*`, 'read']));
    const { body } = await must('GET', 'sys/internal/ui/mounts', { token });
    expect(body.data.secret).toHaveProperty([`${kv}/`]);
    expect(body.data.secret).not.toHaveProperty([`${other}/`]);
    expect(body.data.secret[`${kv}/`]).toEqual(await mountObject(kv));
    expect(body.data).toHaveProperty('auth');
  });
});
