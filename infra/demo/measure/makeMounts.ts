/** Creates the mounts that are measured, with given numbers of keys and leases. */

import type { Vault } from '../vault.ts';
import { copyKey, copyLease, leasesOf } from './fill.ts';
import type { Lab } from './lab.ts';

/** How many copied keys and leases are read through the API, as a check. */
const SAMPLE = 20;

/** A kv v2 mount with `keys` secrets. */
export async function makeKv(
  { root, store }: Pick<Lab, 'root' | 'store'>,
  path: string,
  keys: number,
): Promise<void> {
  await root.write(`sys/mounts/${path}`, { type: 'kv', options: { version: '2' } });
  await root.write(`${path}/data/pattern-key`, { data: { colour: 'blue' } });
  const names = numbered(keys - 1);
  await copyKey(store, await uuidOf(root, path), 'pattern-key', names);
  for (const name of sampleOf(names)) await root.read(`${path}/data/${name}`);
}

/**
 * An ssh mount with `keys` roles and `leases` one-time passwords, each with its lease.
 * @returns its uuid
 */
export async function makeSsh(
  { root, store }: Pick<Lab, 'root' | 'store'>,
  path: string,
  { keys, leases }: { keys: number; leases: number },
): Promise<string> {
  await root.write(`sys/mounts/${path}`, { type: 'ssh' });
  const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
  await root.write(`${path}/roles/pattern-key`, role);
  const uuid = await uuidOf(root, path);
  const names = numbered(keys - 1);
  await copyKey(store, uuid, 'pattern-key', names);
  for (const name of sampleOf(names)) await root.read(`${path}/roles/${name}`);

  const folder = `${path}/creds/pattern-key`;
  await root.write(folder, { ip: '10.1.2.3' });
  await copyLease(store, uuid, leases - 1);
  const stored = (await leasesOf(store, uuid)).flat().map(({ id }) => id as string);
  if (stored.length !== leases) throw new Error(`${stored.length} of ${leases} leases are stored`);
  for (const lease_id of sampleOf(stored)) await root.write('sys/leases/lookup', { lease_id });
  return uuid;
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `key-${String(i).padStart(6, '0')}`);
}

function sampleOf(names: string[]): string[] {
  const step = Math.max(1, Math.floor(names.length / SAMPLE));
  return names.filter((_, i) => i % step === 0 || i === names.length - 1);
}

async function uuidOf(root: Vault, path: string): Promise<string> {
  return (await root.read(`sys/mounts/${path}`)).data.uuid;
}
