/** Every flow that is played with faults. A new flow of the service is a new row here. */

import { aliasMoves, aliasRequests } from './flows/aliases.ts';
import { announcement } from './flows/announcements.ts';
import { singleRequests } from './flows/changes.ts';
import { requests } from './flows/events.ts';
import { moves } from './flows/moves.ts';
import { orders } from './flows/orders.ts';
import { removals } from './flows/removals.ts';
import { runsWithPolicies } from './flows/runsWithPolicies.ts';
import { schedules } from './flows/schedules.ts';
import { unstarted } from './flows/unstarted.ts';
import type { Flow } from './play.ts';

export const flows: readonly Flow[] = [
  ...moves,
  ...aliasMoves,
  ...orders,
  ...runsWithPolicies,
  ...removals,
  ...unstarted,
  ...singleRequests,
  ...aliasRequests,
  ...schedules,
  ...requests,
  announcement,
];
