/** A service with engines that issue leases, and calls of the endpoints of one lease. */

import type { Mount } from '../../functions/tree/mount.ts';
import type { Answer } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { type Auth, type World, world } from '../support/world.ts';

/** A credential with its lease. */
export interface Rented {
  id: string;
  key: string;
}

export interface LeaseWorld extends World {
  /** The mount at `rent/`; there are one-time passwords at `host/`, and a kv of leased secrets at `old/`, too. */
  rent: Mount;
  /** A token that may do everything, and expires after the leases. */
  holder: Auth;
  issue(name?: string, body?: Record<string, unknown>, mount?: string): Promise<Rented>;
  works(credential: Rented): Promise<boolean>;
  lookup(id: unknown, namespace?: string): Promise<Answer>;
  renew(id: unknown, increment?: unknown): Promise<Answer>;
  revoke(id: unknown, more?: Record<string, unknown>): Promise<Answer>;
}

export async function leaseWorld(): Promise<LeaseWorld> {
  const w = await world();
  await w.policy('everything', 'path "*" { capabilities = ["create", "read", "update", "list", "sudo"] }');
  const rent = await placeMount(w.deps, 'rent/', { type: 'rented' });
  await placeMount(w.deps, 'host/', { type: 'ssh' });
  await placeMount(w.deps, 'old/', { type: 'kv', options: { leased_passthrough: 'true' } });
  const holder = await w.token({ policies: ['everything'], period: '9000h' });
  const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
  await w.call('POST', 'host/roles/web', { body: role });
  return {
    ...w,
    rent,
    holder,
    async issue(name = 'web', body = {}, mount = 'rent') {
      const answer = await w.call('POST', `${mount}/creds/${name}`, { token: holder.client_token, body });
      return { id: answer.body.lease_id, key: answer.body.data.key };
    },
    works: async ({ key }) => (await w.call('GET', `rent/works/${key}`)).body.data.works,
    lookup: (lease_id, namespace = '') =>
      w.call('POST', 'sys/leases/lookup', { body: { lease_id }, namespace }),
    renew: (lease_id, increment) =>
      w.call('POST', 'sys/leases/renew', { body: { lease_id, ...(increment ? { increment } : {}) } }),
    revoke: (lease_id, more = {}) => w.call('PUT', 'sys/leases/revoke', { body: { lease_id, ...more } }),
  };
}
