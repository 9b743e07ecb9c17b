/** Lambda: carries out the run of a schedule at one of its times. What cannot be done ends in the queue `refused`. */

import { depsFromEnvironment, schedulerFromEnvironment } from './deps.ts';
import { runScheduled, type Wake, type Woken } from './schedules/runScheduled.ts';

const deps = depsFromEnvironment(schedulerFromEnvironment());

export function handler(wake: Wake): Promise<Woken> {
  return runScheduled(deps, wake);
}
