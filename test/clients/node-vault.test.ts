/** Tests the service with the client that most programs for Node use. */

import { setTimeout as delay } from 'node:timers/promises';
import nodeVault from 'node-vault';
import { describe, expect, inject, it } from 'vitest';
import { unique } from '../contract/fresh.ts';
import { moveOf } from '../contract/moving.ts';

const { address, rootToken } = inject('target');

type Client = ReturnType<typeof nodeVault>;

/** Uses the root token by default. After a call that returns a token, the client uses that one. */
function client(token = rootToken, namespace?: string): Client {
  return nodeVault({ endpoint: address, token, ...(namespace ? { namespace } : {}) });
}

async function mounted(type: string, options: object = {}): Promise<string> {
  const path = unique(type);
  await client().mount({ mount_point: path, type, options });
  return path;
}

async function enabled(type: string): Promise<string> {
  const path = unique(type);
  await client().enableAuth({ mount_point: path, type, description: 'for a test' });
  return path;
}

/** Moves a mount, and polls the status until it is final. */
async function moved(vault: Client, from: string, to: string): Promise<Record<string, string>> {
  const { data } = await vault.remount(moveOf(from, to));
  for (;;) {
    const { migration_info } = (await vault.read(`sys/remount/status/${data.migration_id}`)).data;
    if (migration_info.status !== 'in-progress') return migration_info;
    await delay(200);
  }
}

describe('node-vault', () => {
  it('finds the service ready', async () => {
    const vault = client('');
    expect(await vault.health()).toMatchObject({ initialized: true, sealed: false, standby: false });
    expect(await vault.status()).toMatchObject({ sealed: false, progress: 0 });
    expect(await vault.initialized()).toEqual({ initialized: true });
    expect(await vault.leader()).toMatchObject({ ha_enabled: false });
  });

  it('mounts, lists and unmounts', async () => {
    const vault = client();
    const kv = await mounted('kv');
    expect((await vault.mounts())[`${kv}/`]).toMatchObject({ type: 'kv' });
    await vault.unmount({ mount_point: kv });
    expect(await vault.mounts()).not.toHaveProperty([`${kv}/`]);
  });

  it('tunes a mount, and upgrades its version', async () => {
    const vault = client();
    const kv = await mounted('kv', { version: '1' });
    await vault.write(`${kv}/app`, { a: 1 });
    await vault.write(`sys/mounts/${kv}/tune`, { default_lease_ttl: '1h', options: { version: '2' } });
    const { data } = await vault.read(`sys/mounts/${kv}/tune`);
    expect(data).toMatchObject({ default_lease_ttl: 3600, options: { version: '2' } });
    expect((await vault.read(`${kv}/data/app`)).data.data).toEqual({ a: 1 });
  });

  it('enables, lists and disables an auth method', async () => {
    const vault = client();
    const auth = await enabled('userpass');
    expect((await vault.auths())[`${auth}/`]).toMatchObject({
      type: 'userpass',
      description: 'for a test',
    });
    await vault.disableAuth({ mount_point: auth });
    expect(await vault.auths()).not.toHaveProperty([`${auth}/`]);
  });

  it('writes, reads, lists and removes policies', async () => {
    const vault = client();
    const name = unique('policy');
    const rules = 'path "secret/*" { capabilities = ["read"] }';
    await vault.addPolicy({ name, rules });
    expect((await vault.getPolicy({ name })).rules).toBe(rules);
    expect((await vault.policies()).policies).toContain(name);
    await vault.removePolicy({ name });
    await expect(vault.getPolicy({ name })).rejects.toThrow('Status 404');
  });

  it('creates, looks up, renews and revokes a token', async () => {
    const child = client();
    const { auth } = await child.tokenCreate({ policies: ['default'], ttl: '1h', meta: { for: 'a test' } });
    expect(child.token).toBe(auth.client_token);
    expect((await child.tokenLookupSelf()).data).toMatchObject({ policies: ['default'], creation_ttl: 3600 });
    expect((await child.tokenRenewSelf({ increment: '30m' })).auth.lease_duration).toBe(1800);

    const root = client();
    expect((await root.tokenLookup({ token: auth.client_token })).data.meta).toEqual({ for: 'a test' });
    const lookup = await root.tokenLookupAccessor({ accessor: auth.accessor });
    expect(lookup.data).toMatchObject({ accessor: auth.accessor, id: '' });
    expect((await root.tokenAccessors()).data.keys).toContain(auth.accessor);
    await root.tokenRevoke({ token: auth.client_token });
    await expect(child.tokenLookupSelf()).rejects.toThrow('permission denied');
  });

  it('revokes a token by accessor, without its children, and by itself', async () => {
    const root = client();
    const options = { policies: ['default'], ttl: '1h' };
    const { auth: parent } = await client().tokenCreate({ policies: ['root'], ttl: '1h' });
    const { auth: child } = await client(parent.client_token).tokenCreate(options);
    await root.tokenRevokeOrphan({ token: parent.client_token });
    await expect(client(parent.client_token).tokenLookupSelf()).rejects.toThrow('permission denied');
    expect((await client(child.client_token).tokenLookupSelf()).data.orphan).toBe(true);
    await root.tokenRevokeAccessor({ accessor: child.accessor });
    await expect(client(child.client_token).tokenLookupSelf()).rejects.toThrow('permission denied');
    const orphan = client();
    await orphan.tokenCreateOrphan(options);
    await orphan.tokenRevokeSelf();
    await expect(orphan.tokenLookupSelf()).rejects.toThrow('permission denied');
  });

  it('unwraps a wrapped answer, once', async () => {
    const kv = await mounted('kv', { version: '1' });
    await client().write(`${kv}/app`, { a: 1 });
    const { wrap_info } = await client().read(`${kv}/app`, { headers: { 'X-Vault-Wrap-TTL': '60' } });
    expect((await client().unwrap({ token: wrap_info.token })).data).toEqual({ a: 1 });
    await expect(client().unwrap({ token: wrap_info.token })).rejects.toThrow('wrapping token is not valid');
  });

  it('writes, lists and deletes unversioned secrets', async () => {
    const vault = client();
    const kv = await mounted('kv', { version: '1' });
    await vault.write(`${kv}/team/app one`, { user: 'ann', tries: 3 });
    expect((await vault.read(`${kv}/team/app one`)).data).toEqual({ user: 'ann', tries: 3 });
    expect((await vault.list(`${kv}/team`)).data.keys).toEqual(['app one']);
    await vault.delete(`${kv}/team/app one`);
    await expect(vault.read(`${kv}/team/app one`)).rejects.toMatchObject({ response: { statusCode: 404 } });
  });

  it('works with the versions of a secret', async () => {
    const vault = client();
    const kv = await mounted('kv', { version: '2' });
    await vault.write(`${kv}/data/app`, { data: { a: 1 } });
    await vault.write(`${kv}/data/app`, { data: { a: 2 }, options: { cas: 1 } });
    await vault.update(`${kv}/data/app`, { data: { b: 3 } });
    expect((await vault.read(`${kv}/data/app`)).data.data).toEqual({ a: 2, b: 3 });
    expect((await vault.read(`${kv}/data/app?version=1`)).data.data).toEqual({ a: 1 });
    await vault.write(`${kv}/delete/app`, { versions: [2] });
    await expect(vault.read(`${kv}/data/app?version=2`)).rejects.toThrow('Status 404');
    await vault.write(`${kv}/undelete/app`, { versions: [2] });
    expect((await vault.read(`${kv}/data/app?version=2`)).data.data).toEqual({ a: 2 });
    await vault.destroySecretVersions({ mount_point: kv, path: 'app', versions: [1] });
    const { data } = await vault.read(`${kv}/metadata/app`);
    expect(data).toMatchObject({ current_version: 3, versions: { 1: { destroyed: true } } });
    expect((await vault.list(`${kv}/metadata`)).data.keys).toEqual(['app']);
  });

  it('logs in with a password, and the move of the method revokes the token', async () => {
    const auth = await enabled('userpass');
    const password = unique('password');
    await client().write(`auth/${auth}/users/bob`, { password, token_policies: ['default'] });
    const bob = client('');
    await bob.userpassLogin({ mount_point: auth, username: 'bob', password });
    expect((await bob.tokenLookupSelf()).data.path).toBe(`auth/${auth}/login/bob`);

    const target = unique('moved');
    expect(await moved(client(), `auth/${auth}`, `auth/${target}`)).toMatchObject({ status: 'success' });
    await expect(bob.tokenLookupSelf()).rejects.toThrow('permission denied');
    await bob.userpassLogin({ mount_point: target, username: 'bob', password });
    expect((await bob.tokenLookupSelf()).data.display_name).toBe(`${target}-bob`);
  });

  it('logs in with a role, before and after a move', async () => {
    const vault = client();
    const auth = await enabled('approle');
    const role = { mount_point: auth, role_name: 'web' };
    await vault.addApproleRole({ ...role, policies: 'default', secret_id_num_uses: 3, token_ttl: 600 });
    expect((await vault.getApproleRole(role)).data.secret_id_num_uses).toBe(3);
    expect((await vault.approleRoles({ mount_point: auth })).data.keys).toEqual(['web']);
    const { role_id } = (await vault.getApproleRoleId(role)).data;
    const { secret_id } = (await vault.getApproleRoleSecret({ ...role, metadata: '{"rack":"7"}' })).data;
    expect((await vault.approleSecretLookup({ ...role, secret_id })).data.metadata).toEqual({ rack: '7' });

    const app = client('');
    await app.approleLogin({ mount_point: auth, role_id, secret_id });
    expect((await app.tokenLookupSelf()).data.creation_ttl).toBe(600);
    await moved(vault, `auth/${auth}`, `auth/${auth}-2`);
    await app.approleLogin({ mount_point: `${auth}-2`, role_id, secret_id });
    expect((await app.tokenLookupSelf()).data.meta).toMatchObject({ role_name: 'web', rack: '7' });
  });

  it('manages the secret-ids of a role', async () => {
    const vault = client();
    const role = { mount_point: await enabled('approle'), role_name: 'web' };
    await vault.addApproleRole(role);
    await vault.updateApproleRoleId({ ...role, role_id: unique('role-id') });
    const [one, other] = [
      (await vault.getApproleRoleSecret(role)).data,
      (await vault.getApproleRoleSecret(role)).data,
    ];
    const accessors = [one, other].map((secret) => secret.secret_id_accessor);
    expect((await vault.approleSecretAccessors(role)).data.keys.sort()).toEqual(accessors.sort());
    const { secret_id_accessor } = one;
    const found = await vault.approleSecretAccessorLookup({ ...role, secret_id_accessor });
    expect(found.data).toMatchObject({ secret_id_accessor, secret_id_num_uses: 0 });
    await vault.approleSecretAccessorDestroy({ ...role, secret_id_accessor });
    await vault.approleSecretDestroy({ ...role, secret_id: other.secret_id });
    await expect(vault.approleSecretAccessors(role)).rejects.toThrow('Status 404');
    await vault.deleteApproleRole(role);
    await expect(vault.getApproleRole(role)).rejects.toThrow('Status 404');
  });

  it('moves an engine with its secrets, and into a namespace', async () => {
    const vault = client();
    const kv = await mounted('kv', { version: '2' });
    await vault.write(`${kv}/data/app`, { data: { a: 1 } });
    const target = unique('moved');
    expect(await moved(vault, kv, target)).toMatchObject({
      source_mount: `${kv}/`,
      target_mount: `${target}/`,
      status: 'success',
    });
    expect((await vault.read(`${target}/data/app`)).data.data).toEqual({ a: 1 });
    await expect(vault.read(`${kv}/data/app`)).rejects.toThrow('no handler for route');

    const team = unique('team');
    await vault.write(`sys/namespaces/${team}`, {});
    await moved(vault, target, `${team}/kv`);
    expect((await client(rootToken, team).read('kv/data/app')).data.data).toEqual({ a: 1 });
  });

  it('renews and revokes a lease', async () => {
    const vault = client();
    const kv = await mounted('kv', { version: '1', leased_passthrough: 'true' });
    await vault.write(`${kv}/app`, { ttl: '1h' });
    const { lease_id } = await vault.read(`${kv}/app`);
    expect(lease_id).toMatch(`${kv}/app/`);
    expect(await vault.renew({ lease_id, increment: 60 })).toMatchObject({ lease_id, renewable: true });
    await vault.revoke({ lease_id });
    await expect(vault.renew({ lease_id })).rejects.toThrow('lease not found');
  });

  it('reports a refused move with the error text of the service', async () => {
    const refused = client().remount({ from: 'not_real', to: 'over_here' });
    await expect(refused).rejects.toMatchObject({
      message: 'no matching mount at "not_real/"',
      response: { statusCode: 400 },
    });
  });
});
