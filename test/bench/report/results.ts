/** What docs/performance.md is written from. */

import type { BesideResult } from '../beside/figures.ts';
import type { ClusterResult } from '../cluster/figures.ts';
import type { Result } from '../figures.ts';
import type { WhereResult } from '../where/figures.ts';

/** The parts are measured in runs of their own. */
export interface Results {
  service: Result;
  cluster: ClusterResult;
  beside: BesideResult;
  where: WhereResult;
}
