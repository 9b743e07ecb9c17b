import { describe, expect, it } from 'vitest';
import { tokenWith } from '../support/tokens.ts';
import { mountService } from './mountService.ts';

const s = mountService();

describe('the rights', () => {
  it('include sudo for everything below sys/auth, and for nothing else', async () => {
    const all = '["create","read","update","delete","list"]';
    const token = await tokenWith(
      s.deps,
      `path "sys/mounts*" { capabilities = ${all} } path "sys/auth*" { capabilities = ${all} }`,
    );
    await s.enable(`sys/auth/${s.name}`, { type: 'userpass' });
    const denied = { status: 403, body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] } };

    expect((await s.call('GET', 'sys/auth', { token })).status).toBe(200);
    for (const [method, path] of [
      ['GET', `sys/auth/${s.name}`],
      ['POST', `sys/auth/${s.name}2`],
      ['DELETE', `sys/auth/${s.name}`],
      ['GET', `sys/auth/${s.name}/tune`],
      ['POST', `sys/auth/${s.name}/tune`],
    ] as const) {
      expect(await s.call(method, path, { token, body: { type: 'userpass' } }), path).toMatchObject(denied);
    }
    for (const [method, path, status] of [
      ['POST', `sys/mounts/${s.name}`, 204],
      ['GET', 'sys/mounts', 200],
      ['GET', `sys/mounts/${s.name}`, 200],
      ['GET', `sys/mounts/${s.name}/tune`, 200],
      ['GET', `sys/mounts/auth/${s.name}/tune`, 200],
      ['DELETE', `sys/mounts/${s.name}`, 204],
    ] as const) {
      expect((await s.call(method, path, { token, body: { type: 'kv' } })).status, path).toBe(status);
    }
  });

  it('are checked before the request is answered', async () => {
    const token = await tokenWith(s.deps, 'path "x" { capabilities = ["read"] }');
    for (const [method, path] of [
      ['GET', 'sys/mounts'],
      ['POST', `sys/mounts/${s.name}`],
      ['DELETE', 'sys/mounts/sys'],
      ['GET', 'sys/auth'],
    ] as const) {
      expect((await s.call(method, path, { token })).status, path).toBe(403);
    }
  });
});
