/** Lambda: starts the run of a schedule at a planned time. After the last retry, a refused one goes to the queue `refused`. */

import { requestDepsFromEnvironment, schedulerFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { runScheduled, type Wake, type Woken } from './schedules/runScheduled.ts';

const depsFor = requestDepsFromEnvironment({
  workflows: workflowsFromEnvironment(),
  scheduler: schedulerFromEnvironment(),
});

export const handler = discreetly((wake: Wake): Promise<Woken> => runScheduled(depsFor(), wake));
