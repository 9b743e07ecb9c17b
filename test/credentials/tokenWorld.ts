/** A service whose tokens may create others and rent credentials, and reads of what is stored of them. */

import { tokenOf } from '../../functions/credentials/token.ts';
import type { Item, Ref } from '../../functions/ports/store.ts';
import { accessorKey, leaseKey, sha256, tokenKey } from '../../functions/store/keys.ts';
import type { Answer } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { type Auth, type World, world } from '../support/world.ts';

/** Has the policies `maker` and `renter`. */
export interface TokenWorld extends World {
  /** Calls the endpoints of tokens, with the root token unless another is given. */
  post(path: string, body?: Record<string, unknown>, token?: string): Promise<Answer>;
  works(token: string): Promise<boolean>;
  rent(token: string): Promise<{ id: string; key: string }>;
  rentWorks(key: string): Promise<{ works: boolean; stored: boolean }>;
  /** The keys of everything that is stored of a token, except its children. */
  placesOf(auth: Auth): Promise<Ref[]>;
  stored(places: Ref[]): Promise<Item[]>;
}

export async function tokenWorld(): Promise<TokenWorld> {
  const w = await world();
  const { call, deps, root } = w;
  await w.policy('maker', 'path "auth/token/create*" { capabilities = ["update"] }');
  await w.policy('renter', 'path "rent/*" { capabilities = ["update"] }');
  await placeMount(deps, 'rent/', { type: 'rented' });
  return {
    ...w,
    post: (path, body = {}, token = root) => call('POST', `auth/token/${path}`, { body, token }),
    works: async (token) => (await call('GET', 'auth/token/lookup-self', { token })).status === 200,
    async rent(token) {
      const { body } = await call('POST', 'rent/creds/web', { token, body: {} });
      return { id: body.lease_id, key: body.data.key };
    },
    rentWorks: async (key) => (await call('GET', `rent/works/${key}`)).body.data,
    async placesOf({ client_token, accessor }) {
      const own = tokenKey(sha256(client_token));
      const lease = tokenOf(await deps.store.get(own))?.lease;
      return [own, accessorKey(accessor), ...(lease ? [leaseKey(lease.mountUuid, lease.path)] : [])];
    },
    stored: async (places) => (await deps.store.getMany(places)).filter((item) => item !== undefined),
  };
}
