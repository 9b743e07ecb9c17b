/** The state of a mount as the API returns it. The demo reads it before and after a move, and compares. */

import type { Vault } from './vault.ts';

/** Values by the name under which they are shown. */
export type MountState = Record<string, unknown>;

/** A mount as the list of mounts shows it. A move must keep all of these values. */
async function readListing(vault: Vault, path: string): Promise<MountState> {
  const [, name = ''] = /^auth\/(.*)$/.exec(path) ?? [];
  const { data } = await vault.read(name ? 'sys/auth' : 'sys/mounts');
  const mount = data[`${name || path}/`] ?? {};
  const { accessor, uuid, type, description, options, config } = mount;
  return { accessor, uuid, type, description, options, config };
}

/** The secret `billing/db` of a kv v2 mount: every version, its metadata, the mount's settings. */
export async function readKvState(vault: Vault, path: string): Promise<MountState> {
  const metadata = (await vault.read(`${path}/metadata/billing/db`)).data;
  const versions: MountState = {};
  for (const version of [1, 2, 3, 4]) {
    const { body } = await vault.call('GET', `${path}/data/billing/db?version=${version}`);
    const { destroyed, deletion_time } = body?.data?.metadata ?? {};
    const removal = destroyed ? 'destroyed' : deletion_time && 'deleted';
    versions[`version ${version}`] = removal || body?.data?.data;
  }
  return {
    ...(await readListing(vault, path)),
    'kv config': (await vault.read(`${path}/config`)).data,
    'current version': metadata.current_version,
    'custom metadata': metadata.custom_metadata,
    metadata,
    ...versions,
  };
}

export async function readSshState(vault: Vault, path: string): Promise<MountState> {
  return {
    ...(await readListing(vault, path)),
    'role web': (await vault.read(`${path}/roles/web`)).data,
  };
}

export async function readUserpassState(vault: Vault, path: string): Promise<MountState> {
  return {
    ...(await readListing(vault, path)),
    users: (await vault.read(`${path}/users?list=true`)).data.keys,
    'user ada': (await vault.read(`${path}/users/ada`)).data,
  };
}

/** @param accessors of the secret-ids whose remaining uses are read */
export async function readApproleState(vault: Vault, path: string, accessors: string[]): Promise<MountState> {
  const role = `${path}/role/builder`;
  const secretIds = [];
  for (const secret_id_accessor of accessors) {
    const { data } = await vault.write(`${role}/secret-id-accessor/lookup`, { secret_id_accessor });
    secretIds.push(data);
  }
  return {
    ...(await readListing(vault, path)),
    'role-id': shorten((await vault.read(`${role}/role-id`)).data.role_id),
    'role builder': (await vault.read(role)).data,
    'uses left': secretIds.map(({ secret_id_num_uses }) => secret_id_num_uses),
    'secret-ids': secretIds,
  };
}

/** The start of a secret, which may be shown. */
export function shorten(secret: string): string {
  return `${secret.slice(0, 6)}…`;
}
