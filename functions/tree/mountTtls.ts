/** How long the leases of a mount may live, by its own settings or the system's. */

import { SYSTEM_MAX_TTL_S } from '../limits.ts';
import type { Mount } from './mount.ts';

/** The effective limits of a mount, in seconds; a built-in mount has the system's. */
export function mountTtls(mount: Pick<Mount, 'config'> | undefined): { defaultTtl: number; maxTtl: number } {
  const maxTtl = mount?.config.maxLeaseTtl || SYSTEM_MAX_TTL_S;
  return { defaultTtl: mount?.config.defaultLeaseTtl || Math.min(SYSTEM_MAX_TTL_S, maxTtl), maxTtl };
}
