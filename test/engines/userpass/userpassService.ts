/** The engine userpass at `auth/userpass/`, with ways to add users and to log in. */

import { randomUUID } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { expect } from 'vitest';
import { userpass } from '../../../functions/engines/userpass/userpass.ts';
import type { Mount } from '../../../functions/tree/mount.ts';
import type { Answer, CallOptions } from '../../support/call.ts';
import { placeMount } from '../../support/place.ts';
import { type EngineService, engineService } from '../engineService.ts';

/** The password of all users. */
export const password: string = randomUUID();

const cheapHash = hashSync(password, 5);

export interface UserpassService extends EngineService {
  mount: Mount;
  logIn(name: string, given?: string, options?: CallOptions): Promise<Answer>;
  /** @param at the path of the mount */
  addUser(name: string, body?: Record<string, unknown>, at?: string): Promise<void>;
}

export async function userpassService(): Promise<UserpassService> {
  const service = await engineService(userpass);
  const { call, deps } = service;
  return {
    ...service,
    mount: await placeMount(deps, 'auth/userpass/'),
    logIn: (name, given = password, options = {}) =>
      call('POST', `auth/userpass/login/${name}`, { token: '', body: { password: given }, ...options }),
    async addUser(name, body = {}, at = 'auth/userpass') {
      const answer = await call('POST', `${at}/users/${name}`, {
        body: { password_hash: cheapHash, ...body },
      });
      expect(answer.status).toBe(204);
    },
  };
}
