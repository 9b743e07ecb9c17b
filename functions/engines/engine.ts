/** What an engine is: a type of mount with routes of its own. It does not know where it is mounted. */

import type { Route } from '../http/route.ts';
import type { MountType } from '../tree/mountType.ts';

export interface Engine extends MountType {
  type: string;
  /** The mount options that lead to different routes; absent if the routes are always the same. */
  variants?: readonly Record<string, string>[];
  /** The routes relative to the mount, for a mount with these options. */
  routes(options: Record<string, string>): readonly Route[];
}
