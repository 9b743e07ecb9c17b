/** The users that are locked after bad passwords (contract §8.3). */

import { sha256 } from '../../store/keys.ts';
import type { LockedUsers } from '../../tree/mountType.ts';
import { engineKey } from '../callParts.ts';
import { isLocked, LOCKOUT_PREFIX, type Lockout, lockoutOf } from './lockout.ts';
import { USER_PREFIX } from './user.ts';

/** Lockouts have the hashes of names, so the names come from the users. A name that no user has is not listed. */
export const lockedUsers: LockedUsers = {
  async list({ store, clock }, mount) {
    const lockouts = engineKey({ mount }, LOCKOUT_PREFIX);
    const counts = { ...lockouts, prefix: LOCKOUT_PREFIX, attributes: ['failures', 'lastAt'] };
    const locked = new Set<string>();
    for await (const page of store.pages(counts)) {
      const found = page.filter((item) => isLocked({ mount }, item as object as Lockout, clock.now()));
      for (const { sk } of found) locked.add(sk.slice(LOCKOUT_PREFIX.length));
    }
    if (locked.size === 0) return [];
    const names: string[] = [];
    for await (const page of store.pages({ ...lockouts, prefix: USER_PREFIX, attributes: [] }))
      names.push(
        ...page.map(({ sk }) => sk.slice(USER_PREFIX.length)).filter((name) => locked.has(sha256(name))),
      );
    return names;
  },

  async unlock({ store }, mount, name) {
    await store.deleteMany([lockoutOf({ mount }, name.toLowerCase())]);
  },
};
