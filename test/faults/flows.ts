/** Every flow that is played with faults: a new one of the service is a new row here. */

import { singleRequests } from './flows/changes.ts';
import { moves } from './flows/moves.ts';
import { orders } from './flows/orders.ts';
import { removals } from './flows/removals.ts';
import type { Flow } from './play.ts';

export const flows: readonly Flow[] = [...moves, ...orders, ...removals, ...singleRequests];
