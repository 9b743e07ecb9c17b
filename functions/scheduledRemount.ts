/** Lambda: carries out the run of a schedule at one of its times. What cannot be done ends in the queue `refused`. */

import { depsFromEnvironment, schedulerFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { runScheduled, type Wake, type Woken } from './schedules/runScheduled.ts';

const deps = depsFromEnvironment({
  workflows: workflowsFromEnvironment(),
  scheduler: schedulerFromEnvironment(),
});

export function handler(wake: Wake): Promise<Woken> {
  return runScheduled(deps, wake);
}
