/** Where a mount stores a lease, and by which path it is known: the request may have come by an alias. Pure. */

import type { Call } from '../http/route.ts';
import { doorOf } from '../tree/alias.ts';
import { reachedAt } from '../tree/followAlias.ts';
import type { Mount } from '../tree/mount.ts';

export interface PlaceOfLease {
  /** The alias in another namespace that the lease ends with, if it is issued at one ({@link doorOf}). */
  door?: string;
  /** What its id begins with: it is found by that. From another namespace it is found at the alias only. */
  mountPath: string;
  /** The path of the request inside the mount. */
  inside: string;
}

export function placeOfLease({ path, alias }: Pick<Call, 'path' | 'alias'>, mount: Mount): PlaceOfLease {
  const at = reachedAt({ mount, alias });
  const inside = path.slice(at.length);
  const door = alias && doorOf(alias, mount);
  return door === undefined ? { mountPath: mount.path, inside } : { door, mountPath: at, inside };
}
