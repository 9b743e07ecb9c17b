/** What can be read of the system as such, most of it by anybody (contract §10). */

import { describe, expect, it } from 'vitest';
import { kv2, must, newNamespace, policyOf, tokenWith } from './fresh.ts';
import { call } from './http.ts';
import { NOT_AUTHORIZED, refused } from './texts.ts';

describe('without a token', () => {
  it('the health is told, plainly', async () => {
    const { status, body } = await call('GET', 'sys/health', { token: '' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      initialized: true,
      sealed: false,
      standby: false,
      version: expect.any(String),
      server_time_utc: expect.any(Number),
    });
    expect(body).not.toHaveProperty('data');
    expect(Math.abs(body.server_time_utc - Date.now() / 1_000)).toBeLessThan(60);
  });

  it('the health may have another status for an active server', async () => {
    expect((await call('GET', 'sys/health?activecode=299', { token: '' })).status).toBe(299);
  });

  it('the seal and the start are told, plainly', async () => {
    expect((await call('GET', 'sys/seal-status', { token: '' })).body).toMatchObject({
      initialized: true,
      sealed: false,
      type: expect.any(String),
    });
    expect((await call('GET', 'sys/init', { token: '' })).body).toEqual({ initialized: true });
    expect((await call('GET', 'sys/leader', { token: '' })).body).toHaveProperty('ha_enabled');
  });

  it('the health is not told in a namespace', async () => {
    const namespace = await newNamespace();
    expect(await call('GET', 'sys/health', { token: '', namespace })).toMatchObject(
      refused('operation unavailable in namespaces'),
    );
  });
});

describe('before a client works with a mount', () => {
  it('it reads which one has a path, if it may use it at all', async () => {
    const kv = await kv2();
    const token = await tokenWith(policyOf([`${kv}/data/a`, 'read']));
    const path = `sys/internal/ui/mounts/${kv}/a`;
    const { body } = await must('GET', path, { token });
    expect(body.data).toMatchObject({ path: `${kv}/`, type: 'kv', options: { version: '2' } });
    const stranger = await tokenWith(policyOf(['elsewhere/*', 'read']));
    const refusal = `preflight capability check returned 403, please ensure client's policies grant access to path "${kv}/a/"`;
    expect(await call('GET', path, { token: stranger })).toMatchObject({
      status: 403,
      body: { errors: [refusal] },
    });
    expect(await call('GET', path, { token: '' })).toMatchObject(NOT_AUTHORIZED);
  });

  it('it reads which ones it can reach', async () => {
    const [kv, other] = await Promise.all([kv2(), kv2()]);
    const token = await tokenWith(policyOf([`${kv}/*`, 'read']));
    const { body } = await must('GET', 'sys/internal/ui/mounts', { token });
    expect(body.data.secret).toHaveProperty([`${kv}/`]);
    expect(body.data.secret).not.toHaveProperty([`${other}/`]);
    expect(body.data).toHaveProperty('auth');
  });
});
