/** Lambda: starts the remount of a schedule at one of its times. Refused requests go to the queue `refused`. */

import { depsFromEnvironment, schedulerFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { runScheduled, type Wake, type Woken } from './schedules/runScheduled.ts';

const deps = depsFromEnvironment({
  workflows: workflowsFromEnvironment(),
  scheduler: schedulerFromEnvironment(),
});

export const handler = discreetly((wake: Wake): Promise<Woken> => runScheduled(deps, wake));
