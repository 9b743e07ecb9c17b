/** What an engine is: a type of mount with routes of its own, and nothing that knows where it is mounted. */

import type { Route } from '../http/route.ts';
import type { MountType } from '../tree/mountType.ts';

export interface Engine extends MountType {
  type: string;
  /** The options that lead to different routes; none if the routes are always the same. */
  variants?: readonly Record<string, string>[];
  /** Routes relative to the mount, by the options it was enabled with. */
  routes(options: Record<string, string>): readonly Route[];
}
