/** Moves of a real mount that somebody else moves, too, or whose service loses its token. */

import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LOGIN_PAUSE_MS } from '../../functions/limits.ts';
import { throughFile } from '../support/throughFile.ts';
import { enableApprole, enableUserpass, issueTokens } from './support/authMethods.ts';
import { leasesBelow } from './support/leases.ts';
import { plainMove } from './support/moves.ts';
import { startInMemory } from './support/openbao.ts';
import { readsDuring } from './support/reads.ts';
import { realMoves } from './support/realMoves.ts';
import { until } from './support/until.ts';

const server = throughFile(startInMemory);
const moves = realMoves(() => ({ address: server.root.address, token: server.rootToken }));

let serial = 0;

afterEach(() => {
  moves.before = () => {};
  moves.after = () => {};
});

/** A new kv mount with one key, at a path that no other test uses. */
async function mount(version = '1'): Promise<string> {
  const path = `kv-${++serial}`;
  await server.root.must('POST', `sys/mounts/${path}`, { type: 'kv', options: { version } });
  return path;
}

const listed = async () => Object.keys((await server.root.must('GET', 'sys/mounts')).body.data);

describe('another mover', () => {
  /** Moves the mount by itself, once, at the first call of a step by that name. */
  const meddle = (method: string, from: string, to: string) => {
    moves.before = async (call) => {
      if (call.method !== method) return;
      moves.before = () => {};
      expect((await plainMove(server.root, from, to)).status).toBe('success');
    };
  };

  it.each(['leases', 'remount'])('that takes the mount elsewhere (before: %s) is told of', async (method) => {
    const path = await mount();
    meddle(method, path, `${path}-else`);
    const info = await moves.move({ from: path, to: `${path}-moved` });
    expect(info).toMatchObject({ status: 'failure', error: { code: 'mount_elsewhere' } });
    expect(info.error?.message).toContain(
      `at neither "${path}/" nor "${path}-moved/": somebody else has moved it`,
    );
    expect((await listed()).filter((one) => one.startsWith(path))).toEqual([`${path}-else/`]);
  });

  it.each(['isRouted', 'leases', 'remount'])(
    'that takes it to the target (before: %s) is no harm',
    async (method) => {
      const path = await mount();
      meddle(method, path, `${path}-moved`);
      const info = await moves.move({ from: path, to: `${path}-moved` });
      expect(info).toMatchObject({ status: 'success', phase: 'done' });
      expect((await listed()).filter((one) => one.startsWith(path))).toEqual([`${path}-moved/`]);
    },
  );

  it('that puts another mount at the target is told of, and the mount stays in service', async () => {
    const [path, other] = [await mount(), await mount()];
    meddle('remount', other, `${path}-moved`);
    const info = await moves.move({ from: path, to: `${path}-moved` });
    expect(info).toMatchObject({ status: 'failure', error: { code: 'move_refused' } });
    expect(info.error?.message).toContain(
      `path already in use at "${path}-moved/"; the mount is served at "${path}/"`,
    );
    await server.root.must('POST', `${path}/a`, { is: 'here' });
  });

  it('that disables the mount is told of', async () => {
    const path = await mount();
    moves.before = async ({ method }) => {
      if (method === 'remount') await server.root.must('DELETE', `sys/mounts/${path}`);
    };
    const info = await moves.move({ from: path, to: `${path}-moved` });
    expect(info).toMatchObject({ status: 'failure', error: { code: 'mount_gone' } });
  });

  it('that mounts something at the old path keeps it, and it is told of', async () => {
    const path = await mount();
    moves.after = async ({ method }) => {
      if (method !== 'remount') return;
      const other = { type: 'kv', options: { version: '1' } };
      await until(
        'the old path is free',
        async () =>
          (await server.root.request('POST', `sys/mounts/${path}`, other)).status === 204 || undefined,
      );
    };
    const info = await moves.move({ from: path, to: `${path}-moved` });
    expect(info).toMatchObject({
      status: 'success',
      cluster: { warnings: [`another mount is at "${path}/" now`] },
    });
    expect((await listed()).filter((one) => one.startsWith(path)).sort()).toEqual([
      `${path}-moved/`,
      `${path}/`,
    ]);
  });
});

describe('readers of both paths', () => {
  it.each(['1', '2'])('of a kv mount of version %s are served all the while', async (version) => {
    const path = await mount(version);
    const key = version === '2' ? 'data/a' : 'a';
    const body = version === '2' ? { data: { is: 'x' } } : { is: 'x' };
    await expect
      .poll(async () => (await server.root.request('POST', `${path}/${key}`, body)).status)
      .toBeLessThan(300);
    const moving = moves.move({ from: path, to: `${path}-moved` });
    const reads = await readsDuring(server.root, [`${path}/${key}`, `${path}-moved/${key}`], moving);
    console.log(`kv v${version}: ${reads.refused} of ${reads.all} reads refused`);
    expect(await moving).toMatchObject({
      status: 'success',
      phase: 'done',
      cluster: { posts: 1, warnings: [] },
    });
    expect(reads.refused / reads.all).toBeLessThan(0.2);
    expect((await server.root.request('GET', `${path}/${key}`)).status).toBe(404);
  });
});

describe('the tokens of a moved auth method', () => {
  it('end, and those that a cluster cannot revoke there do not, as the dry run says', async () => {
    const { root } = server;
    await enableUserpass(root, 'people');
    const tokens = await issueTokens(root, 'people');
    const body = { from: 'auth/people', to: 'auth/staff' };
    const preview = await moves.call('POST', 'sys/remount', { body: { ...body, dry_run: true } });
    expect(preview.text).toContain('batch tokens, and orphans that its tokens have created, stay valid');

    expect(await moves.move(body)).toMatchObject({
      status: 'success',
      progress: { leases_total: 1, leases_revoked: 1 },
    });
    const works = async (token: string) =>
      (await root.as(token).request('GET', 'auth/token/lookup-self')).status === 200;
    expect({
      login: await works(tokens.login),
      child: await works(tokens.child),
      orphan: await works(tokens.orphan),
      batch: await works(tokens.batch),
    }).toEqual({ login: false, child: false, orphan: true, batch: true });
    expect(await leasesBelow(root, 'auth/people/')).toEqual([]);
    await root.must('POST', 'auth/staff/login/person', { password: 'correct horse' });
  });
});

describe('a service whose token is revoked', () => {
  let roleId = '';
  let secretId = '';
  const service = realMoves(() => ({
    address: server.root.address,
    token: server.rootToken,
    credentials: { roleId, secretId: async () => secretId, mount: 'auth/approle/' },
  }));

  beforeAll(async () => {
    const { root } = server;
    await root.must('PUT', 'sys/policies/acl/all', {
      policy: 'path "*" { capabilities = ["read", "list", "update", "sudo"] }',
    });
    await root.must('POST', 'sys/auth/approle', { type: 'approle' });
    await root.must('POST', 'auth/approle/role/service', { token_policies: ['all'], token_ttl: '20m' });
    roleId = (await root.must('GET', 'auth/approle/role/service/role-id')).body.data.role_id;
    secretId = (await root.must('POST', 'auth/approle/role/service/secret-id')).body.data.secret_id;
  });

  it('logs in again and goes on', async () => {
    const { root } = server;
    const logIn = await enableApprole(root, 'machines');
    for (let i = 0; i < 20; i++) await logIn();
    let revoked = 0;
    service.before = async ({ method }) => {
      if (method !== 'revoke' || ++revoked !== 5) return;
      service.records.clock.pass(LOGIN_PAUSE_MS);
      for (const lease_id of await leasesBelow(root, 'auth/approle/'))
        await root.must('POST', 'sys/leases/revoke', { lease_id, sync: true });
    };
    const info = await service.move({ from: 'auth/machines', to: 'auth/robots' });
    expect(info).toMatchObject({
      status: 'success',
      progress: { leases_revoked: 20 },
      cluster: { waiting_for: null },
    });
    expect(await leasesBelow(root, 'auth/approle/')).toHaveLength(1);
  });

  it('may not move the auth method by which it logs in', async () => {
    const body = { from: 'auth/approle', to: 'auth/other' };
    const { status, text } = await service.call('POST', 'sys/remount', { body });
    expect(status).toBe(400);
    expect(text).toContain('logs in');
  });
});
