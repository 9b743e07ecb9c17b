/** A service with two tokens that create others. */

import type { Answer } from '../support/call.ts';
import { type World, world } from '../support/world.ts';

/** Has the policies `maker`, `sudoer` and `team`. */
export interface MakerWorld extends World {
  /** Tokens by what they may do. */
  plain: string;
  sudo: string;
  /** Creates a token, with the root token unless another is given. */
  create(body: Record<string, unknown>, token?: string, path?: string): Promise<Answer>;
  lookup(token: string): Promise<Answer['body']>;
}

export async function makerWorld(): Promise<MakerWorld> {
  const w = await world();
  await w.policy('maker', 'path "auth/token/create*" { capabilities = ["update"] }');
  await w.policy('sudoer', 'path "auth/token/*" { capabilities = ["update", "sudo"] }');
  await w.policy('team', 'path "secret/*" { capabilities = ["read"] }');
  return {
    ...w,
    plain: (await w.token({ policies: ['maker', 'team'] })).client_token,
    sudo: (await w.token({ policies: ['sudoer'] })).client_token,
    create: (body, token = w.root, path = 'auth/token/create') => w.call('POST', path, { body, token }),
    lookup: async (token) => (await w.call('POST', 'auth/token/lookup', { body: { token } })).body.data,
  };
}
